"""Frozen calendars and digests (W14)."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from importlib import import_module
from importlib.metadata import version
from typing import Literal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategies import Scene, scenes
from supportsla import (
    ALWAYS,
    BusinessCalendar,
    Calendar,
    OutOfRange,
    Schedule,
    SupportSLAError,
    Window,
    WrongType,
    business_hours,
    dump,
    explain,
    explain_elapsed,
    load,
    public_holidays,
    recurring,
)
from supportsla.closures import Dates, Frozen
from supportsla.freezing import digest, freeze
from supportsla.presets import AEDT, CST, apricot_anz, client_portal

NEW_YEAR, CHRISTMAS = date(2026, 1, 1), date(2026, 12, 25)
MADE_WITH = (("holidays", version("holidays")), ("tzdata", import_module("tzdata").IANA_VERSION))
NIGHTS = BusinessCalendar(
    "America/Chicago", "20:00-10:00; PH 23:00-27:00", holidays=public_holidays("US"), holidays_close="shift"
)
EVES = recurring("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=30,31", "Eve") + recurring("FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1")
CLOSES: tuple[Literal["date", "shift"], ...] = ("date", "shift")
NIGHTLY_EVES = [
    BusinessCalendar(zone, "20:00-19:00; PH 23:00-47:00", holidays=EVES, holidays_close=close)
    for zone in ("Pacific/Kiritimati", "Etc/GMT+12", "UTC")
    for close in CLOSES
]
MIXED = (CST | AEDT) - BusinessCalendar("Europe/Berlin", "We 15:00-16:00", holidays=public_holidays("DE"))


@pytest.mark.parametrize("calendar", [CST, AEDT, NIGHTS, MIXED, *NIGHTLY_EVES])
@pytest.mark.parametrize("years", [(2026, 2026), (2025, 2028)])
def test_a_frozen_calendar_is_open_at_the_same_instants_and_closed_for_the_same_reasons(
    calendar: Calendar, years: tuple[int, int]
) -> None:
    """Over the years, to the microsecond at both ends, whichever dates shifts reach in from."""
    frozen = freeze(calendar, *years)
    assert frozen.spans(*years) == calendar.spans(*years)
    assert frozen.labels(*years) == calendar.labels(*years)
    assert digest(frozen, *years) == digest(calendar, *years)


@given(scenes(), st.integers(0, 2))
def test_freezing_what_is_explicit_changes_nothing(scene: Scene, more: int) -> None:
    """Dates, exceptions, revisions, hours and windows."""
    year = scene.points[0].year
    assert freeze(scene.calendar, year, year + more) == scene.calendar


@pytest.mark.parametrize("value", [CST, NIGHTS, MIXED, CST.holidays, apricot_anz()])
def test_freezing_twice_changes_nothing(value: Calendar) -> None:
    """With the same years."""
    frozen = freeze(value, 2025, 2027)
    assert frozen != value
    assert freeze(frozen, 2025, 2027) == frozen == pickle.loads(pickle.dumps(frozen))
    assert hash(frozen) == hash(freeze(value, 2025, 2027))


def test_a_frozen_schedule_has_the_dates_of_its_years_by_name() -> None:
    """And the three dates beside them, and says what made it."""
    frozen = freeze(public_holidays("AU", "NSW") - [CHRISTMAS] + {NEW_YEAR: "Ours"}, 2026, 2027)
    assert isinstance(frozen, Frozen)
    live = public_holidays("AU", "NSW").dates(2026, 2027)
    assert frozen.dates(2026, 2027) == {day: name for day, name in live.items() if day != CHRISTMAS}
    assert frozen.dates(2028, 2030) == {date(2028, 1, 1): "New Year's Day"}
    assert frozen.made_with == MADE_WITH


def test_years_that_are_not_frozen_are_unknown() -> None:
    """An explanation says so."""
    frozen = freeze(CST, 2026, 2026)
    assert frozen.unknown_years(2025, 2028) == (2025, 2027, 2028)
    why = explain_elapsed(frozen, datetime(2026, 12, 30, tzinfo=UTC), datetime(2027, 1, 30, tzinfo=UTC))
    assert why.unknown_years == (2027,)
    assert "No table of public holidays is known for 2027" in str(why)


def test_a_plan_is_frozen_calendar_by_calendar() -> None:
    """And nothing else of it changes."""
    plan = apricot_anz()
    frozen = freeze(plan, 2026, 2026)
    assert frozen.calendar("desk") == freeze(AEDT, 2026, 2026) != AEDT
    assert frozen.calendar("always") == ALWAYS
    assert (frozen.targets, frozen.workflow, frozen.name) == (plan.targets, plan.workflow, plan.name)


def test_windows_of_a_combined_calendar_are_kept() -> None:
    """They are explicit."""
    at = datetime(2026, 5, 4, tzinfo=UTC)
    maintenance = [Window(at, at + timedelta(days=1))]
    assert freeze(CST - maintenance, 2026, 2026) == freeze(CST, 2026, 2026) - maintenance


def test_what_made_a_frozen_schedule_is_kept_when_it_is_frozen_again() -> None:
    """With dates added, in fewer years, or beside another one, both versions listed."""
    old = Frozen({NEW_YEAR: "New Year"}, 2026, 2027, [("holidays", "0.1")])
    new = Frozen({CHRISTMAS: "Christmas"}, 2020, 2030, {"holidays": "0.2"})
    assert freeze(old + [CHRISTMAS], 2026, 2026) == Frozen(
        {NEW_YEAR: "New Year", CHRISTMAS: ""}, 2026, 2026, old.made_with
    )
    both = freeze(old + new, 2026, 2027)
    assert isinstance(both, Frozen)
    assert both.made_with == (("holidays", "0.1, 0.2"),)


@pytest.mark.parametrize(
    ("schedule", "years", "message"),
    [
        (public_holidays("US"), (2099, 2101), "holidays is 2101; allowed: .* to 2100, for which all"),
        (public_holidays("US"), (2150, 2160), "holidays is 2150 to 2160; allowed"),
        (Frozen((), 2026, 2027), (2025, 2027), "holidays is 2025; allowed: 2026 to 2027, for which"),
        (Frozen((), 2026, 2026) + Frozen((), 2027, 2027), (2026, 2027), "2026 to 2027; allowed: none"),
        (Dates(()), (2026, 2025), "last_year is 2025; allowed: years 2026 to 2200"),
        (Dates(()), (1899, 2025), "first_year is 1899; allowed: years 1900 to 2200"),
    ],
)
def test_a_year_that_is_not_known_is_not_frozen_as_one_without_holidays(
    schedule: Schedule, years: tuple[int, int], message: str
) -> None:
    """Neither a package's nor a frozen one."""
    with pytest.raises(OutOfRange, match=message):
        freeze(schedule, *years)


