"""Documents: what is written is read back, what is wrong is told with its path, and old ones stay readable.

The documents of `tests/documents` were written by `dump` and are never changed: they must load, and be written again
byte for byte, for ever. To keep another one:

    Path("tests/documents/NAME.json").write_text(dump(value), encoding="utf-8")
"""

from __future__ import annotations

import copy
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import combinations
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import supportsla
from case_strategies import PRESETS
from document_strategies import VALUES
from lifecycle_tables import TABLES, machines, workflow
from supportsla import (
    BusinessCalendar,
    Consultation,
    Intake,
    InvalidChoice,
    InvalidDocument,
    OutOfRange,
    Plan,
    WrongType,
    documents,
    dump,
    load,
    public_holidays,
    recurring,
    replay,
    schema,
)
from supportsla.closures import CombinedSchedule, Dates, PublicHolidays, Recurrence
from supportsla.events import KINDS
from supportsla.presets import apricot_anz, apricot_us, client_portal

STORED = sorted((Path(__file__).parent / "documents").glob("*.json"))
VALIDATOR = Draft202012Validator(schema(), format_checker=Draft202012Validator.FORMAT_CHECKER)
READ: Callable[..., Any] = load
DESK = {"zone": "UTC", "hours": "24/7"}
NOTHING = {"name": "", "calendars": {"desk": DESK}, "priorities": [], "targets": []}
Path_ = tuple[int | str, ...]


