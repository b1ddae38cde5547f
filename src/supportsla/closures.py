"""Dates on which a desk is closed, by name: public holidays, explicit dates and recurrence rules (D4, D5, W14).

A schedule is a frozen description; `dates(first_year, last_year)` resolves whole years of it to a mapping of date
to name. The holidays package and dateutil are imported when they are first asked, and none of their objects is kept:
a live holiday object answers wrongly while another thread makes it load a year.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from functools import lru_cache
from itertools import groupby, takewhile
from operator import itemgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, TypeVar, cast

import attrs

from .errors import InvalidChoice, InvalidRecurrence, OutOfRange, UnknownHolidays, WrongType
from .zones import FIRST_YEAR, LAST_YEAR

if TYPE_CHECKING:
    from holidays import HolidayBase

__all__ = [
    "CombinedSchedule",
    "Dates",
    "Frozen",
    "PublicHolidays",
    "Recurrence",
    "Schedule",
    "as_schedule",
    "check_years",
    "checked_date",
    "public_holidays",
    "recurring",
    "years_text",
]


class Schedule(ABC):
    """Closing dates with names; `+` adds dates or a schedule, `-` takes them out.

    Where two schedules name one date, the left one's name holds. Schedules are frozen, hashable and comparable.

    >>> from datetime import date
    >>> company = public_holidays("US") + {date(2026, 12, 31): "Stocktaking"} - [date(2026, 10, 12)]
    >>> company.dates(2026, 2026)[date(2026, 12, 31)]
    'Stocktaking'
    """

    __slots__ = ()

    @abstractmethod
    def dates(self, first_year: int, last_year: int) -> Mapping[date, str]:
        """The dates of these whole years, the last one included, each with its name."""

    def unknown_years(self, first_year: int, last_year: int) -> tuple[int, ...]:
        """Those of these years that a public holiday table does not reach; they have no such holidays."""
        del first_year, last_year
        return ()

    def __add__(self, other: Schedule | Iterable[date]) -> Schedule:
        return _combined("+", self, as_schedule(other))

    def __radd__(self, other: Iterable[date]) -> Schedule:
        return _combined("+", as_schedule(other), self)

    def __sub__(self, other: Schedule | Iterable[date]) -> Schedule:
        return _combined("-", self, as_schedule(other))


def as_schedule(days: Schedule | Iterable[date]) -> Schedule:
    """A schedule as it is; a mapping of date to name, or dates without names, as explicit dates."""
    if isinstance(days, Schedule):
        return days
    if type(days).__module__.partition(".")[0] == "holidays":
        expected = "public_holidays(country, subdivision): that object has only the years that it was asked for before"
        raise WrongType("holidays", type(days).__name__, expected)
    if isinstance(days, str) or not isinstance(days, Iterable):
        raise WrongType("holidays", days, "dates, a mapping of date to name, or a schedule")
    named = days.items() if isinstance(days, Mapping) else ((day, "") for day in days)
    return Dates(tuple(named))


def checked_date(where: str, day: date) -> date:
    """The date itself.

    Raises:
        WrongType: it is no date, or a datetime, which names an instant.
        OutOfRange: its year is not one of 1900 to 2200.
    """
    if not FIRST_YEAR <= _plain_date(where, day).year <= LAST_YEAR:
        raise OutOfRange(where, day, f"years {FIRST_YEAR} to {LAST_YEAR}")
    return day


def _plain_date(where: str, day: date) -> date:
    if isinstance(day, Schedule):
        raise WrongType(where, day, "a date; join schedules with +")
    if not isinstance(day, date) or isinstance(day, datetime):
        raise WrongType(where, day, "a date without a time, such as date(2026, 11, 26)")
    return day


def check_years(first_year: int, last_year: int) -> None:
    """Refuse what are no whole years from a first one to a last one, within 1900 to 2200."""
    for where, year, first in (("first_year", first_year, FIRST_YEAR), ("last_year", last_year, first_year)):
        if not isinstance(year, int) or isinstance(year, bool):
            raise WrongType(where, year, "an integer")
        if not first <= year <= LAST_YEAR:
            raise OutOfRange(where, year, f"years {first} to {LAST_YEAR}")


def years_text(years: Sequence[int]) -> str:
    """Some years as a text, by the first and the last of them."""
    return f"{years[0]} to {years[-1]}" if len(years) > 1 else str(years[0])


def _sorted_dates(
    named: Iterable[tuple[date, str]], checked: Callable[[str, date], date] = checked_date
) -> tuple[tuple[date, str], ...]:
    found: dict[date, str] = {}
    try:
        pairs = [(day, name) for day, name in named]
    except (TypeError, ValueError):
        raise WrongType("holidays", named, "pairs of a date and its name") from None
    for day, name in pairs:
        if not isinstance(name, str):
            raise WrongType(f"the name of {day}", name, "a text")
        found.setdefault(checked("a holiday", day), name)
    return tuple(sorted(found.items()))


@attrs.frozen
class Dates(Schedule):
    """Explicit dates, each with a name, in order."""

    named: tuple[tuple[date, str], ...] = attrs.field(converter=_sorted_dates)

    def dates(self, first_year: int, last_year: int) -> Mapping[date, str]:
        """The dates of these whole years."""
        return {day: name for day, name in self.named if first_year <= day.year <= last_year}


_Key = TypeVar("_Key")


def _items(given: Mapping[_Key, str] | Iterable[tuple[_Key, str]]) -> Iterable[tuple[_Key, str]]:
    return cast("Iterable[tuple[_Key, str]]", given.items() if isinstance(given, Mapping) else given)


def _frozen_dates(named: Mapping[date, str] | Iterable[tuple[date, str]]) -> tuple[tuple[date, str], ...]:
    return _sorted_dates(_items(named), _plain_date)


def _versions(given: Mapping[str, str] | Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    try:
        pairs = sorted({(name, version) for name, version in _items(given)})
    except (TypeError, ValueError):
        raise WrongType("made_with", given, "pairs of a package's name and its version") from None
    if not all(isinstance(text, str) for pair in pairs for text in pair):
        raise WrongType("made_with", given, 'texts, such as (("holidays", "0.109"),)')
    return tuple((name, ", ".join(version for _, version in group)) for name, group in groupby(pairs, itemgetter(0)))


@attrs.frozen
class Frozen(Schedule):
    """The dates of whole years as they were known once, each with a name, and what knew them (W14); see `freeze`.

    Beside those years it may hold three more dates, 30 and 31 December before and 1 January after: a calendar asks
    for them where its shifts, or a year of UTC, reach into its first and last date.

    Args:
        days: a mapping of date to name, or pairs of them.
        first_year, last_year: the years that it holds; all others are unknown.
        made_with: the packages that knew the dates, each with its version, or versions.

    Raises:
        WrongType, OutOfRange: no dates, years or versions, or a date that is not of those years.

    >>> from datetime import date
    >>> Frozen({date(2026, 11, 26): "Thanksgiving"}, 2026, 2027).unknown_years(2025, 2028)
    (2025, 2028)
    """

    days: tuple[tuple[date, str], ...] = attrs.field(converter=_frozen_dates)
    first_year: int
    last_year: int
    made_with: tuple[tuple[str, str], ...] = attrs.field(default=(), converter=_versions)

    def __attrs_post_init__(self) -> None:
        check_years(self.first_year, self.last_year)
        first, last = date(self.first_year - 1, 12, 30), date(self.last_year + 1, 1, 1)
        for day, _ in self.days:
            if not first <= day <= last:
                raise OutOfRange("a frozen holiday", day, f"{first} to {last}")

    def dates(self, first_year: int, last_year: int) -> Mapping[date, str]:
        """The dates of these whole years; years that are not held have none, but for the three dates beside."""
        return {day: name for day, name in self.days if first_year <= day.year <= last_year}

    def unknown_years(self, first_year: int, last_year: int) -> tuple[int, ...]:
        """Those of these years that are not held."""
        years = range(first_year, last_year + 1)
        return tuple(year for year in years if not self.first_year <= year <= self.last_year)


def _checked_years(first_year: int, last_year: int) -> None:
    for year in (first_year, last_year):
        if not isinstance(year, int):
            raise WrongType("year", year, "an integer")
        if not FIRST_YEAR - 1 <= year <= LAST_YEAR + 1:
            raise OutOfRange("year", year, f"years {FIRST_YEAR} to {LAST_YEAR}, and one beside them")


@attrs.frozen
class PublicHolidays(Schedule):
    """A country's or a subdivision's public holidays, by the holidays package; `public_holidays` checks the names."""

    country: str
    subdivision: str | None = None
    categories: tuple[str, ...] | None = None
    language: str | None = None

    def dates(self, first_year: int, last_year: int) -> Mapping[date, str]:
        """The dates of these whole years; years beyond the package's table have none."""
        _checked_years(first_year, last_year)
        return _public_dates(self, first_year, last_year)

    def unknown_years(self, first_year: int, last_year: int) -> tuple[int, ...]:
        """The years that the package's table of this country does not reach."""
        first, last = _known_years(self)
        return tuple(year for year in range(first_year, last_year + 1) if not first <= year <= last)