def test_the_first_and_the_last_year_are_frozen_too() -> None:
    """With the dates of 1899 and 2201 that their shifts ask for."""
    for calendar in NIGHTLY_EVES:
        for year in (1900, 2200):
            assert freeze(calendar, year, year).spans(year, year) == calendar.spans(year, year)


def test_a_frozen_calendar_never_asks_the_holidays_package() -> None:
    """Not even where it is not installed."""
    frozen = freeze(MIXED, 2026, 2027)
    code = (
        "import pickle, sys; sys.modules['holidays'] = None; frozen = pickle.loads(sys.stdin.buffer.read());"
        "import supportsla.freezing as f; assert f.freeze(frozen, 2026, 2026).unknown_years(2026, 2027) == (2027,);"
        "print(f.digest(frozen, 2026, 2027))"
    )
    found = subprocess.run([sys.executable, "-c", code], input=pickle.dumps(frozen), check=True, capture_output=True)
    assert found.stdout.decode().strip() == digest(MIXED, 2026, 2027)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: Frozen({NEW_YEAR: "x"}, 2027, 2026), OutOfRange, "last_year is 2026; allowed: years 2027"),
        (lambda: Frozen({}, 1800, 2026), OutOfRange, "first_year is 1800"),
        (lambda: Frozen({}, 2026, 2201), OutOfRange, "last_year is 2201"),
        (lambda: Frozen({}, "2026", 2026), WrongType, "first_year is '2026'"),  # type: ignore[arg-type]
        (lambda: Frozen({}, 2026, True), WrongType, "last_year is True"),
        (
            lambda: Frozen({NEW_YEAR: "x"}, 2027, 2027),
            OutOfRange,
            "a frozen holiday is 2026-01-01; .*2026-12-30 to 2028",
        ),
        (lambda: Frozen({CHRISTMAS: "x"}, 2024, 2025), OutOfRange, "a frozen holiday is 2026-12-25; .* to 2026-01-01"),
        (lambda: Frozen({NEW_YEAR: 5}, 2026, 2026), WrongType, "the name of 2026-01-01 is 5"),  # type: ignore[arg-type]
        (lambda: Frozen(5, 2026, 2026), WrongType, "holidays is 5"),  # type: ignore[arg-type]
        (lambda: Frozen([datetime(2026, 1, 1, tzinfo=UTC)], 2026, 2026), WrongType, "pairs"),  # type: ignore[list-item]
        (lambda: Frozen({}, 2026, 2026, 5), WrongType, "made_with is 5"),  # type: ignore[arg-type]
        (lambda: Frozen({}, 2026, 2026, {"a": 5}), WrongType, "made_with is .*texts"),  # type: ignore[arg-type]
        (lambda: freeze(5, 2026, 2026), WrongType, "freeze is 5"),  # type: ignore[call-overload]
        (lambda: digest(5, 2026, 2026), WrongType, "digest is 5"),
        (lambda: digest(CST, 2026), WrongType, "a first year and a last one, or neither"),
        (lambda: digest(CST, last_year=2026), WrongType, "a first year and a last one, or neither"),
        (lambda: digest(CST, 2026, 2025), OutOfRange, "last_year is 2025"),
    ],
)
def test_what_cannot_be_frozen_is_refused(
    make: Callable[[], object], error: type[SupportSLAError], message: str
) -> None:
    """When it is made."""
    with pytest.raises(error, match=message):
        make()


