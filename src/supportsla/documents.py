"""Plans and their parts, and the logs of cases, as documents: plain JSON that is checked before anyone relies on it.

A document is an object of two keys: "supportsla", the version of its form, and the kind of what it holds. It is read
strictly: an unknown key, a wrong type and a wrong reference are faults, and all come in one error, each with its path.
Where something cannot be read, a stand-in takes its place in a draft, so that what refers to it, and what stands
beside it, is looked at all the same.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from itertools import chain, count, islice
from typing import TYPE_CHECKING, Any, Literal, NoReturn, cast, get_args, get_origin, overload

import attrs

from .calendars import ALWAYS, Calendar
from .case import Case
from .channels import Intake
from .closures import Dates, Recurrence, Schedule, recurring
from .durations import Duration, calendar_hours
from .errors import (
    InvalidChoice,
    InvalidDocument,
    InvalidHours,
    InvalidPlan,
    InvalidRecurrence,
    InvalidWorkflow,
    SupportSLAError,
    UnknownHolidays,
    WrongType,
)
from .events import Event
from .findings import Finding, step
from .metrics import Metric
from .notation import Read, Unreadable, is_choice, new_converter, shown
from .plan import Plan, Priority, Target, plan_faults
from .workflow import Action, SetPriority, Workflow, workflow_faults

if TYPE_CHECKING:
    from cattrs import Converter

__all__ = ["FORM", "KINDS", "LONGEST", "dump", "load", "whole"]

FORM = 1
"""The version of the form in which documents are written, and the only one that there is."""

KINDS: dict[str, Any] = {
    "plan": Plan,
    "calendar": Calendar,
    "schedule": Schedule,
    "workflow": Workflow,
    "intake": Intake,
    "priorities": tuple[Priority, ...],
    "targets": tuple[Target, ...],
    "metrics": tuple[Metric, ...],
    "log": tuple[Event, ...],
}
"""What a document may hold, by the key under which it does."""

_MEMBERS = {"priorities": Priority, "targets": Target, "metrics": Metric, "log": Event}
_VALUES = (
    "a Plan, a calendar, a holiday schedule, a Workflow, an Intake, or several priorities, targets, metrics or events"
)
LONGEST, _MOST_VALUES, _MOST_HOLDERS, _DEEPEST = 5_000_000, 50_000, 10_000, 60
_LONGEST_KEY, _LONGEST_NUMBER, _MOST_FAULTS, _MOST_BARREN, _MOST_NAMED, _WIDTH = 80, 40, 1000, 3, 100, 110
_Steps = tuple[int | str, ...]


def dump(value: Plan | Calendar | Schedule | Workflow | Intake | Iterable[Priority | Target | Metric | Event]) -> str:
    """A value as a document, which `load` reads back as an equal one: JSON, in one form, with the defaults left out.

    Args:
        value: a plan (a policy is one without a workflow), a calendar, a holiday schedule, a workflow, an intake; or
            several priorities, targets or metrics; or the events of a case, whose log is its save format.

    Raises:
        WrongType: a value that no document holds.
        InvalidDocument: a value that `load` would refuse: a name that is no text, more than 60 calendars in one.
        MissingExtra: the extra "documents" is not installed.

    >>> from supportsla import BusinessCalendar
    >>> print(dump(BusinessCalendar("Europe/Berlin", "Mo-Fr 09:00-17:00")), end="")
    {
      "supportsla": 1,
      "calendar": {"zone": "Europe/Berlin", "hours": "Mo-Fr 09:00-17:00"}
    }
    """
    kind, held = _kind_of(value)
    try:
        tree = {"supportsla": FORM, kind: _strict().unstructure(held, KINDS[kind])}
        text = f"{_written(tree, 0)}\n"
    except RecursionError:
        raise InvalidDocument(kind, (_error("nesting", kind, _TOO_DEEP),)) from None
    if load(text, cast("Literal['plan']", kind)) != held:
        raise InvalidDocument(kind, (_error("not_the_same", kind, _NOT_THE_SAME),))
    return text


def whole(value: Any) -> dict[str, Any]:
    """What a document of a value would hold, by its kind, with all that is left out there because it is the default."""
    kind, held = _kind_of(value)
    return {kind: _complete().unstructure(held, KINDS[kind])}


def _kind_of(value: object) -> tuple[str, object]:
    for kind, type_ in KINDS.items():
        if kind not in _MEMBERS and isinstance(value, type_):
            return kind, value
    if isinstance(value, Case):
        raise WrongType("dump", value, "its log: a case is the fold of its events, which are what is saved")
    members = tuple(value) if isinstance(value, Iterable) and not isinstance(value, str | bytes) else ()
    for kind, type_ in _MEMBERS.items():
        if members and all(isinstance(member, type_) for member in members):
            return kind, members
    raise WrongType("dump", value, _VALUES)


def _written(tree: Any, indent: int) -> str:
    """JSON, each value on a line of its own where it fits, else one line for each of its members."""
    line = json.dumps(tree, ensure_ascii=False, default=_unwritable)
    if not isinstance(tree, dict | list | tuple) or not tree or (indent and len(line) + indent <= _WIDTH):
        return line
    inner = indent + 2
    if isinstance(tree, dict):
        members = [f"{json.dumps(key, ensure_ascii=False)}: {_written(value, inner)}" for key, value in tree.items()]
        first, last = "{}"
    else:
        members = [_written(value, inner) for value in tree]
        first, last = "[]"
    separator = f",\n{' ' * inner}"
    return f"{first}\n{' ' * inner}{separator.join(members)}\n{' ' * indent}{last}"


def _unwritable(value: object) -> NoReturn:
    raise WrongType("a part of the value", value, "what a document can hold")


@overload
def load(text: str | bytes, kind: Literal["plan"] = "plan") -> Plan: ...
@overload
def load(text: str | bytes, kind: Literal["calendar"]) -> Calendar: ...
@overload
def load(text: str | bytes, kind: Literal["schedule"]) -> Schedule: ...
@overload
def load(text: str | bytes, kind: Literal["workflow"]) -> Workflow: ...
@overload
def load(text: str | bytes, kind: Literal["intake"]) -> Intake: ...
@overload
def load(text: str | bytes, kind: Literal["priorities"]) -> tuple[Priority, ...]: ...
@overload
def load(text: str | bytes, kind: Literal["targets"]) -> tuple[Target, ...]: ...
@overload
def load(text: str | bytes, kind: Literal["metrics"]) -> tuple[Metric, ...]: ...
@overload
def load(text: str | bytes, kind: Literal["log"]) -> tuple[Event, ...]: ...
def load(text: str | bytes, kind: str = "plan") -> Any:
    """What a document holds, every part of it checked.

    Args:
        text: JSON as `dump` writes it, in UTF-8 where it is bytes; up to 1,000,000 characters, a log 5,000,000, and
            50,000 values, 10,000 objects and lists, 100 different zones, as many countries and recurrence rules.
        kind: "plan", "calendar", "schedule", "workflow", "intake", "priorities", "targets", "metrics" or "log".

    Raises:
        InvalidDocument: with every fault of the document, each with its path; of more than 1,000 of one sort the
            first ones, and of rules that fall on no date the first three.
        WrongType, InvalidChoice: no text; no such kind.
        MissingExtra: the extra "documents" is not installed.

    >>> load('{"supportsla": 1, "calendar": {"zone": "Europe/Berlin", "hours": "Mo-Fr 09:00-17:00"}}', "calendar").zone
    'Europe/Berlin'
    """
    if not isinstance(kind, str) or kind not in KINDS:
        raise InvalidChoice("kind", kind, tuple(KINDS))
    tree, faults = _parsed(text, kind)
    held, steps = _held(tree, kind, faults), _inside((kind,))
    faults += islice(_barren_rules(held, steps), _MOST_BARREN)
    faults += [_error("empty", kind, "it holds none; expected one at least")] if kind in _MEMBERS and held == [] else []
    try:
        value = _strict().structure(held, KINDS[kind])
    except (ExceptionGroup, SupportSLAError, Unreadable) as fault:
        faults += islice(_faults(fault, steps), _MOST_FAULTS)
    else:
        if not faults:
            return value
    if len(faults) < _MOST_FAULTS:
        faults += islice(_contradictions(held, kind, [finding.path for finding in faults]), _MOST_FAULTS)
    raise InvalidDocument(kind, tuple(_in_order(faults, held, steps)))


def _in_order(faults: list[Finding], held: Any, steps: _Steps) -> list[Finding]:
    """The faults as they stand in the document; a key that is missing under another spelling is told as that."""
    places = {_path(at): number for number, (at, _) in enumerate(_walked(held, steps))}
    misspelt = {
        f"{fault.path.rpartition('.')[0]}.{meant[1]}".removeprefix(".")
        for fault in faults
        if (meant := _MEANT.fullmatch(fault.repair))
    }
    told = [fault for fault in faults if fault.name != "missing_key" or fault.path not in misspelt]
    return sorted(told, key=lambda fault: max(places.get(place, -1) for place in _places(fault.path)))


_MEANT = re.compile(r"did you mean (.+)\?")
_NOT_THE_SAME = "it would be read back as another value; are its holidays made with public_holidays(country)?"
_TOO_DEEP = f"it is nested more than {_DEEPEST} deep"


def _error(name: str, path: str, message: str, repair: str = "") -> Finding:
    return Finding(name, "error", path, message, repair)


class _Repeating(dict[str, Any]):
    """An object in which keys stand more than once: the last value of each, and those keys."""

    twice: tuple[str, ...]


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        found = _Repeating(found)
        found.twice = tuple(key for key, times in Counter(key for key, _ in pairs).items() if times > 1)
    return found


def _parsed(text: str | bytes, kind: str) -> tuple[Any, list[Finding]]:
    def refuse(name: str, path: str, message: str) -> NoReturn:
        raise InvalidDocument(kind, (_error(name, path, message),)) from None

    if not isinstance(text, str | bytes):
        raise WrongType("text", text, "a document as text, or as bytes")
    longest = LONGEST if kind == "log" else LONGEST // 5
    if len(text) > longest:
        refuse("size", "document", f"it has {len(text):,} characters; one of kind {kind!r} has up to {longest:,}")
    try:
        written = text if isinstance(text, str) else text.decode("utf-8-sig")
        tree = json.loads(
            written.removeprefix("\ufeff"), object_pairs_hook=_object, parse_constant=_no_number, parse_int=_integer
        )
    except UnicodeDecodeError as fault:
        refuse("encoding", f"byte {fault.start + 1}", "it is no UTF-8; save the document in that encoding")
    except json.JSONDecodeError as fault:
        refuse("syntax", f"line {fault.lineno}, column {fault.colno}", f"it is no JSON: {fault.msg}")
    except RecursionError:
        refuse("nesting", "document", _TOO_DEEP)
    except ValueError as fault:
        refuse("syntax", "document", f"{fault} is no number of a document")
    try:
        return tree, [*islice(_broken(tree), _MOST_FAULTS)]
    except _Unbounded as fault:
        refuse(*fault.args)


class _Unbounded(Exception):
    """A document that has too much of something to be looked at."""


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


def _integer(digits: str) -> int:
    return int(digits) if len(digits) <= _LONGEST_NUMBER else _no_number(f"an integer of {len(digits):,} digits")


def _walked(tree: Any, steps: _Steps = ()) -> Iterator[tuple[_Steps, Any]]:
    """Every value with its path."""
    yield steps, tree
    if isinstance(tree, dict | list):
        for key, member in tree.items() if isinstance(tree, dict) else enumerate(tree):
            yield from _walked(member, (*steps, key))


def _broken(tree: Any) -> Iterator[Finding]:
    """What JSON allows and a document does not: huge ones, deep ones, repeated keys and halves of characters."""
    holders, named = 0, {"zone": set[str](), "rule": set[str](), "country": set[str]()}
    for seen, (steps, value) in enumerate(_walked(tree)):
        holders += isinstance(value, dict | list)
        if seen > _MOST_VALUES or holders > _MOST_HOLDERS or len(steps) > _DEEPEST:
            text = f"it has more than {_MOST_VALUES:,} values, or {_MOST_HOLDERS:,} objects and lists"
            raise _Unbounded("size", "document", _TOO_DEEP if len(steps) > _DEEPEST else text)
        if steps and steps[-1] in named and isinstance(value, str):
            texts = named[steps[-1]]
            texts.add(value)
            if len(texts) > _MOST_NAMED:
                raise _Unbounded("size", "document", f"it has more than {_MOST_NAMED} different texts at {steps[-1]!r}")
        if isinstance(value, _Repeating):
            again = (_path((*_inside(steps), key)) for key in value.twice)
            yield from (_error("repeated_key", path, "it is given more than once") for path in again)
        for text in (value, *steps[-1:]):
            if isinstance(text, str) and any("\ud800" <= character <= "\udfff" for character in text):
                yield _error("encoding", _path(_inside(steps)), "it holds half a character, which no encoding has")


def _barren_rules(tree: Any, steps: _Steps) -> Iterator[Finding]:
    """The recurrence rules that can be read, and fall on no date; it takes a while to say so of one."""
    sound: set[str] = set()
    for place, value in _walked(tree, steps):
        rule = value.get("rule") if isinstance(value, dict) else None
        if not isinstance(rule, str) or rule in sound:
            continue
        with suppress(InvalidRecurrence):
            readable = Recurrence(rule).rule
            sound.add(rule)
            try:
                recurring(readable)
            except InvalidRecurrence as fault:
                sound.discard(rule)
                yield _error("invalid_recurrence", _path((*place, "rule")), str(fault))


def _path(steps: _Steps) -> str:
    """The path of a value, as `lint` and the errors of plans write it."""
    texts = (f"[{at}]" if isinstance(at, int) else f".{step(at)}" for at in steps)
    return "".join(texts).removeprefix(".") or "plan"


def _inside(steps: _Steps) -> _Steps:
    """The steps of a path from the document's root, without the first where that is a plan."""
    return steps[1:] if steps[:1] == ("plan",) else steps


