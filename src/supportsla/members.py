"""Several values of one kind, as a caller hands them in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from .errors import WrongType

__all__ = ["members_of"]

_T = TypeVar("_T")


def members_of(where: str, given: Iterable[object], kind: type[_T]) -> tuple[_T, ...]:
    """The given values, each of which is of that kind.

    Raises:
        WrongType: one is not, or there is nothing to go through.
    """
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise WrongType(where, given, f"several of {kind.__name__}")
    members: list[_T] = []
    for member in given:
        if not isinstance(member, kind):
            raise WrongType(f"{where}[{len(members)}]", member, "a text" if kind is str else f"a {kind.__name__}")
        members.append(member)
    return tuple(members)