@lru_cache(maxsize=1024)
def _public_dates(holidays: PublicHolidays, first_year: int, last_year: int) -> Mapping[date, str]:
    found = _entity(holidays, range(first_year, last_year + 1))
    return MappingProxyType({day: name for day, name in found.items() if first_year <= day.year <= last_year})


@lru_cache(maxsize=1024)
def _known_years(holidays: PublicHolidays) -> tuple[int, int]:
    known = _entity(holidays, ())
    return known.start_year, known.end_year


def _entity(holidays: PublicHolidays, years: Iterable[int]) -> HolidayBase:
    from holidays import country_holidays

    try:
        return country_holidays(
            holidays.country,
            subdiv=holidays.subdivision,
            years=years,
            categories=holidays.categories,
            language=holidays.language,
        )
    except (NotImplementedError, TypeError, ValueError):
        raise UnknownHolidays("country", holidays.country, _similar_countries(str(holidays.country))) from None


def public_holidays(
    country: str,
    subdivision: str | None = None,
    *,
    categories: Iterable[str] | None = None,
    language: str | None = None,
) -> Schedule:
    """The public holidays of a country, or of one of its subdivisions, as the holidays package knows them (D4, D5).

    Args:
        country: an ISO 3166 code, such as "US" or "AU".
        subdivision: a code or name that the package has for the country, such as "NSW".
        categories: such as ("public", "bank"); None: what the package counts as public.
        language: of the names, such as "en_US"; None: the country's own, whatever the machine's settings.

    Raises:
        UnknownHolidays: the package knows no such country, subdivision, category or language.

    >>> from datetime import date
    >>> public_holidays("AU", "NSW").dates(2026, 2026)[date(2026, 4, 27)]
    'ANZAC Day (observed)'
    """
    if isinstance(categories, str) or not isinstance(categories, Iterable | None):
        raise WrongType("categories", categories, 'several texts, such as ["public", "bank"]')
    known = _known_country(country)
    wanted = tuple(categories) if categories else None
    schedule = PublicHolidays(known.country, subdivision, wanted, language or known.default_language or "en_US")
    _check_known("subdivision", (subdivision,), (*known.subdivisions, *known.subdivisions_aliases))
    _check_known("category", schedule.categories or (), tuple(known.supported_categories))
    _check_known("language", (language,), tuple(known.supported_languages))
    return schedule