def _held(tree: Any, kind: str, broken: list[Finding]) -> Any:
    """What the document holds, its envelope being in order."""
    if not isinstance(tree, dict) or "supportsla" not in tree:
        text = f'it is no document: expected an object with two keys, "supportsla": {FORM} and "{kind}"'
        raise InvalidDocument(kind, (*broken, _error("missing_key", "supportsla", text)))
    if type(tree["supportsla"]) is not int or tree["supportsla"] != FORM:
        text = f"form {shown(tree['supportsla'])} is none that this release of supportsla reads; it reads: {FORM}"
        raise InvalidDocument(kind, (*broken, _error("unknown_form", "supportsla", text)))
    others = [key for key in tree if key not in ("supportsla", "$schema", kind)]
    if kind in tree and not others:
        return tree[kind]
    held = next((key for key in others if key in KINDS), None)
    repair = f'read it with load(text, "{held}")' if held and kind not in tree else ""
    faults = [
        _error("unknown_key", step(key), f"a document of this kind has no such key, but {kind}", repair)
        for key in others
    ]
    missing = [] if kind in tree or held else [_error("missing_key", kind, "it is missing")]
    raise InvalidDocument(kind, (*broken, *faults, *missing))


def _faults(fault: BaseException, steps: _Steps) -> Iterator[Finding]:
    """What could not be read, with its path; what of it contradicts itself is found in the draft."""
    if isinstance(fault, InvalidPlan | InvalidWorkflow):
        return
    if isinstance(fault, ExceptionGroup):
        for member in fault.exceptions:
            yield from _faults(member, (*steps, *_step(member)))
    elif (unknown := getattr(fault, "extra_fields", None)) is not None:
        known = [field.name for field in attrs.fields(cast("Any", fault).cl) if field.init]
        yield from (_unknown_key((*steps, key), known) for key in sorted(unknown))
    elif isinstance(fault, KeyError) and fault.args == steps[-1:]:
        yield _error("missing_key", _path(steps), "it is missing")
    else:
        name = re.sub("(?<!^)([A-Z])", r"_\1", type(fault).__name__).lower()
        yield _error(name, _path((*steps, *_field(fault))), _sentence(fault))