def tree_of(value: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", json.loads(dump(value)))


def document(kind: str, held: object) -> str:
    return json.dumps({"supportsla": 1, kind: held})


def refused(text: str | bytes, kind: str = "plan") -> InvalidDocument:
    with pytest.raises(InvalidDocument) as caught:
        READ(text, kind)
    assert str(caught.value).replace("\n", "").isprintable()
    return caught.value


def paths(text: str | bytes, kind: str = "plan") -> list[str]:
    return [finding.path for finding in refused(text, kind).findings]


def walked(tree: Any, steps: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    yield steps, tree
    if isinstance(tree, dict | list):
        for key, member in tree.items() if isinstance(tree, dict) else enumerate(tree):
            yield from walked(member, (*steps, key))


def path_of(steps: Path_) -> str:
    return "".join(f"[{at}]" if isinstance(at, int) else f".{at}" for at in steps).removeprefix(".") or "plan"


def put(tree: Any, steps: Path_, value: object) -> Any:
    """A copy with that value at that place."""
    changed = copy.deepcopy(tree)
    place = changed
    for at in steps[:-1]:
        place = place[at]
    place[steps[-1]] = value
    return changed


def without(tree: Any, steps: Path_) -> Any:
    """A copy without that key."""
    changed = copy.deepcopy(tree)
    place = changed
    for at in steps[:-1]:
        place = place[at]
    del place[steps[-1]]
    return changed


# What is written is read back.


@pytest.mark.parametrize("kind", VALUES)
@given(data=st.data())
@settings(max_examples=60)
def test_a_document_is_read_back_as_it_was_and_written_again_as_it_was(kind: str, data: st.DataObject) -> None:
    """Every kind, whatever is in it."""
    value = data.draw(VALUES[kind])
    text = dump(value)
    assert READ(text, kind) == value
    assert READ(text.encode(), kind) == value
    assert dump(READ(text, kind)) == text


@pytest.mark.parametrize("kind", VALUES)
@given(data=st.data())
@settings(max_examples=40)
def test_a_document_fits_the_schema(kind: str, data: st.DataObject) -> None:
    """The formats of dates and instants too."""
    VALIDATOR.validate(tree_of(data.draw(VALUES[kind])))


@pytest.mark.parametrize("kind", VALUES)
@given(data=st.data())
@settings(max_examples=20)
def test_the_order_of_the_keys_of_an_object_does_not_matter(kind: str, data: st.DataObject) -> None:
    """Of the fields of a value, of dates and of calendars; the order of statuses and of texts by name does."""
    value = data.draw(VALUES[kind])
    kept = {"statuses", "next", "by_channel", "redirects"}

    def turned(tree: Any, key: object = "") -> Any:
        if isinstance(tree, list):
            return [turned(member) for member in tree]
        if not isinstance(tree, dict):
            return tree
        members = [(name, turned(member, name)) for name, member in tree.items()]
        return dict(members if key in kept else reversed(members))

    assert READ(json.dumps(turned(tree_of(value))), kind) == value


def test_a_document_is_the_same_text_whatever_the_hash_seed() -> None:
    """No set decides an order."""
    code = "from supportsla import dump, presets; print(*map(dump, (presets.apricot_us(), presets.client_portal())))"
    seeds = [
        dict(os.environ, PYTHONHASHSEED=seed, PYTHONPATH=str(Path(supportsla.__file__).parents[1])) for seed in "12"
    ]
    found = [subprocess.run([sys.executable, "-c", code], env=env, check=True, capture_output=True) for env in seeds]
    assert found[0].stdout == found[1].stdout != b""


def test_a_document_is_written_in_one_form() -> None:
    """A value on one line where it fits, else each of its members on its own."""
    calendar = BusinessCalendar("Europe/Berlin", "Mo-Fr 09:00-17:00", holidays=public_holidays("DE") + {})
    assert dump(calendar).splitlines() == [
        "{",
        '  "supportsla": 1,',
        '  "calendar": {',
        '    "zone": "Europe/Berlin",',
        '    "hours": "Mo-Fr 09:00-17:00",',
        '    "holidays": {"operation": "+", "left": {"country": "DE", "language": "de"}, "right": []}',
        "  }",
        "}",
    ]


@pytest.mark.parametrize(
    "wrong",
    [5, None, "text", b"bytes", {}, [], [5], [apricot_us().targets[0], apricot_us().priorities[0]], public_holidays],
    ids=lambda wrong: type(wrong).__name__,
)
def test_what_no_document_holds_is_refused(wrong: Any) -> None:
    """With what one does."""
    with pytest.raises(WrongType, match="expected a Plan, a calendar"):
        dump(wrong)


def test_a_case_is_saved_as_its_log() -> None:
    """A case is what its events come to."""
    log = READ((Path(__file__).parent / "documents" / "log.json").read_text(encoding="utf-8"), "log")
    with pytest.raises(WrongType, match="expected its log"):
        dump(cast("Any", replay(log[:1])))
    assert dump(iter(log)) == dump(log)


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (Intake(default="\ud800"), "intake.default"),
        (Intake(by_channel={"\udfff": "low"}), 'intake.by_channel."\\udfff"'),
        (PublicHolidays("US", None, None, None), "schedule"),
        (PublicHolidays("XX", None, None, "en_US"), "schedule.country"),
        (CombinedSchedule("+", Dates(()), Recurrence("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")), "schedule.right.rule"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_value_that_would_not_be_read_back_is_not_written(value: Any, path: str) -> None:
    """Half a character, holidays as a machine's settings name them, a country or a rule that is none."""
    with pytest.raises(InvalidDocument) as caught:
        dump(value)
    assert {finding.path for finding in caught.value.findings} == {path}


def test_a_value_of_another_type_is_not_written() -> None:
    """Where the classes take it."""
    with pytest.raises(InvalidDocument, match=r"intake.default: expected a text, not 5"):
        dump(Intake(default=cast("str", 5)))
    with pytest.raises(WrongType, match="expected what a document can hold"):
        dump(Intake(default=cast("str", object())))


@pytest.mark.parametrize("times", [61, 2000])
def test_too_many_schedules_in_one_are_not_written(times: int) -> None:
    """Nor would they be read."""
    schedule = public_holidays("US")
    for _ in range(times):
        schedule = schedule + recurring("FREQ=DAILY")
    with pytest.raises(InvalidDocument, match="nested more than 60 deep"):
        dump(schedule)


# What is kept.


@pytest.mark.parametrize("stored", STORED, ids=lambda stored: stored.stem)
def test_a_stored_document_loads_and_is_written_again_byte_for_byte(stored: Path) -> None:
    """For ever."""
    written = stored.read_bytes()
    kind = [*json.loads(written)][1]
    assert dump(READ(written, kind)).encode() == written


def test_a_document_of_every_kind_is_stored() -> None:
    """None is forgotten."""
    assert {[*json.loads(stored.read_bytes())][1] for stored in STORED} == {*documents.KINDS}


def test_every_kind_of_event_is_stored() -> None:
    """With all that it says, and with what it must."""
    log = READ((Path(__file__).parent / "documents" / "log.json").read_text(encoding="utf-8"), "log")
    assert {type(event) for event in log} == {*KINDS}


def test_every_life_of_a_case_is_stored(shared: Path) -> None:
    """Each machine that was found elsewhere, in each of its policies."""
    found = [READ(stored.read_bytes(), "workflow") for stored in STORED if stored.stem.startswith("lifecycle")]
    assert {flow.name: flow for flow in found} == {name: workflow(shared, name) for name in TABLES}
    assert {words.system for words in TABLES.values()} == {*machines(shared)}


@pytest.mark.parametrize(
    ("name", "preset"), [("apricot_us", apricot_us), ("apricot_anz", apricot_anz), ("client_portal", client_portal)]
)
def test_the_stored_presets_are_the_presets(name: str, preset: Callable[[], Plan]) -> None:
    """A preset that changes is another document."""
    assert READ((Path(__file__).parent / "documents" / f"{name}.json").read_bytes()) == preset()


@pytest.mark.parametrize("stored", STORED, ids=lambda stored: stored.stem)
def test_a_stored_document_fits_the_schema(stored: Path) -> None:
    """As every other."""
    VALIDATOR.validate(json.loads(stored.read_bytes()))


def test_the_schema_in_the_package_is_that_of_the_classes() -> None:
    """`python docs/schema.py` writes it anew."""
    stored = Path(supportsla.__file__).with_name("document.schema.json").read_text(encoding="utf-8")
    assert stored == json.dumps(schema(), indent=2) + "\n"
    Draft202012Validator.check_schema(schema())


def test_the_schema_describes_every_class_and_names_every_event() -> None:
    """In the words of the docstrings."""
    definitions = schema()["$defs"]
    assert {kind.__name__ for kind in KINDS} < definitions.keys()
    described = {name for name, made in definitions.items() if made.get("description")}
    assert described >= definitions.keys() - {"Calendar", "Schedule"}
    assert definitions["Target"]["properties"]["limit"]["description"].startswith("the time until the limit")


# What is wrong.

FULL: Any = tree_of(client_portal())["plan"]
FULL["staffing"] = [{"channel": "portal", "calendar": "desk", "priorities": ["critical"]}]
FULL["intake"] |= {
    "by_channel": {"phone": "critical"},
    "emergency": ["phone"],
    "channels": ["portal", "email", "phone"],
}
FULL["consultation"] = {"length": "1 calendar hour"}
FULL["workflow"]["statuses"]["Resolved"]["within"] = "2 calendar days"
FULL["disruptions"] = [{"kind": "incident", "opens": "2026-01-01T00:00:00Z", "closes": "2026-01-02T00:00:00Z"}]
FULL["targets"].append(
    {"metric": "resolution", "priority": "low", "due": "5 business days", "warn_before": ["25 %"], "channel": "email"}
)
FULL["calendars"]["both"] = {
    "operation": "|",
    "left": DESK | {"exceptions": {"2026-12-24": "off"}, "revisions": {"2027-01-01": "Mo 09:00-10:00"}},
    "right": [{"opens": "2026-01-01T00:00:00Z", "closes": "2026-01-02T00:00:00Z"}],
}
PLACES = [(steps, value) for steps, value in walked(FULL) if steps]
TELLS_THE_KIND = {"operation", "country", "rule"}


def fits(held: object) -> bool:
    return VALIDATOR.is_valid({"supportsla": 1, "plan": held})


def test_the_plan_that_faults_are_planted_in_has_none() -> None:
    """So that every fault below is a planted one."""
    assert fits(FULL)
    load(document("plan", FULL))


@pytest.mark.parametrize("wrong", [1.5, True, [], {}, "~"], ids=repr)
def test_a_wrong_type_is_told_where_it_is_and_nowhere_else(wrong: Any) -> None:
    """At every place of a plan whose schema refuses it."""
    for steps, value in PLACES:
        changed = put(FULL, steps, wrong)
        if type(value) is not type(wrong) and not (steps[-1] in ("right", "holidays") and wrong in ([], {})):
            assert not fits(changed), steps
            assert paths(document("plan", changed)) == [path_of(steps)]


@pytest.mark.parametrize("kind", ["priorities", "targets", "metrics", "log"])
def test_a_document_of_several_holds_one_at_least(kind: str) -> None:
    """No value of any of these kinds is nothing; `dump` takes none."""
    assert paths(document(kind, []), kind) == [kind]
    assert not VALIDATOR.is_valid({"supportsla": 1, kind: []})


def test_an_editor_may_name_the_schema_in_a_document() -> None:
    """It is not read."""
    tree = {"$schema": "./document.schema.json", **tree_of(apricot_us())}
    assert load(json.dumps(tree)) == apricot_us()
    VALIDATOR.validate(tree)


def test_a_key_under_another_spelling_is_told_once() -> None:
    """Not as missing, too."""
    assert paths(document("targets", [{"metric": "a", "priority": "b", "dew": "1 business day"}]), "targets") == [
        "targets[0].dew"
    ]


def test_faults_are_told_in_the_order_of_the_document() -> None:
    """Whichever was found first."""
    held = put(put(FULL, ("targets", 0, "calendar"), "nowhere"), ("targets", 1, "due"), "soon")
    assert paths(document("plan", put(held, ("name",), 5))) == ["name", "targets[0].calendar", "targets[1].due"]


def test_the_schema_says_what_is_left_out() -> None:
    """Another default would be another form."""
    fields = {name: made["properties"] for name, made in schema()["$defs"].items() if "properties" in made}
    assert fields["Target"]["boundary"]["default"] == "close"
    assert fields["Plan"]["on_priority_change"]["default"] == "fair"
    assert fields["Intake"]["channels"]["default"] == ["portal", "email", "chat", "phone", "emergency"]
    assert "default" not in fields["Target"]["due"]


def test_an_unknown_key_is_told_where_it_is() -> None:
    """In every object whose keys are given."""
    for steps, value in PLACES:
        changed = put(FULL, (*steps, "unknown"), 1) if isinstance(value, dict) else FULL
        if not fits(changed):
            assert paths(document("plan", changed)) == [path_of((*steps, "unknown"))]


def test_a_missing_key_is_told_where_it_would_be() -> None:
    """Every one that the schema requires, but those which tell the kind of a value."""
    told = 0
    for steps, _ in PLACES:
        changed = without(FULL, steps)
        if not fits(changed) and steps[-1] not in TELLS_THE_KIND:
            assert paths(document("plan", changed))[0] == path_of(steps) or isinstance(steps[-1], int), steps
            told += 1
    assert told > 50


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(), max_size=9), inner, max_size=4)
    ),
)


