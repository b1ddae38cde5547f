"""The JSON Schema of documents, made from the classes, their fields and docstrings, and the table of notations."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

import attrs

from .calendars import Calendar
from .closures import Schedule
from .documents import FORM, KINDS
from .notation import CALENDARS, SCHEDULES, TAGS, TEXTS, PlanVersions, is_choice, is_list, is_table, new_converter
from .plan import Plan

__all__ = ["schema"]

_JSON_NAMES: dict[Any, str] = {str: "string", bool: "boolean", int: "integer", NoneType: "null"}
_Schema = dict[str, Any]
_DATES: _Schema = {
    "type": "object",
    "description": "Dates and their names.",
    "patternProperties": {"^[0-9]{4}-[0-9]{2}-[0-9]{2}$": {"type": "string"}},
    "additionalProperties": False,
}
_UNNAMED: _Schema = {"type": "array", "description": "Dates without names.", "items": dict(TEXTS[date].schema)}
_CHOICES: dict[type, tuple[list[type], list[_Schema]]] = {
    Calendar: ([*CALENDARS.values()], []),
    Schedule: ([*SCHEDULES.values()], [_DATES, _UNNAMED]),
}
_NAMES = {member: (tag, name) for tag, members in TAGS.values() for name, member in members.items()}


def schema() -> _Schema:
    """The JSON Schema (draft 2020-12) of the documents that `dump` writes, of every kind.

    It says what can stand where; whether a name that refers to another is known, and whether a zone or a country's
    holidays exist, is for `load` to say. The package holds it as `document.schema.json`.

    >>> schema()["$defs"]["Target"]["required"]
    ['metric', 'priority', 'due']
    """
    found: _Schema = {}
    held = {**KINDS, "plan": Plan | PlanVersions}
    kinds = [_envelope(kind, _of(type_, found)) for kind, type_ in held.items()]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:supportsla:document:{FORM}",
        "title": "supportsla document",
        "description": "What a desk promises, a part of it, or the log of a case.",
        "oneOf": kinds,
        "$defs": dict(sorted(found.items())),
    }


def _envelope(kind: str, held: _Schema) -> _Schema:
    required = {"supportsla": {"const": FORM}, kind: {**held, "minItems": 1} if held.get("type") == "array" else held}
    properties = {"$schema": {"type": "string", "description": "For editors; not read."}, **required}
    return _object(f"document of kind {kind}", "", properties, [*required])


def _object(title: str, description: str, properties: Mapping[str, Any], required: list[str]) -> _Schema:
    about = {"title": title, "description": description} if description else {"title": title}
    rules = {"properties": properties, "required": required, "additionalProperties": False}
    return {**about, "type": "object", **rules}


def _of(type_: Any, found: _Schema) -> _Schema:
    """The schema of a type; those of classes go to the definitions that are found, and are referred to."""
    made = next(make for applies, make in _MAKERS if applies(type_))
    return made(type_, found)


def _is_union(type_: Any) -> bool:
    return get_origin(type_) in (Union, UnionType)


def _table(type_: Any, found: _Schema) -> _Schema:
    names, values = get_args(get_args(type_)[0])
    return {"type": "object", "propertyNames": _of(names, found), "additionalProperties": _of(values, found)}


def _referred(cls: type, found: _Schema) -> _Schema:
    if cls.__name__ not in found:
        found[cls.__name__] = {}
        found[cls.__name__] = _choice(cls, found) if cls in _CHOICES else _class(cls, found)
    return {"$ref": f"#/$defs/{cls.__name__}"}


def _choice(cls: type, found: _Schema) -> _Schema:
    members, others = _CHOICES[cls]
    return {"anyOf": [*(_referred(member, found) for member in members), *others]}


def _class(cls: type, found: _Schema) -> _Schema:
    fields = [field for field in attrs.fields(attrs.resolve_types(cls)) if field.init]
    fields = [field for field in fields if (cls, field.name) != (Plan, "versions")]
    about = _described(cls)
    tag = {_NAMES[cls][0]: {"const": _NAMES[cls][1]}} if cls in _NAMES else {}
    defaults = _defaults(fields)
    properties = {
        field.name: {**_with(about.get(field.name), _of(field.type, found)), **defaults.get(field.name, {})}
        for field in fields
    }
    required = [field.name for field in fields if field.default is attrs.NOTHING]
    return _object(cls.__name__, about[""], {**tag, **properties}, [*tag, *required])


def _defaults(fields: list[Any]) -> dict[str, _Schema]:
    """What is left out of a document stands for these: another default is another form."""
    plain = [field for field in fields if field.default is not attrs.NOTHING and not hasattr(field.default, "factory")]
    write = new_converter(defaults=True)
    return {field.name: {"default": write.unstructure(field.default, field.type)} for field in plain}


def _with(description: str | None, held: _Schema) -> _Schema:
    return {"description": description, **held} if description else held


def _described(cls: type) -> dict[str, str]:
    """What the docstrings of a class say of it, under "", and of its fields."""
    found = {"": (inspect.getdoc(cls) or "").partition("\n")[0]}
    for base in reversed(cls.__mro__):
        lines = (inspect.cleandoc(base.__doc__ or "")).partition("\nArgs:\n")[2].partition("\n\n")[0]
        for names, text in _arguments(lines):
            found.update(dict.fromkeys(names.split(", "), text))
    return found


def _arguments(lines: str) -> Iterator[tuple[str, str]]:
    for found in re.finditer(r"^    ([a-z_, ]+): ((?:.|\n     )*)", lines, re.MULTILINE):
        yield found[1], " ".join(found[2].split())


_MAKERS: tuple[tuple[Callable[[Any], bool], Callable[[Any, _Schema], _Schema]], ...] = (
    (TEXTS.__contains__, lambda type_, _: dict(TEXTS[type_].schema)),
    (_JSON_NAMES.__contains__, lambda type_, _: {"type": _JSON_NAMES[type_]}),
    (is_choice, lambda type_, _: {"enum": [*get_args(type_)]}),
    (is_table, _table),
    (is_list, lambda type_, found: {"type": "array", "items": _of(get_args(type_)[0], found)}),
    (TAGS.__contains__, lambda type_, found: {"oneOf": [_referred(cls, found) for cls in TAGS[type_][1].values()]}),
    (_is_union, lambda type_, found: {"anyOf": [_of(member, found) for member in get_args(type_)]}),
    (lambda _: True, _referred),
)