def _step(fault: BaseException) -> _Steps:
    """What the converter has noted of where it met a fault: a field, a key or a position."""
    notes = [note for note in getattr(fault, "__notes__", ()) if hasattr(note, "type")]
    return tuple(note.name if hasattr(note, "name") else note.index for note in notes[:1])


def _field(fault: BaseException) -> _Steps:
    """The field of an object that its class has refused, where that is one field."""
    if isinstance(fault, InvalidRecurrence):
        return ("rule",)
    if isinstance(fault, UnknownHolidays):
        return ("categories" if fault.where == "category" else fault.where,)
    if isinstance(fault, Unreadable):
        return (fault.field,) if fault.field else ()
    named = re.fullmatch(r"[A-Za-z]+\.([a-z_]+)", getattr(fault, "where", ""))
    return (named[1],) if named else ()


def _unknown_key(steps: _Steps, known: list[str]) -> Finding:
    from difflib import get_close_matches

    similar = get_close_matches(str(steps[-1])[:_LONGEST_KEY], known, n=1)
    repair = f"did you mean {similar[0]}?" if similar else ""
    return _error("unknown_key", _path(steps), f"there is no such key; allowed: {', '.join(known)}", repair)


def _sentence(fault: BaseException) -> str:
    if isinstance(fault, InvalidHours):
        return f"{shown(fault.text)} cannot be read at character {fault.position + 1}: {fault.expected}"
    return str(fault)


