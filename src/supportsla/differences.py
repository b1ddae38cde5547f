"""What changed between two plans, or two calendars, in sentences, and for calendars on which dates (W14).

The two are compared as documents, member by member; members of a list are told by what names them, such as a target by
its metric and priority, so that a row that is put in between changes nothing else. Calendars are compared by their
open time as well, since a rule may change and no date with it, and a release of the holidays package the other way.
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import chain, count
from typing import Any, NamedTuple

import attrs

from .calendars import Calendar, Timeline, cover, known_spans
from .documents import whole
from .errors import WrongType
from .notation import CALENDARS, SCHEDULES, shown
from .plan import Plan
from .reasons import clock_text, date_text
from .spans import Pair, clipped, difference, union
from .survey import SURVEYED, Years, surveyed
from .zones import EPOCH, FIRST_YEAR, LAST_YEAR, MICROSECOND, in_zone, utc_text, year_start

__all__ = ["Change", "diff"]

_MOST_DATES, _LONGEST_OBJECT = 5, 100
_NAMED_BY = {
    "priorities": ("name",),
    "targets": ("metric", "priority", "channel"),
    "metrics": ("name",),
    "timers": ("name",),
    "forms": ("channel",),
    "fields": ("name",),
    "staffing": ("channel", "calendar", "priorities"),
    "disruptions": ("kind", "opens"),
    "right": ("opens",),
}
"""What names the members of a list."""


_RANKED = ("priorities", "timers")
_TABLES = ("calendars", "statuses", "next", "by_channel", "redirects", "made_with")


class Change(NamedTuple):
    """One thing that differs between two plans; `str()` is the sentence with its place.

    Attributes:
        path: where, as in a document, members of lists by name: `targets[first_response, high].due`.
        message: what it is, and what it was.
        dates: of a calendar, on which local dates it is open at other times.
    """

    path: str
    message: str
    dates: tuple[date, ...] = ()

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


def diff(
    before: Plan | Calendar, after: Plan | Calendar, *, first_year: int = SURVEYED[0], last_year: int = SURVEYED[1]
) -> tuple[Change, ...]:
    """What changed from one plan to another, or from one calendar to another; nothing where they are equal.

    Args:
        before: a plan, or a calendar.
        after: another one.
        first_year: the first year on whose dates calendars are compared; no clock is read.
        last_year: the last one, of at most 50.

    Raises:
        WrongType: neither two plans nor two calendars; a year that is no integer.
        OutOfRange: a year that is not one of 1900 to 2200, or years that are not from 1 to 50.
        MissingExtra: the extra "documents" is not installed.

    >>> from supportsla import BusinessCalendar
    >>> old = BusinessCalendar("Europe/Berlin", "Mo-Fr 09:00-17:00")
    >>> new = BusinessCalendar("Europe/Berlin", "Mo-Fr 09:00-17:00", exceptions={date(2026, 12, 24): "09:00-12:00"})
    >>> for change in diff(old, new):
    ...     print(change)
    calendar.exceptions.2026-12-24: is new: "09:00-12:00"
    calendar: other hours on 1 date from 2026 to 2030: Thu 2026-12-24 (09:00-12:00, was 09:00-17:00)
    """
    years = surveyed(first_year, last_year)
    if isinstance(before, Plan) and isinstance(after, Plan):
        return tuple(_of_plans(before, after, years))
    if isinstance(before, Calendar) and isinstance(after, Calendar):
        return (
            *_compared("calendar", *(whole(value)["calendar"] for value in (before, after))),
            *_hours("calendar", before, after, years),
        )
    raise WrongType("diff", after, "two plans, or two calendars")


def _of_plans(before: Plan, after: Plan, years: Years) -> Iterator[Change]:
    """What differs version by version; where only one of them has versions, that is said, and of it the newest."""
    old, new = ({utc_text(at): version for at, version in plan.versions} for plan in (before, after))
    if bool(old) != bool(new):
        yield Change("versions", f"is {', '.join(new) or 'none'}; was {', '.join(old) or 'none'}")
        old, new = ({"": attrs.evolve(plan, versions=())} for plan in (before, after))
    for since in dict.fromkeys([*old, *new] if old else [""]):
        path = since and f"versions.{since}"
        was, now = old.get(since, None if old else before), new.get(since, None if new else after)
        if was and now:
            yield from _compared(path, whole(was)["plan"], whole(now)["plan"])
            yield from _calendars(path, was, now, years)
        else:
            yield Change(path, "is new" if now else "is gone")


def _compared(path: str, before: Any, after: Any) -> Iterator[Change]:
    """What differs between two parts of documents."""
    old, new = _members(path, before), _members(path, after)
    if before == after:
        return
    if old is None or new is None or _class(path, old) != _class(path, new):
        yield Change(path, _said(before, after))
        return
    for key in {**old, **new}:
        place = f"{path}[{key}]" if isinstance(after, list) else f"{path}.{key}".removeprefix(".")
        if key in old and key in new:
            yield from _compared(place, old[key], new[key])
        else:
            yield Change(place, f"is new{_value(new[key])}" if key in new else f"is gone{_value(old[key])}")
    if isinstance(after, list) and [key for key in old if key in new] != [key for key in new if key in old]:
        yield Change(path, f"in another order: {', '.join(new)}; was {', '.join(old)}")
    elif path.rpartition(".")[2] in _RANKED and old.keys() < new.keys():
        yield Change(path, f"in this order: {', '.join(new)}")


def _members(path: str, value: Any) -> dict[str, Any] | None:
    """The members of an object, or of a list whose members have names; None for any other value."""
    if isinstance(value, dict):
        return value
    names = _NAMED_BY.get(path.rpartition(".")[2], ())
    if not isinstance(value, list) or not names or not all(_has(member, names) for member in value):
        return None
    named = {", ".join(_text(member[name]) for name in names if member[name]): member for member in value}
    return named if len(named) == len(value) else dict(zip(map(str, count()), value, strict=False))


def _has(member: Any, names: Iterable[str]) -> bool:
    return isinstance(member, dict) and all(name in member for name in names)


def _class(path: str, members: dict[str, Any]) -> tuple[bool, ...]:
    """What tells the class of an object where there are several; the keys of a table are anybody's."""
    telling = () if path.rpartition(".")[2] in _TABLES else (*CALENDARS, *SCHEDULES)
    return tuple(key in members for key in telling)