def _known_country(country: str) -> type[HolidayBase]:
    import holidays

    known = getattr(holidays, country, None) if isinstance(country, str) else None
    if known is None or not getattr(known, "country", None):
        raise UnknownHolidays("country", country, _similar_countries(str(country)))
    return cast("type[HolidayBase]", known)


@lru_cache(maxsize=256)
def _similar_countries(country: str) -> tuple[str, ...]:
    from difflib import get_close_matches

    from holidays import list_supported_countries

    codes = list_supported_countries(include_aliases=False)
    similar = get_close_matches(country[:60].upper(), codes, n=5, cutoff=0.5)
    return (*similar, f"{len(codes)} ISO 3166 codes in all")


def _check_known(where: str, names: Iterable[str | None], allowed: tuple[str, ...]) -> None:
    for name in names:
        if name is not None and name not in allowed:
            raise UnknownHolidays(where, name, allowed)


@attrs.frozen
class Recurrence(Schedule):
    """The dates from 1900 to 2200 of one recurrence rule (RFC 5545), all under one name; see `recurring`."""

    rule: str
    name: str = ""

    def __attrs_post_init__(self) -> None:
        if fault := _rule_fault(_rule_lines(self.rule)):
            raise InvalidRecurrence(self.rule, fault)
        if not isinstance(self.name, str):
            raise WrongType("the name of a recurrence rule", self.name, "a text")

    def dates(self, first_year: int, last_year: int) -> Mapping[date, str]:
        """The dates of these whole years."""
        _checked_years(first_year, last_year)
        days = _recurrence_dates(self.rule, last_year)
        return dict.fromkeys(days[bisect_left(days, date(first_year, 1, 1)) :], self.name)