@lru_cache(maxsize=1)
def _strict() -> Converter:
    return new_converter()


@lru_cache(maxsize=1)
def _complete() -> Converter:
    return new_converter(defaults=True)


@lru_cache(maxsize=1)
def _lenient() -> Converter:
    return new_converter(_or_stand_in)


def _or_stand_in(type_: Any, read: Read) -> Read:
    """Reading that does not fail for what has a stand-in, which takes the place of what cannot be read."""
    if not attrs.has(type_) and type_ not in _STAND_INS and not is_choice(type_):
        return read

    def read_or_stand_in(raw: Any, given: Any) -> Any:
        if type_ not in _DRAFTED:
            with suppress(Exception):
                return read(raw, given)
        return _stand_in(type_, raw)

    return read_or_stand_in


_DRAFTED: dict[type, Callable[[Any], Iterable[Finding]]] = {Plan: plan_faults, Workflow: workflow_faults}
_names = map("?{}".format, count())
_STAND_INS: dict[Any, Callable[[], Any]] = {
    str: _names.__next__,
    Duration: lambda: calendar_hours(1),
    Action: lambda: SetPriority(next(_names)),
    Calendar: lambda: ALWAYS,
    Schedule: lambda: Dates(()),
}


def _stand_in(type_: Any, raw: Any) -> Any:
    """What takes the place of a value: made of what can be read of it; of a plan or a workflow, a draft."""
    if type_ in _STAND_INS or is_choice(type_):
        return _STAND_INS[type_]() if type_ in _STAND_INS else get_args(type_)[0]
    fields = [field for field in attrs.fields(attrs.resolve_types(type_)) if field.init]
    values = {field.name: value for field in fields for value in _readable(field, raw)}
    if type_ not in _DRAFTED:
        return type_(**values)
    draft = object.__new__(type_)
    for field in fields:
        value = values.get(field.name, field.default)
        object.__setattr__(draft, field.name, field.converter(value) if field.converter else value)
    return draft