def _text(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)


def _value(value: Any) -> str:
    return "" if isinstance(value, dict) else f": {_shown(value)}"


def _shown(value: Any) -> str:
    """A value in a sentence; a list by its members."""
    if value is None or value == []:
        return "none"
    if isinstance(value, dict):
        text = json.dumps(_told(value), ensure_ascii=False)
        return text if len(text) <= _LONGEST_OBJECT else f"{text[: _LONGEST_OBJECT - 3]}..."
    return ", ".join(map(_shown, value)) if isinstance(value, list) else shown(value)


def _told(value: Any) -> Any:
    """A part of a document without what says nothing."""
    if not isinstance(value, dict):
        return value
    return {key: _told(member) for key, member in value.items() if member not in (None, [], {})}


def _said(before: Any, after: Any) -> str:
    holders = [value for value in (before, after) if isinstance(value, dict | list)]
    if len(holders) == 1 and None in (before, after):
        return "is new" if before is None else "is gone"
    return f"is {_shown(after)}; was {_shown(before)}"


def _calendars(path: str, before: Plan, after: Plan, years: Years) -> Iterator[Change]:
    known = dict(before.calendars)
    for name, calendar in after.calendars:
        if name in known:
            yield from _hours(f"{path}.calendars.{name}".removeprefix("."), known[name], calendar, years)


def _hours(path: str, before: Calendar, after: Calendar, years: Years) -> Iterator[Change]:
    """The dates of the later calendar's zone on which the two are not open at the same instants."""
    first, last = max(years.first - 1, FIRST_YEAR), min(years.last + 1, LAST_YEAR)
    was, now = (known_spans(calendar, first, last) for calendar in (before, after))
    timeline = cover(after, MICROSECOND * year_start(first), MICROSECOND * year_start(last))
    touched = _dates(timeline, union(difference(was, now), difference(now, was)))
    dates = tuple(day for day in touched if years.first <= day.year <= years.last)
    if dates:
        hours = ((day, _open(timeline, day, now), _open(timeline, day, was)) for day in dates[:_MOST_DATES])
        listed = ", ".join(f"{date_text(day)} ({is_now}, was {before})" for day, is_now, before in hours)
        more = f", and {len(dates) - _MOST_DATES:,} more" if len(dates) > _MOST_DATES else ""
        number = "1 date" if len(dates) == 1 else f"{len(dates):,} dates"
        yield Change(path, f"other hours on {number} {years}: {listed}{more}", dates)


def _dates(timeline: Timeline, spans: list[Pair]) -> Iterator[date]:
    """The local dates that the stretches touch; a date that the zone skips is none."""
    starts = timeline.midnights
    touched = (range(bisect_right(starts, low) - 1, bisect_left(starts, high)) for low, high in spans)
    for i in dict.fromkeys(chain.from_iterable(touched)):
        if starts[i] < starts[i + 1]:
            yield date.fromordinal(EPOCH.toordinal() + timeline.first_day + i)


def _open(timeline: Timeline, day: date, spans: list[Pair]) -> str:
    """When, of those stretches, it is open on a date, as its clock shows."""
    low, high = timeline.midnights[day.toordinal() - EPOCH.toordinal() - timeline.first_day :][:2]

    def clock(at: int) -> str:
        return "24:00" if at == high else clock_text(in_zone(MICROSECOND * at, timeline.zone))

    return ",".join(f"{clock(opens)}-{clock(closes)}" for opens, closes in clipped(spans, low, high)) or "closed"