@given(values, st.sampled_from([*documents.KINDS]))
@settings(max_examples=200)
def test_any_json_is_read_or_refused(tree: object, kind: str) -> None:
    """With every fault told in a text that can be printed."""
    for text in (json.dumps(tree), document(kind, tree)):
        try:
            READ(text, kind)
        except InvalidDocument as fault:
            assert str(fault).replace("\n", "").isprintable()  # noqa: PT017


@given(
    st.sampled_from(PLACES),
    values | st.sampled_from([value for _, value in PLACES]),
    st.text(st.characters(), max_size=5),
)
@settings(max_examples=200)
def test_a_plan_in_which_anything_stands_anywhere_is_read_or_refused(
    place: tuple[Path_, Any], anything: object, key: str
) -> None:
    """In the place of a value, and beside it."""
    steps, _ = place
    changes = [put(FULL, steps, anything)]
    if isinstance(steps[-1], str):
        changes.append(put(FULL, (*steps[:-1], key), anything))
    for changed in changes:
        try:
            load(document("plan", changed))
        except InvalidDocument as fault:
            assert str(fault).replace("\n", "").isprintable()  # noqa: PT017


@given(st.binary(max_size=40), st.integers(0, 6000), st.integers(0, 40))
@settings(max_examples=100)
def test_a_text_that_was_damaged_is_read_or_refused(noise: bytes, at: int, lost: int) -> None:
    """Whatever was put in or fell out."""
    written = dump(client_portal()).encode()
    try:
        load(written[:at] + noise + written[at + lost :])
    except InvalidDocument as fault:
        assert str(fault).replace("\n", "").isprintable()  # noqa: PT017


