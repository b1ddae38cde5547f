"""Events are frozen facts, their instants kept in UTC, their types checked (C3-C13)."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest

from supportsla import InvalidChoice, NaiveDatetime, OutOfRange, Window, WrongType, dump, events, load
from supportsla.events import (
    KINDS,
    Actor,
    AttachmentAdded,
    Commented,
    ConsultationBooked,
    Event,
    Opened,
    PriorityChanged,
    Reminded,
    StatusChanged,
)

AT = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
ANA = Actor("client", "ana", "Acme")


def test_the_vocabulary_is_closed() -> None:
    """Every kind is in the contract, and nothing else is."""
    exported = {getattr(events, name) for name in events.__all__ if name[0].isupper() and not name.isupper()}
    assert {thing for thing in exported if thing in Event.__subclasses__()} == set(KINDS)
    assert len(KINDS) == 15


def test_an_instant_is_kept_in_utc() -> None:
    """So the two readings of a repeated hour differ, and one instant equals itself in any zone."""
    chicago = ZoneInfo("America/Chicago")
    readings = (datetime(2026, 11, 1, 1, 30, fold=fold, tzinfo=chicago) for fold in (0, 1))
    first, second = (Commented("x", at=at, by=ANA) for at in readings)
    assert (first.at, first.at.tzinfo) == (AT, UTC)
    assert first == Commented("x", at=AT, by=ANA)
    assert second != first
    moved = StatusChanged("Asleep", until=datetime(2026, 11, 1, 1, 30, fold=1, tzinfo=chicago), at=AT, by=ANA)
    assert moved.until == second.at


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda: Commented("x", at=AT.replace(tzinfo=None), by=ANA), NaiveDatetime),
        (lambda: Commented("x", at=AT.replace(year=1899), by=ANA), OutOfRange),
        (lambda: StatusChanged("x", until=AT.replace(tzinfo=None), at=AT, by=ANA), NaiveDatetime),
        (lambda: Commented("x", at="2026-11-01", by=ANA), WrongType),  # type: ignore[arg-type]
        (lambda: Commented("x", at=AT, by="ana"), WrongType),  # type: ignore[arg-type]
        (lambda: Commented(None, at=AT, by=ANA), WrongType),  # type: ignore[arg-type]
        (lambda: Commented("x", 1, at=AT, by=ANA), WrongType),  # type: ignore[arg-type]
        (lambda: AttachmentAdded("x", "9", at=AT, by=ANA), WrongType),  # type: ignore[arg-type]
        (lambda: ConsultationBooked(AT, at=AT, by=ANA), WrongType),  # type: ignore[arg-type]
        (lambda: PriorityChanged("x", 5, at=AT, by=ANA), WrongType),  # type: ignore[arg-type]
        (lambda: Opened("A-1", "x", channel=5, at=AT, by=ANA), WrongType),  # type: ignore[arg-type]
        (lambda: Reminded("t", "boss", at=AT, by=ANA), InvalidChoice),  # type: ignore[arg-type]
        (lambda: Actor("boss", "x"), InvalidChoice),  # type: ignore[arg-type]
        (lambda: Actor("client", " "), WrongType),
        (lambda: Actor("client", "ana", 5), WrongType),  # type: ignore[arg-type]
        (lambda: Actor("client", 5), WrongType),  # type: ignore[arg-type]
    ],
)
def test_a_value_of_the_wrong_type_is_refused(make: Any, error: type[Exception]) -> None:
    """When the event is made; whether it may happen is judged later."""
    with pytest.raises(error):
        make()


def test_the_requester_is_whoever_opened_it_unless_another_is_named() -> None:
    """C1: support may open a case for a client."""
    bo = Actor("support", "bo")
    assert Opened("A-1", "x", at=AT, by=ANA).requester == ANA
    called = Opened("A-1", "x", at=AT, by=bo, requester=ANA, channel="phone")
    assert (called.requester, called.company) == (ANA, "Acme")


def test_events_are_values() -> None:
    """Frozen, hashable, comparable, and the same after a pickle."""
    slot = Window(AT, AT.replace(hour=9))
    for event in (Opened("A-1", "x", at=AT, by=ANA), ConsultationBooked(slot, at=AT, by=ANA)):
        assert pickle.loads(pickle.dumps(event)) == event
        assert {event: 1}[attrs.evolve(event)] == 1
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            event.at = AT  # type: ignore[misc]


def test_the_types_of_events_are_checked_after_a_log_was_written_too() -> None:
    """What reads documents looks the types of the fields up, and leaves them resolved."""
    log = [Opened("A-1", "No login", at=AT, by=ANA)]
    assert load(dump(log), "log") == tuple(log)
    with pytest.raises(WrongType, match=r"Commented\.text is 5"):
        Commented(5, at=AT, by=ANA)  # type: ignore[arg-type]
