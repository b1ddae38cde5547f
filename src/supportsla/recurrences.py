"""The dates of recurrence rules that others wrote (RFC 5545), within a budget of days looked at.

dateutil searches a rule that never falls on a date up to year 9999, and cannot be stopped on the way. What comes in
from other programs is expanded here: period by period, each a list of days that the rule's parts thin out.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta

import attrs

__all__ = ["Budget", "Refused", "Rule", "rule_dates", "rule_of"]


class Refused(ValueError):
    """What is not read, or a rule not expanded any further; the text says why."""


class Budget:
    """How many days may still be looked at."""

    def __init__(self, days: int) -> None:
        self.days, self.left = days, days

    def spend(self, days: int) -> None:
        """Take so many days.

        Raises:
            Refused: there are not so many left.
        """
        self.left -= days
        if self.left < 0:
            raise Refused(f"it all recurs too often; expected at most {self.days} days to look at")


_Numbers = frozenset[int]


@attrs.frozen
class Rule:
    """One recurrence rule; of the week days each is a number, 0 for every one, and a day from 0, a Monday."""

    frequency: str
    interval: int = 1
    count: int | None = None
    week_start: int = 0
    months: _Numbers = frozenset()
    month_days: _Numbers = frozenset()
    year_days: _Numbers = frozenset()
    week_days: frozenset[tuple[int, int]] = frozenset()
    positions: _Numbers = frozenset()


_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_WEEK_DAY = re.compile(f"([+-]?[0-9]{{1,2}})?({'|'.join(_DAYS)})")
_NUMBER = re.compile("[+-]?[0-9]{1,9}")
_LISTS = {
    "BYMONTH": ("months", range(1, 13)),
    "BYMONTHDAY": ("month_days", range(-31, 32)),
    "BYYEARDAY": ("year_days", range(-366, 367)),
    "BYSETPOS": ("positions", range(-366, 367)),
}
_SINGLE = {"INTERVAL": ("interval", range(1, 10_000)), "COUNT": ("count", range(1, 10**9))}
_NOT_WITH = {
    "YEARLY": (),
    "MONTHLY": ("BYYEARDAY",),
    "WEEKLY": ("BYYEARDAY", "BYMONTHDAY"),
    "DAILY": ("BYYEARDAY", "BYSETPOS"),
}
_KNOWN = {"FREQ", "UNTIL", "WKST", "BYDAY", *_LISTS, *_SINGLE}


def rule_of(parts: Mapping[str, Iterable[object]]) -> Rule:
    """The rule of these parts, each a list of values; UNTIL is the caller's.

    Raises:
        Refused: it recurs within a day, or has parts or values that it cannot have.
    """
    texts = {name: [str(value).upper() for value in values] for name, values in parts.items()}
    frequency = _only("FREQ", texts, tuple(_NOT_WITH), "")
    if refused := [name for name in texts if name not in _KNOWN or name in _NOT_WITH[frequency]]:
        raise Refused(f"its rule has {', '.join(refused)}, which is not for whole days that recur {frequency}")
    numbers = {field: _numbers(name, texts[name], among) for name, (field, among) in _LISTS.items() if name in texts}
    single = {field: _number(name, texts[name], among) for name, (field, among) in _SINGLE.items() if name in texts}
    return Rule(
        frequency,
        single.get("interval", 1),
        single.get("count"),
        _DAYS.index(_only("WKST", texts, _DAYS, "MO")),
        week_days=frozenset(_week_day(text, frequency) for text in texts.get("BYDAY", ())),
        **numbers,
    )


def _only(name: str, texts: Mapping[str, list[str]], allowed: tuple[str, ...], default: str) -> str:
    values = texts.get(name, [default])
    if len(values) != 1 or values[0] not in allowed:
        raise Refused(f"its rule has {name}={','.join(values)[:40]}; expected one of {', '.join(allowed)}")
    return values[0]


def _numbers(name: str, texts: list[str], among: range) -> _Numbers:
    readable = all(map(_NUMBER.fullmatch, texts))
    found = frozenset(map(int, texts if readable else ()))
    if not found or not all(number and number in among for number in found):
        raise Refused(f"its rule has {name}={','.join(texts)[:40]}; expected {among[0]} to {among[-1]}, and not 0")
    return found


def _number(name: str, texts: list[str], among: range) -> int:
    first, *more = _numbers(name, texts, among)
    if more:
        raise Refused(f"its rule has {name} with {len(texts)} values; expected one")
    return first


def _week_day(text: str, frequency: str) -> tuple[int, int]:
    found = _WEEK_DAY.fullmatch(text)
    if found is None or (found[1] and (int(found[1]) == 0 or frequency not in ("YEARLY", "MONTHLY"))):
        raise Refused(f"its rule has BYDAY={text[:40]}; expected days such as MO, numbered only by month or year")
    return int(found[1] or 0), _DAYS.index(found[2])


def rule_dates(rule: Rule, start: date, last: date, budget: Budget) -> Iterator[date]:
    """The dates on which the rule falls, from its start to the last one, both included.

    Raises:
        Refused: the budget is spent.
    """
    whole = _completed(rule, start)
    counted = 0
    for days in _periods(whole, start, last):
        budget.spend(1 + len(days))
        for day in _chosen(whole, days):
            if day > last or counted == rule.count:
                return
            if day >= start:
                counted += 1
                yield day


def _completed(rule: Rule, start: date) -> Rule:
    """What a rule does not say, its start does."""
    if rule.month_days or rule.year_days or rule.week_days:
        return rule
    days = frozenset({start.day})
    if rule.frequency == "YEARLY":
        return attrs.evolve(rule, months=rule.months or frozenset({start.month}), month_days=days)
    if rule.frequency == "MONTHLY":
        return attrs.evolve(rule, month_days=days)
    if rule.frequency == "WEEKLY":
        return attrs.evolve(rule, week_days=frozenset({(0, start.weekday())}))
    return rule


def _periods(rule: Rule, start: date, last: date) -> Iterator[list[date]]:
    """The years, months, weeks or days of the rule, each as the days on which it may fall."""
    if rule.frequency == "YEARLY":
        for year in range(start.year, last.year + 1, rule.interval):
            months = sorted(rule.months) or range(1, 13)
            yield [day for month in months for day in _month(year, month)]
    elif rule.frequency == "MONTHLY":
        for month in range(_month_number(start), _month_number(last) + 1, rule.interval):
            yield _month(month // 12, month % 12 + 1)
    else:
        weekly = rule.frequency == "WEEKLY"
        first = start - timedelta((start.weekday() - rule.week_start) % 7 if weekly else 0)
        length, step = (7, 7 * rule.interval) if weekly else (1, rule.interval)
        for offset in range(0, (last - first).days + 1, step):
            yield [first + timedelta(offset + day) for day in range(length)]


def _month(year: int, month: int) -> list[date]:
    return [date(year, month, day) for day in range(1, monthrange(year, month)[1] + 1)]


def _month_number(day: date) -> int:
    return 12 * day.year + day.month - 1


def _chosen(rule: Rule, days: list[date]) -> list[date]:
    if rule.months:
        days = [day for day in days if day.month in rule.months]
    if rule.month_days:
        days = [day for day in days if rule.month_days & {day.day, day.day - _month_length(day) - 1}]
    if rule.year_days:
        days = [day for day in days if rule.year_days & {_year_day(day), _year_day(day) - _year_length(day) - 1}]
    if rule.week_days:
        days = [day for day in days if any(_is_week_day(rule, day, *named) for named in rule.week_days)]
    if rule.positions:
        within = {place - 1 if place > 0 else place + len(days) for place in rule.positions}
        days = [day for place, day in enumerate(days) if place in within]
    return days


def _is_week_day(rule: Rule, day: date, number: int, week_day: int) -> bool:
    if day.weekday() != week_day or not number:
        return day.weekday() == week_day
    in_year = rule.frequency == "YEARLY" and not rule.months
    place, length = (_year_day(day), _year_length(day)) if in_year else (day.day, _month_length(day))
    return number in ((place - 1) // 7 + 1, -((length - place) // 7 + 1))


def _month_length(day: date) -> int:
    return monthrange(day.year, day.month)[1]


def _year_day(day: date) -> int:
    return day.timetuple().tm_yday


def _year_length(day: date) -> int:
    return _year_day(date(day.year, 12, 31))
