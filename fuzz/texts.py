"""Coverage-guided fuzzing of what is read from text: `make fuzz`, or `python fuzz/texts.py TARGET [libFuzzer options]`.

TARGET is "document", "hours" or "recurrence". What is read must be read again the same from what is written; what is
refused must be refused by an error of the library; anything else is a find, and becomes a test.
"""

from __future__ import annotations

import copy
import json
import sys
from collections.abc import Callable
from typing import Any

import atheris

with atheris.instrument_imports(include=["supportsla", "dateutil.rrule"]):
    from supportsla import (
        ALWAYS,
        Hours,
        SupportSLAError,
        check_history,
        diff,
        dump,
        lint,
        load,
        public_holidays,
        recurring,
    )
    from supportsla.documents import KINDS
    from supportsla.presets import AEDT, CST, apricot_anz, client_portal

PLANS = [apricot_anz(), client_portal()]
SEEDS = [
    *((dump(plan), "plan") for plan in PLANS),
    (dump((CST | AEDT) - ALWAYS), "calendar"),
    (dump(public_holidays("US") - recurring("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24", "Eve")), "schedule"),
    (dump(PLANS[1].required_workflow), "workflow"),
    (dump(PLANS[0].measured), "metrics"),
]
ODD: list[Any] = [
    *(None, True, 0, -1, 10**30, 1.5, "", "?", "\ud800", "\u0000", [], {}, [[]], {"": {}}, "off", "24/7", "PH off"),
    *("Mo-Fr 09:00-17:00", "22:00-48:00", "1 business day", "-1 business hour", "100 %", "0 calendar hours"),
    *("2026-02-29", "1899-12-31", "2201-01-01", "2026-06-12T21:00:00Z", "9999-12-31T23:59:59.999999-23:59"),
    *("../../etc/passwd", "Etc/GMT+14", "desk", "New", "high", "support", "remind", "move", "|", "&", "+", "-"),
    {"zone": "UTC", "hours": "24/7"},
    {"operation": "-", "left": {"zone": "UTC", "hours": "24/7"}, "right": []},
    {"country": "US"},
    {"rule": "FREQ=DAILY"},
    {"action": "move", "to": "New"},
    {"then": {"action": "remind"}, "every": "1 calendar day", "zone": "UTC"},
]


def changed(tree: Any, choices: atheris.FuzzedDataProvider) -> Any:
    """The tree with one of its members changed, taken out, or put in elsewhere."""
    if isinstance(tree, dict | list) and tree and choices.ConsumeIntInRange(0, 7):
        keys = list(tree) if isinstance(tree, dict) else range(len(tree))
        key = keys[choices.ConsumeIntInRange(0, len(keys) - 1)]
        tree[key] = changed(tree[key], choices)
        return tree
    what = choices.ConsumeIntInRange(0, 3)
    if what == 0 and isinstance(tree, dict):
        tree[choices.ConsumeUnicode(8)] = odd(choices)
        return tree
    if what == 1 and isinstance(tree, dict | list) and tree:
        tree.pop(next(iter(tree)) if isinstance(tree, dict) else -1)
        return tree
    if what == 2 and isinstance(tree, str):
        return tree[: choices.ConsumeIntInRange(0, len(tree))] + choices.ConsumeUnicode(12)
    return odd(choices)


def odd(choices: atheris.FuzzedDataProvider) -> Any:
    return copy.deepcopy(ODD[choices.ConsumeIntInRange(0, len(ODD) - 1)])


def document(given: bytes) -> None:
    choices = atheris.FuzzedDataProvider(given)
    if choices.ConsumeBool():
        text, kind = SEEDS[choices.ConsumeIntInRange(0, len(SEEDS) - 1)]
        tree = json.loads(text)
        for _ in range(choices.ConsumeIntInRange(0, 6)):
            tree = changed(tree, choices)
        written: str | bytes = json.dumps(tree)
    else:
        kind = list(KINDS)[choices.ConsumeIntInRange(0, len(KINDS) - 1)]
        written = choices.ConsumeBytes(5000)
    try:
        found: Any = load(written, kind)  # type: ignore[call-overload]
    except SupportSLAError as error:
        assert str(error).isprintable() or "\n" in str(error)
        return
    again = dump(found)
    assert load(again, kind) == found  # type: ignore[call-overload]
    assert dump(load(again, kind)) == again  # type: ignore[call-overload]
    if kind == "plan" and not choices.ConsumeIntInRange(0, 9):
        lint(found, first_year=2026, last_year=2026)
        diff(PLANS[0], found, first_year=2026, last_year=2026)
    elif kind == "workflow":
        lint(found)
        check_history(found, [])


def hours(given: bytes) -> None:
    text = given.decode("utf-8", "replace")
    try:
        found = Hours.parse(text)
    except SupportSLAError as error:
        assert str(error)
        return
    assert Hours.parse(str(found)) == found


def recurrence(given: bytes) -> None:
    text = given.decode("utf-8", "replace")
    try:
        days = recurring(text).dates(2026, 2027)
    except SupportSLAError as error:
        assert str(error)
        return
    assert [*days] == sorted(days)
    assert all(day.year in (2026, 2027) for day in days)


TARGETS: dict[str, Callable[[bytes], None]] = {"document": document, "hours": hours, "recurrence": recurrence}

if __name__ == "__main__":
    target = TARGETS[sys.argv.pop(1)]
    atheris.Setup(sys.argv, target)
    atheris.Fuzz()