def test_a_frozen_schedule_adds_and_takes_out_dates() -> None:
    """Like the others."""
    frozen = Frozen([(CHRISTMAS, "Christmas"), (NEW_YEAR, "New Year")], 2026, 2026)
    assert (frozen + {date(2026, 7, 1): "Ours"} - [NEW_YEAR]).dates(2026, 2026) == {
        date(2026, 7, 1): "Ours",
        CHRISTMAS: "Christmas",
    }
    assert frozen == Frozen({NEW_YEAR: "New Year", CHRISTMAS: "Christmas"}, 2026, 2026)
    assert frozen != Frozen({NEW_YEAR: "New Year", CHRISTMAS: "Christmas"}, 2026, 2027)


# Digests.


def hashed(zone: str, *windows: tuple[str, str]) -> str:
    """The digest of 2026 by its definition, of windows written in the zone."""
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    edges = [
        [
            (datetime.fromisoformat(edge).replace(tzinfo=ZoneInfo(zone)) - epoch) // timedelta(microseconds=1)
            for edge in w
        ]
        for w in windows
    ]
    lines = ["supportsla open windows", f"zone {zone}", "years 2026 2026", *(f"{low} {high}" for low, high in edges)]
    return sha256("".join(f"{line}\n" for line in lines).encode("ascii")).hexdigest()