def _readable(field: attrs.Attribute[Any], raw: Any) -> Iterator[Any]:
    """The value of a field, or what takes its place; nothing where it has a default."""
    try:
        yield _lenient().structure(raw[field.name], cast("Any", field.type))
    except Exception:
        if field.default is attrs.NOTHING:
            yield () if get_origin(field.type) is tuple else _stand_in(field.type, None)


_SILENT = {
    "unknown_calendar": "calendars",
    "unknown_priority": r"priorities(\[\d+\](\.name|\.aliases.*)?)?",
    "unknown_metric": r"metrics(\[\d+\](\.name)?)?",
    "unknown_status": r"workflow(\.statuses)?",
    "unknown_channel": r"intake(\.channels.*)?",
    "missing_priority": r"intake(\.by_channel)?",
    "not_closed": r"workflow\.statuses\.([^.]*|.*\.closed)",
    "timer_kind": r".*\.until",
    "unbreakable_circle": r"workflow\.statuses\.([^.]*|.*\.next)",
}
"""The paths at which a fault takes away what a contradiction is seen by, so that it cannot be said to be one."""


def _contradictions(held: Any, kind: str, faulty: list[str]) -> Iterator[Finding]:
    """What of a plan or a workflow contradicts itself, but for what a fault that is told already makes of it."""
    for prefix, plan in _versions(held) if kind == "plan" else (("", held),):
        within = [path.removeprefix(prefix) for path in faulty if path.startswith(prefix)]
        for finding in _untold(plan, kind, within):
            yield finding._replace(path=prefix + finding.path)


def _versions(held: Any) -> Iterator[tuple[str, Any]]:
    """The plans that are held, each with the beginning of its paths."""
    if not isinstance(held, dict) or "versions" not in held:
        yield "", held
    elif isinstance(held["versions"], dict):
        named = ((_path(("versions", at)), plan) for at, plan in held["versions"].items())
        yield from ((f"{path}.{prefix}", plan) for path, version in named for prefix, plan in _versions(version))


def _untold(held: Any, kind: str, faulty: list[str]) -> Iterator[Finding]:
    if KINDS[kind] not in _DRAFTED:
        return
    draft = _lenient().structure(held, KINDS[kind])
    found = iter(_DRAFTED[KINDS[kind]](draft))
    if kind == "plan" and draft.workflow is not None:
        found = chain(found, workflow_faults(draft.workflow))
    silent = {name for name, paths in _SILENT.items() if any(map(re.compile(paths).fullmatch, faulty))}
    told = {*faulty, *(re.sub(r"(\[\d+\]|\.action|(?<=\.then)\.\w+)$", "", path) for path in faulty)}
    yield from (finding for finding in found if finding.name not in silent and told.isdisjoint(_places(finding.path)))


def _places(path: str) -> Iterator[str]:
    """A path, and those of what holds the value."""
    yield from (path[: step.start()] for step in re.finditer(r"[.\[]", path))
    yield path
