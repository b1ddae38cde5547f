"""How values are written in a document: the one table of notations, and the converter that is made from it.

Amounts, hours, dates and instants are texts; what is named is an object by name; a choice between classes is told by a
key. Everything else follows from the classes' own fields and types. `cattrs` does the work and is imported when it is
first needed. The JSON Schema is made from the same table.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import partial
from operator import eq
from types import GenericAlias
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, cast, get_args, get_origin

import attrs

from .calendars import BusinessCalendar, Calendar, CombinedCalendar
from .closures import CombinedSchedule, Dates, Frozen, PublicHolidays, Recurrence, Schedule, public_holidays
from .durations import Duration
from .errors import InvalidPlan, MissingExtra, WrongType
from .events import KINDS, Event
from .hours import DaySpans, Hours, parse_hours, parse_spans, spans_text
from .plan import Percent, Plan, in_force
from .spans import Window
from .workflow import Action, Move, RaisePriority, Remind, SetPriority, Timer
from .zones import FIRST_YEAR, LAST_YEAR, ZoneName, in_range, load_zone, since_epoch, utc_text

if TYPE_CHECKING:
    from cattrs import Converter

__all__ = [
    "CALENDARS",
    "OPERAND",
    "PLAIN",
    "SCHEDULES",
    "TAGS",
    "TEXTS",
    "Notation",
    "PlanVersions",
    "Read",
    "Unreadable",
    "is_choice",
    "is_list",
    "is_table",
    "new_converter",
    "shown",
]

_LONGEST_TEXT = 10_000
_LONGEST_SHOWN = 60
Read = Callable[[Any, Any], Any]
Write = Callable[[Any], Any]


class Unreadable(ValueError):
    """A value that is not what its place needs; `field`: that of the value which is meant."""

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


def _unreadable(value: object, expected: str, field: str = "") -> Unreadable:
    return Unreadable(f"expected {expected}, not {shown(value)}", field)


def shown(value: object) -> str:
    """A value of a document as it stands there, shortened."""
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    text = json.dumps(value, ensure_ascii=False)
    text = text if text.isprintable() else json.dumps(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 3]}..."


class Notation(NamedTuple):
    """How values of a type are written as text, and read; and the schema of the text."""

    write: Callable[[Any], str]
    read: Callable[[str], Any]
    schema: Mapping[str, Any]


def _date(text: str) -> date:
    with suppress(ValueError):
        day = date.fromisoformat(text if _DATE.fullmatch(text) else "")
        if FIRST_YEAR - 1 <= day.year <= LAST_YEAR + 1:
            return day
    raise _unreadable(text, f"a date such as 2026-12-24, of years {FIRST_YEAR} to {LAST_YEAR}")


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text if _INSTANT.fullmatch(text) else "")
    except ValueError:
        raise _unreadable(text, "an instant with its offset, such as 2026-06-12T21:00:00Z") from None
    in_range(since_epoch(at, "instant"), "instant")
    return at


def _zone(text: str) -> str:
    return load_zone(text).key


def _length(text: str) -> timedelta:
    length = Duration.parse(text)
    if length.unit != "calendar hours" or not isinstance(length.amount, timedelta):
        raise _unreadable(text, "a length such as 1 calendar hour 30 minutes")
    return length.amount


def _length_text(length: timedelta) -> str:
    return str(Duration("calendar hours", length))


def _warning(text: str) -> Duration | Percent:
    percent = _PERCENT.fullmatch(text)
    return Percent(int(percent[1])) if percent else Duration.parse(text)


_DATE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    f"{_DATE.pattern}T[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}([.][0-9]{{1,6}})?(Z|[+-][0-9]{{2}}:[0-9]{{2}})"
)
_STAMP = {"type": "string", "format": "date-time", "pattern": f"^{_INSTANT.pattern}$"}
_PERCENT = re.compile(r"\s*([0-9]{1,9})\s*%\s*")
_AMOUNT = "^-?[0-9]+ (business|calendar) (days?|(hours?|minutes?|seconds?|microseconds?)( [0-9]+ [a-z]+)*)$"
_DURATION = {"type": "string", "pattern": _AMOUNT, "examples": ["4 business hours 30 minutes", "1 business day"]}
_SPANS = {"type": "string", "examples": ["07:00-12:00", "09:00-12:00,13:00-17:00", "22:00-06:00", "off"]}
_HOURS = {"type": "string", "examples": ["Mo-Fr 09:00-17:00", "Mo-Th 08:00-12:00,13:00-17:00; Fr 08:00-13:00", "24/7"]}
_LENGTH = {"type": "string", "pattern": _AMOUNT.replace("business|", ""), "examples": ["1 calendar hour"]}

TEXTS: Mapping[Any, Notation] = {
    Duration: Notation(str, Duration.parse, _DURATION),
    Duration | Percent: Notation(str, _warning, {"type": "string", "examples": ["1 business hour", "25 %"]}),
    Hours: Notation(str, parse_hours, _HOURS),
    DaySpans: Notation(spans_text, parse_spans, _SPANS),
    date: Notation(date.isoformat, _date, {"type": "string", "format": "date"}),
    datetime: Notation(utc_text, _instant, _STAMP),
    ZoneName: Notation(str, _zone, {"type": "string", "examples": ["America/Chicago", "Europe/Berlin", "UTC"]}),
    timedelta: Notation(_length_text, _length, _LENGTH),
}
"""The types that are written as text."""

PLAIN: Mapping[type, str] = {str: "a text", bool: "true or false", int: "an integer"}
"""The types that JSON has, and what to call them."""

CALENDARS: Mapping[str, type] = {"operation": CombinedCalendar, "zone": BusinessCalendar}
"""Calendars, each told by a key that only it has."""

SCHEDULES: Mapping[str, type] = {
    "operation": CombinedSchedule,
    "country": PublicHolidays,
    "rule": Recurrence,
    "first_year": Frozen,
}
"""Holiday schedules, each told by a key that only it has; without one it is a table of dates and names."""

ACTIONS: Mapping[str, type] = {
    "remind": Remind,
    "move": Move,
    "set_priority": SetPriority,
    "raise_priority": RaisePriority,
}
"""What timers do, by the text that stands at "action"."""

EVENTS: Mapping[str, type] = {kind.__name__: kind for kind in KINDS}
"""Events, by the text that stands at "event"."""


@attrs.frozen
class PlanVersions:
    """What a desk promises, as it changes.

    Args:
        versions: plans, each with the instant from which it is in force.
    """

    versions: tuple[tuple[datetime, Plan], ...]


TAGS: Mapping[Any, tuple[str, Mapping[str, type]]] = {Action: ("action", ACTIONS), Event: ("event", EVENTS)}
OPERAND = Calendar | tuple[Window, ...]


def is_table(type_: Any) -> bool:
    """Whether values of a type are pairs that are written as an object, such as statuses by name."""
    pair = get_args(type_)[0] if get_origin(type_) is tuple else None
    return get_origin(pair) is tuple and get_args(pair)[0] in (str, date, datetime)


def is_list(type_: Any) -> bool:
    """Whether values of a type are written as a list."""
    return get_origin(type_) is tuple and type_ != DaySpans and not is_table(type_)


def is_choice(type_: Any) -> bool:
    """Whether values of a type are one of several texts."""
    return get_origin(type_) is Literal


def _unwrapped(_type: Any, read: Read) -> Read:
    return read


def new_converter(wrapped: Callable[[Any, Read], Read] = _unwrapped, *, defaults: bool = False) -> Converter:
    """A converter that writes and reads as these tables say.

    The reading of every type may be wrapped. What is its default is left out, unless `defaults` are asked for.

    Raises:
        MissingExtra: cattrs is not installed.
    """
    try:
        from cattrs import Converter
        from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override
    except ModuleNotFoundError:
        raise MissingExtra("a document", "documents") from None
    made = Converter(forbid_extra_keys=True)
    read: Any = {Plan: {"versions": override(omit=True)}}
    written: Any = {**read, Timer: {"name": override(omit_if_default=False)}}

    def class_reader(cls: type) -> Read:
        return wrapped(cls, _object_reader(make_dict_structure_fn(cls, made, **read.get(cls, {}))))

    def class_writer(cls: type) -> Write:
        return make_dict_unstructure_fn(cls, made, _cattrs_omit_if_default=not defaults, **written.get(cls, {}))

    made.register_structure_hook_factory(attrs.has, class_reader)
    made.register_unstructure_hook_factory(attrs.has, class_writer)
    for when, reader, writer in (
        (is_list, _list_reader, None),
        (is_table, _table_reader, _table_writer),
        (is_choice, _literal_reader, None),
        (TEXTS.__contains__, _text_reader, _text_writer),
        (TAGS.__contains__, _tagged_reader, _tagged_writer),
        (partial(eq, Calendar), _calendar_reader, _own_writer),
        (partial(eq, Schedule), _schedule_reader, _own_writer),
        (partial(eq, OPERAND), _operand_reader, _own_writer),
    ):
        made.register_structure_hook_factory(when, partial(_wrapped_reader, made, reader, wrapped))
        if writer:
            made.register_unstructure_hook_factory(when, partial(writer, made))
    for type_ in PLAIN:
        made.register_structure_hook(type_, wrapped(type_, _read_plain))
    made.register_structure_hook(Plan, _plan_reader(made, class_reader(Plan)))
    made.register_unstructure_hook(Plan, _plan_writer(made, class_writer(Plan)))
    return made


def _wrapped_reader(
    made: Converter, reader: Callable[[Converter, Any], Read], wrapped: Callable[[Any, Read], Read], type_: Any
) -> Read:
    return wrapped(type_, reader(made, type_))


def _object_reader(read: Read) -> Read:
    def read_object(raw: Any, cls: Any) -> Any:
        if not isinstance(raw, dict):
            raise _unreadable(raw, "an object")
        return read(raw, cls)

    return read_object


def _plan_reader(made: Converter, read: Read) -> Read:
    def read_plan(raw: Any, cls: Any) -> Plan:
        if not isinstance(raw, dict) or "versions" not in raw:
            return cast("Plan", read(raw, cls))
        found = made.structure(raw, PlanVersions)
        try:
            return in_force(found.versions)
        except (InvalidPlan, WrongType) as fault:
            raise Unreadable(" ".join(str(fault).split())) from None

    return read_plan


def _plan_writer(made: Converter, write: Write) -> Write:
    return lambda plan: made.unstructure(PlanVersions(plan.versions)) if plan.versions else write(plan)


def _list_reader(made: Converter, type_: Any) -> Read:
    from cattrs.cols import homogenous_tuple_structure_factory

    read = homogenous_tuple_structure_factory(type_, made)

    def read_list(raw: Any, _type: Any) -> Any:
        if not isinstance(raw, list):
            raise _unreadable(raw, "a list")
        return read(raw, type_)

    return read_list


def _table_reader(made: Converter, type_: Any) -> Read:
    by_name: Any = GenericAlias(dict, get_args(get_args(type_)[0]))

    def read_table(raw: Any, _type: Any) -> Any:
        if not isinstance(raw, dict):
            raise _unreadable(raw, "an object")
        found = made.structure(raw, by_name)
        if len(found) < len(raw):
            raise Unreadable("two of its keys mean the same instant")
        return tuple(found.items())

    return read_table


def _table_writer(made: Converter, type_: Any) -> Write:
    names, values = get_args(get_args(type_)[0])
    return lambda table: {made.unstructure(name, names): made.unstructure(value, values) for name, value in table}


def _literal_reader(_made: Converter, type_: Any) -> Read:
    allowed = get_args(type_)

    def read_literal(raw: Any, _type: Any) -> Any:
        if raw not in allowed:
            raise _unreadable(raw, f"one of {', '.join(allowed)}")
        return raw

    return read_literal


def _read_plain(raw: Any, type_: type) -> Any:
    if type(raw) is not type_:
        raise _unreadable(raw, PLAIN[type_])
    return raw


def _text_reader(_made: Converter, type_: Any) -> Read:
    def read_text(raw: Any, _type: Any) -> Any:
        if not isinstance(raw, str) or len(raw) > _LONGEST_TEXT:
            raise _unreadable(raw, f"a text such as {TEXTS[type_].schema.get('examples', ['2026-12-24'])[0]}")
        return TEXTS[type_].read(raw)

    return read_text


def _text_writer(_made: Converter, type_: Any) -> Callable[[Any], str]:
    return TEXTS[type_].write


def _tagged_reader(made: Converter, type_: Any) -> Read:
    tag, members = TAGS[type_]

    def read_tagged(raw: Any, _type: Any) -> Any:
        if not isinstance(raw, dict):
            raise _unreadable(raw, f'an object with "{tag}"')
        name = raw.get(tag)
        if not isinstance(name, str) or name not in members:
            raise _unreadable(name, f"one of {', '.join(members)}", tag)
        return made.structure({key: value for key, value in raw.items() if key != tag}, members[name])

    return read_tagged


def _tagged_writer(made: Converter, type_: Any) -> Write:
    tag, members = TAGS[type_]
    names = {member: name for name, member in members.items()}
    return lambda value: {tag: names[type(value)], **made.unstructure(value)}


def _calendar_reader(made: Converter, _calendar: Any) -> Read:
    def read_calendar(raw: Any, _type: Any) -> Calendar:
        if not isinstance(raw, dict):
            raise _unreadable(raw, "a calendar, an object with zone and hours")
        return made.structure(raw, next((CALENDARS[key] for key in CALENDARS if key in raw), BusinessCalendar))

    return read_calendar


def _schedule_reader(made: Converter, _schedule: Any) -> Read:
    def read_schedule(raw: Any, _type: Any) -> Schedule:
        if isinstance(raw, list):
            return Dates(tuple((day, "") for day in made.structure(raw, tuple[date, ...])))
        if not isinstance(raw, dict):
            raise _unreadable(raw, "an object of dates and names, or with country, rule or operation")
        kind = next((SCHEDULES[key] for key in SCHEDULES if key in raw), None)
        if kind is None:
            return Dates(tuple(made.structure(raw, dict[date, str]).items()))
        found: Schedule = made.structure(raw, kind)
        return _checked(found) if isinstance(found, PublicHolidays) else found

    return read_schedule


def _checked(found: PublicHolidays) -> Schedule:
    return public_holidays(found.country, found.subdivision, categories=found.categories, language=found.language)


def _operand_reader(made: Converter, _operand: Any) -> Read:
    def read_operand(raw: Any, _type: Any) -> Any:
        return made.structure(raw, tuple[Window, ...] if isinstance(raw, list) else Calendar)

    return read_operand


def _own_writer(made: Converter, _type: Any) -> Write:
    def write(value: Any) -> Any:
        if isinstance(value, Dates):
            named = {day.isoformat(): name for day, name in value.named}
            return named if any(named.values()) else [*named]
        return made.unstructure(value, tuple[Window, ...] if isinstance(value, tuple) else type(value))

    return write