def recurring(rrule_text: str, name: str = "") -> Schedule:
    """The dates from 1900 to 2200 on which a recurrence rule of RFC 5545 falls, under one name (D4).

    The text is one rule, with a `DTSTART:` line before it where the rule counts from its first date (COUNT, an
    INTERVAL, or no day named). Further dates are added, and dates excepted, with `+` and `-`.

    Raises:
        InvalidRecurrence: the rule cannot be read, recurs within a day, falls on no date or needs a DTSTART.

    >>> from datetime import date
    >>> recurring("FREQ=YEARLY;BYMONTH=11;BYDAY=4FR", "Day after Thanksgiving").dates(2026, 2026)
    {datetime.date(2026, 11, 27): 'Day after Thanksgiving'}
    """
    schedule = Recurrence(rrule_text, name)
    first = next(_occurrences(rrule_text), None)
    if first is None:
        raise InvalidRecurrence(rrule_text, f"it falls on no date from {FIRST_YEAR} to {LAST_YEAR}")
    return schedule


_LONGEST_RULE = 1000
_DATE = "([0-9]{8})(?:T[0-9]{6}Z?)?"
_UNTIL = re.compile(f"UNTIL={_DATE}")
_LAST_DAY = date(LAST_YEAR, 12, 31)
_LATER = 19 * 400
_RULE_LINES = re.compile(rf"(?:DTSTART(?:;[^:\n]*)?:{_DATE}\s*\n)?\s*(?:RRULE:)?(?P<rule>[A-Z]+=[^\n:]*)")
_FREQUENCIES = ("YEARLY", "MONTHLY", "WEEKLY", "DAILY")
_WITHIN_A_DAY = {"BYHOUR", "BYMINUTE", "BYSECOND"}
_WITHIN_A_YEAR = {"BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYEASTER"}
_NAMES_DAYS = {"BYDAY", "BYWEEKDAY", "BYMONTHDAY", "BYYEARDAY", "BYEASTER"}


def _rule_lines(text: str) -> tuple[str | None, str]:
    if not isinstance(text, str):
        raise WrongType("recurrence rule", text, 'a text such as "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24"')
    found = _RULE_LINES.fullmatch(text.upper().strip()) if len(text) <= _LONGEST_RULE else None
    if found is None:
        expected = f"expected one RRULE, at most a line DTSTART:20260105 before it, up to {_LONGEST_RULE} characters"
        raise InvalidRecurrence(text, expected)
    return found[1], found["rule"]