# All faults at once.

W = ("workflow", "statuses")
FAULTS: dict[str, tuple[Path_, object]] = {
    "an unknown key": (("targets", 0, "dew"), 5),
    "a wrong type": (("workflow", "statuses", "Assigned", "meaning"), 5),
    "a status that is none": (("workflow", "statuses", "Waiting For"), 5),
    "a duration that is none": ((*W, "Resolved", "timers", 0, "after"), "soon"),
    "an action that is none": ((*W, "Waiting For Customer", "timers", 1, "then", "action"), "explode"),
    "hours that are none": (("calendars", "always", "hours"), "every day"),
    "a zone that is none": (("calendars", "desk", "zone"), "Europe/Berlim"),
    "a date that is none": (("calendars", "both", "left", "exceptions", "2026-02-30"), "off"),
    "an instant without an offset": (("disruptions", 0, "opens"), "2026-01-01T00:00:00"),
    "holidays of no country": (("calendars", "desk", "holidays", "country"), "XX"),
    "a rule without dates": (("calendars", "always", "holidays"), {"rule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}),
    "a target of nothing": (("targets", 1, "due"), "0 business hours"),
    "an unknown calendar": (("targets", 2, "calendar"), "nowhere"),
    "an unknown priority": (("staffing", 0, "priorities", 0), "urgent"),
    "a priority without a name": (("priorities", 3, "name"), None),
    "an unknown metric": (("targets", 4, "metric"), "mood"),
    "an unknown status": (("metrics", 0, "paused_in"), ["Lost"]),
    "an unknown status to go to": ((*W, "Pending Support", "next", "Lost"), ["support"]),
    "an unknown channel": (("targets", 8, "channel"), "fax"),
    "a channel that is none": (("intake", "forms", 0, "channel"), 5),
    "no way to open": (("workflow", "initial"), []),
    "a closing that closes nothing": (("workflow", "closed_by_client"), "New"),
    "a timer in two kinds of time": ((*W, "Resolved", "timers", 1, "calendar"), "desk"),
    "a warning that is none": (("targets", 8, "warn_before", 0), "0 %"),
}
TOLD_AT = {
    "a rule without dates": "calendars.always.holidays.rule",
    "an unknown status": "metrics[0].paused_in[0]",
    "a timer in two kinds of time": "workflow.statuses.Resolved.timers[1].zone",
}
HIDDEN = {
    "an unknown priority": "a priority without a name",
    "a closing that closes nothing": "a status that is none",
}
"""What cannot be said to be wrong beside another fault: it may be that which could not be read."""


def planted(*faults: str) -> Any:
    tree = FULL
    for fault in faults:
        tree = put(tree, *FAULTS[fault])
    return tree


def told_of(fault: str) -> str:
    return TOLD_AT.get(fault) or path_of(FAULTS[fault][0])


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_once_and_nothing_that_follows_from_it(fault: str) -> None:
    """A status that cannot be read makes no reference to it unknown."""
    assert paths(document("plan", planted(fault))) == [told_of(fault)]


@pytest.mark.parametrize(("one", "other"), [*combinations(FAULTS, 2)])
def test_two_faults_are_told_as_each_is(one: str, other: str) -> None:
    """None hides another, nor makes one of its own, but for what needs what could not be read."""
    expected = {told_of(fault) for fault in (one, other) if HIDDEN.get(fault) not in (one, other)}
    assert sorted(paths(document("plan", planted(one, other)))) == sorted(expected)


def test_all_faults_are_told_at_once() -> None:
    """Each with its path; a key that is given twice and one that is missing among them."""
    many = [fault for fault in FAULTS if fault not in ("a target of nothing", *HIDDEN.values())]
    tree = without(planted(*many), ("targets", 1, "due"))
    text = document("plan", tree).replace('"name": "Client portal", "statuses"', '"name": "x", "name": "y", "statuses"')
    expected = {*map(told_of, many), "targets[1].due", "workflow.name"}
    assert sorted(paths(text)) == sorted(expected)


def test_the_findings_say_what_is_meant() -> None:
    """In a sentence, with what would mend it."""
    held = {"zone": "Europe/Berlin", "hours": "Mo-Fr 9-17", "holiday": {}}
    found = {finding.path: finding for finding in refused(document("calendar", held), "calendar").findings}
    assert found["calendar.holiday"].repair == "did you mean holidays?"
    assert "cannot be read at character 7" in found["calendar.hours"].message
    assert {finding.severity for finding in found.values()} == {"error"}


@pytest.mark.parametrize(
    ("kind", "held", "path"),
    [
        ("calendar", 5, "calendar"),
        ("calendar", {"zone": "UTC"}, "calendar.hours"),
        ("calendar", {"operation": "|", "left": DESK}, "calendar.right"),
        ("calendar", {"operation": "^", "left": DESK, "right": []}, "calendar.operation"),
        ("calendar", {"operation": "|", "left": DESK, "right": 5}, "calendar.right"),
        ("calendar", DESK | {"exceptions": {"2026-12-24": "open"}}, "calendar.exceptions.2026-12-24"),
        ("calendar", DESK | {"revisions": {"1800-01-01": "off"}}, "calendar.revisions.1800-01-01"),
        ("schedule", 5, "schedule"),
        ("schedule", {"country": "XX"}, "schedule.country"),
        ("schedule", {"country": "AU", "subdivision": "XX"}, "schedule.subdivision"),
        ("schedule", {"country": "US", "categories": ["bank"]}, "schedule.categories"),
        ("schedule", {"country": "US", "language": "xx"}, "schedule.language"),
        ("schedule", {"rule": "FREQ=HOURLY"}, "schedule.rule"),
        ("schedule", {"rule": "FREQ=YEARLY;BYDAY=XX"}, "schedule.rule"),
        ("schedule", {"1898-12-31": "old"}, "schedule.1898-12-31"),
        ("schedule", {"20260101": "another form"}, "schedule.20260101"),
        ("schedule", {"2026-01-01": 5}, "schedule.2026-01-01"),
        ("workflow", {"name": "", "statuses": {"A": {}}, "initial": ["B"]}, "workflow.initial"),
        ("intake", {"forms": [{"channel": "a", "fields": [{"name": "colour"}]}]}, "intake.forms[0].fields[0].name"),
        ("priorities", [{"name": "a", "signs": "b"}], "priorities[0].signs"),
        ("targets", [{"metric": "a", "priority": "b", "due": "4 hours"}], "targets[0].due"),
        ("targets", [{"metric": "", "priority": "", "due": "1 business day", "boundary": ""}], "targets[0].boundary"),
        ("metrics", [{"name": " ", "starts": []}], "metrics[0].name"),
        ("metrics", [{"name": "a", "starts": ["noon"]}], "metrics[0].starts[0]"),
        ("log", [{"event": "Exploded"}], "log[0].event"),
        ("log", [{}], "log[0].event"),
        ("log", [5], "log[0]"),
        ("plan", NOTHING | {"consultation": {"length": "1 calendar day"}},
         "consultation.length"),
    ],
)  # fmt: skip
def test_a_fault_of_a_part_is_told_with_its_path(kind: str, held: object, path: str) -> None:
    """From the kind of the document on."""
    assert paths(document(kind, held), kind) == [path]


@pytest.mark.parametrize(
    ("field", "wrong", "path"),
    [
        ("at", "2026-01-01", "log[0].at"),
        ("at", "1899-12-31T23:59:59Z", "log[0].at"),
        ("at", "2026-01-01T00:00:00.0000001Z", "log[0].at"),
        ("at", "2026-13-01T00:00:00Z", "log[0].at"),
        ("by", {"role": "boss", "id": "a"}, "log[0].by.role"),
        ("by", {"role": "client", "id": " "}, "log[0].by.id"),
        ("slot", {"opens": "2026-01-02T00:00:00Z", "closes": "2026-01-01T00:00:00Z"}, "log[0].slot"),
        ("slot", {"opens": "2026-01-02T00:00:00Z"}, "log[0].slot.closes"),
    ],
)
def test_a_fault_of_an_event_is_told_with_its_path(field: str, wrong: object, path: str) -> None:
    """An instant without an offset, or finer than a microsecond, and a window that closes before it opens."""
    slot = {"opens": "2026-01-01T00:00:00Z", "closes": "2026-01-02T00:00:00+01:00"}
    event = {"event": "ConsultationBooked", "at": "2026-01-01T00:00:00Z", "by": {"role": "client", "id": "a"}}
    assert len(READ(document("log", [event | {"slot": slot}]), "log")) == 1
    assert paths(document("log", [event | {"slot": slot, field: wrong}]), "log") == [path]


# Bad input.

PLAN = dump(apricot_us())


def nested(times: int, leaf: object) -> object:
    for _ in range(times):
        leaf = {"operation": "+", "left": leaf, "right": []}
    return leaf


def desks(**calendars: object) -> str:
    return document("plan", FULL | {"calendars": {**FULL["calendars"], **calendars}})


BAD: dict[str, tuple[str | bytes, str]] = {
    "nothing": ("", "line 1, column 1: it is no JSON"),
    "blank": (" \n", "it is no JSON"),
    "cut off": (PLAN[:1000], "line 34, column 20: it is no JSON"),
    "doubled": (PLAN * 2, "it is no JSON: Extra data"),
    "too long": (" " * 1_000_001, "has up to 1,000,000"),
    "a list of many": (f"[{'0,' * 400_000}0]", "more than 50,000 values"),
    "many objects": (f"[{'{},' * 20_000}0]", "10,000 objects and lists"),
    "deep lists": ("[" * 400_000, "nested more than 60 deep"),
    "deep objects": ('{"supportsla": 1, "plan": ' + '{"a":' * 99 + "1" + "}" * 100, "nested more than 60 deep"),
    "UTF-16": (PLAN.encode("utf-16"), "byte 1: it is no UTF-8"),
    "Latin-1": (PLAN.replace("hours", "é").encode("latin-1"), "it is no UTF-8"),
    "half a character": ('{"supportsla": 1, "plan": {"\\ud800": "\\udfff"}}', 'plan."\\\\ud800"|half a character'),
    "NaN": ('{"supportsla": 1, "plan": NaN}', "NaN is no number"),
    "an infinity": ('{"supportsla": 1, "plan": -Infinity}', "-Infinity is no number"),
    "an overflow": ('{"supportsla": 1, "plan": 1e999}', "expected an object, not Infinity"),
    "many digits": (f'{{"supportsla": 1, "plan": {"9" * 100_000}}}', "an integer of 100,000 digits"),
    "no document": ("[]", "it is no document"),
    "no version": ('{"plan": {}}', "it is no document"),
    "a later version": ('{"supportsla": 2, "plan": {}}', "form 2 is none that this release"),
    "a true version": ('{"supportsla": true, "plan": {}}', "form true is none"),
    "a broken version": ('{"supportsla": 1.0, "plan": {}}', "form 1.0 is none"),
    "a version without a plan": ('{"supportsla": 1}', "plan: it is missing"),
    "another kind": (document("calendar", DESK), 'read it with load\\(text, "calendar"\\)'),
    "two kinds": ('{"supportsla": 1, "plan": {}, "calendar": {}}', "calendar: a document of this kind has no such key"),
    "a key twice": ('{"supportsla": 1, "supportsla": 1, "plan": {}}', "supportsla: it is given more than once"),
    "a path for a zone": (desks(a={"zone": "../../etc/passwd", "hours": "24/7"}), r"calendars\.a\.zone: zone is"),
    "a zone with a zero": (desks(a={"zone": "a\0b", "hours": "24/7"}), r"calendars\.a\.zone: zone is"),
    "the machine's own zone": (desks(a={"zone": "localtime", "hours": "24/7"}), "something else on each machine"),
    "many unknown names": (
        document("plan", FULL | {"metrics": [FULL["metrics"][0] | {"paused_in": [f"{i}" for i in range(40_000)]}]}),
        "has 1,000 faults",
    ),
    "many zones": (
        desks(**{f"c{i}": {"zone": f"Europe/Berlim{i}", "hours": "24/7"} for i in range(101)}),
        "more than 100 different texts at 'zone'",
    ),
    "a long time": (
        document("plan", put(FULL, ("targets", 0, "due"), f"1{'0' * 30} business hours")),
        r"targets\[0\]\.due: duration is 1000",
    ),
    "a long percent": (
        document("plan", put(FULL, ("targets", 8, "warn_before", 0), f"{'9' * 5000} %")),
        "expected a text",
    ),
    "long hours": (desks(a=DESK | {"hours": "x" * 10_001}), r"a\.hours: expected a text"),
    "schedules in schedules": (desks(a=DESK | {"holidays": nested(50, {"country": 5})}), "country: expected a text"),
    "an endless rule": (desks(a=DESK | {"holidays": {"rule": "FREQ=YEARLY;BYEASTER=0;BYMONTH=1"}}), "on no date"),
    "many rules without dates": (
        desks(**{f"c{i}": DESK | {"holidays": {"rule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}} for i in range(2000)}),
        "on no date",
    ),
    "many unknown keys": (document("plan", FULL | {f"key {i}": 1 for i in range(40_000)}), "has 1,000 faults"),
    "a circle of timers": (
        document(
            "plan",
            FULL
            | {
                "workflow": {
                    "name": "",
                    "statuses": {
                        f"{i}": {
                            "timers": [
                                {
                                    "then": {"action": "move", "to": f"{(i + 1) % 2000}"},
                                    "after": "1 calendar day",
                                    "zone": "UTC",
                                }
                            ]
                        }
                        for i in range(2000)
                    },
                    "initial": ["0"],
                },
                "metrics": None,
            },
        ),
        "timers move a case in a circle .*and 1,980 more",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_refused(name: str) -> None:
    """In a short time, and in few words."""
    text, message = BAD[name]
    fault = refused(text)
    assert re.search(message, str(fault), re.DOTALL)
    assert len(str(fault)) < 100_000


def test_ten_thousand_holidays_are_read() -> None:
    """A table of dates may be long."""
    named = {f"{1900 + i // 336}-{i // 28 % 12 + 1:02}-{i % 28 + 1:02}": "closed" for i in range(10_000)}
    assert len(READ(document("schedule", named), "schedule").named) == 10_000


def test_a_byte_order_mark_is_no_part_of_a_document() -> None:
    """Editors put one there."""
    assert load(b"\xef\xbb\xbf" + PLAN.encode()) == load("\ufeff" + PLAN) == apricot_us()


@pytest.mark.parametrize("wrong", [None, 5, {}, bytearray(b"{}"), Path("plan.json")], ids=repr)
def test_only_a_text_or_bytes_are_read(wrong: Any) -> None:
    """Not a path, nor what JSON was read to."""
    with pytest.raises(WrongType, match="expected a document as text, or as bytes"):
        load(wrong)


def test_a_kind_is_one_that_there_is() -> None:
    """With those that there are."""
    wrongs: list[Any] = ["policy", None, []]
    for wrong in wrongs:
        with pytest.raises(InvalidChoice, match="allowed: 'plan', 'calendar'"):
            READ(PLAN, wrong)


def test_a_consultation_longer_than_the_years_that_are_known_is_not_written() -> None:
    """Its length is out of range."""
    with pytest.raises(OutOfRange):
        dump(supportsla.Plan("", {"desk": supportsla.ALWAYS}, [], [], consultation=Consultation(timedelta.max)))


def test_without_the_extra_documents_say_how_it_is_installed() -> None:
    """And the library is imported all the same."""
    code = """
import sys
sys.modules["cattrs"] = None
import supportsla
try:
    supportsla.dump(supportsla.ALWAYS)
except supportsla.MissingExtra as fault:
    print(fault)
"""
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert found.stdout.strip().endswith("pip install 'supportsla[documents]'")


@pytest.mark.parametrize("preset", PRESETS, ids=lambda plan: plan.name)
def test_a_policy_is_a_plan_without_a_workflow(preset: Plan) -> None:
    """Metrics that name statuses are then of no use, but are kept."""
    policy = tree_of(preset)["plan"]
    del policy["workflow"]
    found = load(document("plan", policy))
    assert (found.workflow, found.metrics, found.targets) == (None, preset.metrics, preset.targets)