def test_a_digest_is_that_of_the_open_windows_of_whole_years_of_utc() -> None:
    """By an independent account of two small calendars, the second cut at both ends of the year in UTC."""
    once = BusinessCalendar("America/Chicago", "off", exceptions={date(2026, 3, 8): "01:00-12:00"})
    assert digest(once, 2026, 2026) == hashed("America/Chicago", ("2026-03-08 01:00", "2026-03-08 12:00"))
    ends = {date(2025, 12, 31): "12:00-24:00", date(2026, 12, 31): "12:00-36:00"}
    late = BusinessCalendar("America/Chicago", "off", exceptions=ends)
    assert digest(late, 2026, 2026) == hashed(
        "America/Chicago", ("2025-12-31 18:00", "2026-01-01 00:00"), ("2026-12-31 12:00", "2026-12-31 18:00")
    )


def test_calendars_open_at_the_same_instants_have_the_same_digest() -> None:
    """However they are described; and any other zone or instant makes another one."""
    base = BusinessCalendar("UTC", "Mo-Fr 09:00-17:00", holidays={CHRISTMAS: "Christmas"})
    same = BusinessCalendar("UTC", "Mo-Fr 13:00-17:00", holidays=[CHRISTMAS]) | BusinessCalendar(
        "Etc/UTC", "Mo-Fr 09:00-13:00", exceptions={CHRISTMAS: "off"}
    )
    assert digest(base, 2026, 2026) == digest(same, 2026, 2026)
    others = [
        BusinessCalendar("UTC", "Mo-Fr 09:00-17:00"),
        BusinessCalendar("Etc/UTC", "Mo-Fr 09:00-17:00", holidays=[CHRISTMAS]),
        base | [Window(datetime(2026, 5, 3, tzinfo=UTC), datetime(2026, 5, 3, 0, 0, 0, 1, tzinfo=UTC))],
    ]
    assert len({digest(calendar, 2026, 2026) for calendar in (base, *others)}) == 4
    assert len({digest(base, *years) for years in ((2026, 2026), (2026, 2027), (2025, 2026))}) == 3


def test_a_digest_does_not_depend_on_the_hash_seed() -> None:
    """Nor on anything else of a process."""
    code = (
        "from supportsla.presets import AEDT, CST; from supportsla.freezing import digest, freeze;"
        "print(digest(freeze(CST | AEDT, 2020, 2030), 2020, 2030))"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code], check=True, capture_output=True, env={**os.environ, "PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("1", "2")
    }
    assert found == {f"{digest(CST | AEDT, 2020, 2030)}\n".encode()}


def test_a_digest_without_years_is_that_of_what_the_document_says() -> None:
    """With its defaults, its keys in order."""
    desk = BusinessCalendar("Europe/Berlin", "Mo-Fr 09:00-17:00")
    said = '"exceptions":{},"holidays":[],"holidays_close":"date","hours":"Mo-Fr 09:00-17:00","revisions":{}'
    assert digest(desk) == sha256(f'{{"calendar":{{{said},"zone":"Europe/Berlin"}}}}'.encode()).hexdigest()


def test_a_digest_without_years_does_not_depend_on_the_order_of_statuses() -> None:
    """A database may have sorted them."""
    text = dump(client_portal())
    again = load(json.dumps(json.loads(text), sort_keys=True))
    assert again != client_portal()
    assert digest(again) == digest(client_portal())


def test_a_frozen_calendar_knows_the_years_of_the_desks_own_clock() -> None:
    """In zones ahead of UTC they begin before."""
    zone = ZoneInfo("Pacific/Kiritimati")
    desk = BusinessCalendar(zone, "Mo-Su 09:00-17:00", holidays=public_holidays("US"))
    start = datetime(2026, 1, 1, 9, tzinfo=zone)
    for calendar in (desk, freeze(desk, 2026, 2027)):
        assert explain(calendar, start, business_hours(4)).unknown_years == ()
