"""Calendars that no release of a holiday package can change, and a digest that tells two calendars apart (W14)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from importlib import import_module
from typing import Any, overload

import attrs

from .calendars import BusinessCalendar, Calendar, CombinedCalendar
from .closures import CombinedSchedule, Dates, Frozen, Schedule, check_years, years_text
from .documents import whole
from .errors import OutOfRange, WrongType
from .plan import Plan, in_force
from .zones import FIRST_YEAR, LAST_YEAR

__all__ = ["digest", "freeze"]


@overload
def freeze(value: Calendar, first_year: int, last_year: int) -> Calendar: ...


@overload
def freeze(value: Schedule, first_year: int, last_year: int) -> Schedule: ...


@overload
def freeze(value: Plan, first_year: int, last_year: int) -> Plan: ...


def freeze(value: Calendar | Schedule | Plan, first_year: int, last_year: int) -> Calendar | Schedule | Plan:
    """The same calendar, schedule or plan, its holidays written out as the dates of whole years (W14).

    What is frozen never asks the holidays package again: its holidays are a `Frozen` schedule, with the versions of
    the packages that knew them. Dates given one by one, exceptions, revisions, hours and windows are explicit
    already and kept as they are. Of a combined calendar both sides are frozen, of a plan each of its calendars.

    Exact is every instant of the years, whether they are counted in UTC or on the desk's own clock, from the start
    of 1 January of the first year to the end of 31 December of the last: there `spans`, `labels` and every answer
    made of them are the same. For it the dates beside the years, 30 and 31 December before and 1 January after, are
    kept too. Other years have no holidays and are unknown, which explanations and reports say.

    The zone is not frozen: its clock changes come from the zone database, the machine's own before the tzdata
    package's. `digest` tells whether another database moved an opening.

    Args:
        value: a calendar, a schedule of holidays, or a plan.
        first_year: the first of the whole years.
        last_year: the last of them, included.

    Raises:
        OutOfRange: no years within 1900 to 2200, or such for which not all the holidays are known, beyond a
            country's table or what has been frozen before.
        WrongType: neither a calendar, a schedule nor a plan.

    >>> from datetime import date
    >>> from supportsla import public_holidays
    >>> frozen = freeze(public_holidays("US"), 2026, 2030)
    >>> frozen.dates(2026, 2026)[date(2026, 11, 26)], frozen.unknown_years(2026, 2032)
    ('Thanksgiving Day', (2031, 2032))
    """
    check_years(first_year, last_year)
    if isinstance(value, Plan) and value.versions:
        return in_force({at: freeze(version, first_year, last_year) for at, version in value.versions})
    if isinstance(value, Plan):
        calendars = {name: _calendar(calendar, first_year, last_year) for name, calendar in value.calendars}
        return attrs.evolve(value, calendars=calendars)
    if isinstance(value, Schedule):
        return _schedule(value, first_year, last_year)
    return _calendar(value, first_year, last_year)


def _calendar(calendar: Calendar, first_year: int, last_year: int) -> Calendar:
    if isinstance(calendar, BusinessCalendar):
        return attrs.evolve(calendar, holidays=_schedule(calendar.holidays, first_year, last_year))
    if not isinstance(calendar, CombinedCalendar):
        raise WrongType("freeze", calendar, "a calendar, a schedule of holidays, or a Plan")
    left, right = calendar.left, calendar.right
    return CombinedCalendar(
        calendar.operation,
        _calendar(left, first_year, last_year),
        _calendar(right, first_year, last_year) if isinstance(right, Calendar) else right,
    )


def _schedule(schedule: Schedule, first_year: int, last_year: int) -> Schedule:
    leaves = tuple(_leaves(schedule))
    if all(isinstance(leaf, Dates) for leaf in leaves):
        return schedule
    if unknown := schedule.unknown_years(first_year, last_year):
        raise OutOfRange("freeze: a year without known holidays", years_text(unknown), _known_years(schedule))
    first, last = date(first_year - 1, 12, 30), date(last_year + 1, 1, 1)
    found = schedule.dates(first.year, last.year)
    named = {day: name for day, name in found.items() if first <= day <= last}
    return Frozen(named, first_year, last_year, {pair for leaf in leaves for pair in _made_with(leaf)})


def _leaves(schedule: Schedule) -> Iterator[Schedule]:
    if isinstance(schedule, CombinedSchedule):
        yield from _leaves(schedule.left)
        yield from _leaves(schedule.right)
    else:
        yield schedule


def _made_with(leaf: Schedule) -> tuple[tuple[str, str], ...]:
    if isinstance(leaf, Frozen):
        return leaf.made_with
    if isinstance(leaf, Dates):
        return ()
    from importlib.metadata import version

    return ("holidays", version("holidays")), ("tzdata", str(import_module("tzdata").IANA_VERSION))


def _known_years(schedule: Schedule) -> str:
    unknown = set(schedule.unknown_years(FIRST_YEAR, LAST_YEAR))
    known = [year for year in range(FIRST_YEAR, LAST_YEAR + 1) if year not in unknown]
    return f"{years_text(known)}, for which all of its holidays are known" if known else "none, of any year"


def digest(value: Any, first_year: int | None = None, last_year: int | None = None) -> str:
    """A SHA-256 that is the same wherever and whenever the same is said, in hexadecimal digits (W14).

    With years, of a calendar: of its zone's name and of the instants at which it is open in these whole years of
    UTC, the last one included. Calendars of one zone that are open at the same instants have the same digest,
    however they are described; it differs as soon as a holiday package or a zone database moves an opening.

    Without years, of whatever `dump` takes: of what its document says, defaults included, in whatever order. A plan
    whose holidays come from a package keeps its digest when the package changes them; one that is frozen has them.

    Raises:
        WrongType, OutOfRange: with years, no calendar; no years within 1900 to 2200; without, what `dump` refuses.
        MissingExtra: without years, and the extra "documents" is not installed.

    >>> from supportsla import BusinessCalendar
    >>> one = BusinessCalendar("UTC", "Mo-Fr 09:00-12:00,12:00-17:00")
    >>> digest(one, 2026, 2026) == digest(BusinessCalendar("UTC", "Mo-Fr 09:00-17:00"), 2026, 2026)
    True
    """
    if first_year is None and last_year is None:
        return _hashed(json.dumps(whole(value), sort_keys=True, separators=(",", ":")))
    if not isinstance(value, Calendar):
        raise WrongType("digest", value, "a calendar, where years are given")
    first, last = _given(first_year), _given(last_year)
    check_years(first, last)
    spans = "".join(f"{low} {high}\n" for low, high in value.spans(first, last))
    return _hashed(f"supportsla open windows\nzone {value.zone}\nyears {first} {last}\n{spans}")


def _given(year: int | None) -> int:
    if year is None:
        raise WrongType("a year of digest", year, "a first year and a last one, or neither")
    return year


def _hashed(text: str) -> str:
    from hashlib import sha256

    return sha256(text.encode("utf-8")).hexdigest()