def _rule_fault(lines: tuple[str | None, str]) -> str | None:
    start, rule = lines
    parts = {name: value for name, _, value in (part.partition("=") for part in rule.split(";"))}
    frequency, interval = parts.get("FREQ", ""), parts.get("INTERVAL", "1")
    daily = frequency == "DAILY"
    counts = interval != "1" or "COUNT" in parts or not (daily or _NAMES_DAYS & parts.keys())
    ordinal = frequency in ("WEEKLY", "DAILY") and re.search("[0-9]", parts.get("BYDAY", ""))
    checks = (
        (len(parts) < rule.count(";") + 1, "expected each part once"),
        (ordinal, "expected BYDAY without numbers: the n-th day of a week means nothing"),
        (not all(parts.values()), 'expected parts such as FREQ=YEARLY;BYMONTH=12, with ";" between them'),
        (
            frequency not in _FREQUENCIES,
            f"expected FREQ with one of {', '.join(_FREQUENCIES)}: holidays are whole days",
        ),
        (_WITHIN_A_DAY & parts.keys(), "expected no BYHOUR, BYMINUTE or BYSECOND: holidays are whole days"),
        (daily and _WITHIN_A_YEAR & parts.keys(), "expected FREQ=YEARLY where the rule names parts of a year"),
        (
            "BYEASTER" in parts and frequency != "YEARLY",
            "expected FREQ=YEARLY where the rule counts from Easter, which comes once a year",
        ),
        (daily and "BYSETPOS" in parts, "expected no BYSETPOS where the rule recurs daily"),
        (
            re.search(r"(^|,)[+-]?0+(,|$)", parts.get("BYMONTHDAY", "")),
            "expected BYMONTHDAY from 1 to 31, or -31 to -1",
        ),
        (not re.fullmatch("0*[1-9][0-9]{0,3}", interval), "expected an INTERVAL from 1 to 9999"),
        (not _UNTIL.fullmatch(f"UNTIL={parts.get('UNTIL', '20260105')}"), "expected an UNTIL such as 20260105"),
        (start and not "19000101" <= start < "22010101", "expected a DTSTART in years 1900 to 2200"),
        (counts and not start, 'it counts from its first date; expected a line such as "DTSTART:20260105" before it'),
    )
    return next((sentence for failed, sentence in checks if failed), None)


@lru_cache(maxsize=256)
def _recurrence_dates(text: str, last_year: int) -> tuple[date, ...]:
    return tuple(takewhile(lambda day: day.year <= last_year, _occurrences(text)))


def _occurrences(text: str) -> Iterator[date]:
    """The dates of a rule, up to 2200.

    They are sought 7,600 years later, where the calendar is the same (it repeats every 400 years; Easter does not): a
    rule that falls on no date is searched for up to year 9999.
    """
    from dateutil.rrule import rrulestr

    first, rule = _rule_lines(text)
    later = 0 if "BYEASTER" in rule else _LATER
    until = _UNTIL.search(rule)
    try:
        start = datetime.combine(date.fromisoformat(first or f"{FIRST_YEAR}0101"), time.min)
        last = min(date.fromisoformat(until[1]), _LAST_DAY) if until else _LAST_DAY
        unending = "".join(f"{part};" for part in rule.split(";") if not part.startswith("UNTIL="))
        days = rrulestr(unending.rstrip(";"), dtstart=start.replace(year=start.year + later))
        for day in days:
            if (found := day.date().replace(year=day.year - later)) > last:
                return
            yield found
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError) as fault:
        reason = str(fault) if isinstance(fault, ValueError) else "one of its numbers is out of range"
        raise InvalidRecurrence(text, reason) from None


@attrs.frozen
class CombinedSchedule(Schedule):
    """Two schedules joined: `+` has the dates of either, `-` those of the left one that the right one has not."""

    operation: Literal["+", "-"]
    left: Schedule
    right: Schedule

    def __attrs_post_init__(self) -> None:
        if self.operation not in ("+", "-"):
            raise InvalidChoice("operation", self.operation, ("+", "-"))
        for side in (self.left, self.right):
            if not isinstance(side, Schedule):
                raise WrongType("a schedule", side, "a Schedule")

    def dates(self, first_year: int, last_year: int) -> Mapping[date, str]:
        """The dates of these whole years."""
        left, right = (side.dates(first_year, last_year) for side in (self.left, self.right))
        if self.operation == "+":
            return {**right, **left}
        return {day: name for day, name in left.items() if day not in right}

    def unknown_years(self, first_year: int, last_year: int) -> tuple[int, ...]:
        """The years that either side's table does not reach."""
        sides = (
            self.left.unknown_years(first_year, last_year),
            self.right.unknown_years(first_year, last_year),
        )
        return tuple(sorted({*sides[0], *sides[1]}))


def _combined(operation: Literal["+", "-"], left: Schedule, right: Schedule) -> Schedule:
    """The combination; dates joined to dates already there, so that a loop makes no chain of schedules."""
    if isinstance(right, Dates):
        if isinstance(left, Dates) and operation == "+":
            return Dates((*left.named, *right.named))
        if isinstance(left, CombinedSchedule) and left.operation == operation and isinstance(left.right, Dates):
            return CombinedSchedule(operation, left.left, Dates((*left.right.named, *right.named)))
    return CombinedSchedule(operation, left, right)
