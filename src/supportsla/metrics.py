"""What is measured of a case, as a table: what starts a clock, stops, restarts and cancels it, and when it pauses.

A row names signals, which events give, and statuses, which a case is in. Signals open and close an exchange; the
status decides whether its clock runs meanwhile. Nothing here knows of targets: a metric without one is measured too.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, get_args

import attrs

from .errors import InvalidChoice, WrongType
from .members import members_of

__all__ = ["SIGNALS", "Metric", "Mode", "Recurrence", "Signal", "standard_metrics"]

Signal = Literal["opening", "client_opening", "client_update", "reply", "assignment"]
SIGNALS: tuple[Signal, ...] = get_args(Signal)
"""What an event can be for a clock.

"opening" is that of the case, "client_opening" one by the client in person, "client_update" a public comment or file of
the client, "reply" a public comment of a person of support (C15), "assignment" an `Assigned`.
"""

Recurrence = Literal["independent", "sequential"]
Mode = Literal["running", "paused", "done", "cancelled"]


def _signals(given: Signal | Iterable[Signal]) -> tuple[Signal, ...]:
    signals = members_of("signals of a Metric", [given] if isinstance(given, str) else given, str)
    for signal in signals:
        if signal not in SIGNALS:
            raise InvalidChoice("a signal", signal, SIGNALS)
    return tuple(signal for signal in SIGNALS if signal in signals)


def _statuses(given: str | Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(members_of("statuses of a Metric", [given] if isinstance(given, str) else given, str)))


@attrs.frozen
class Metric:
    """A row of the table: when a clock of that name runs.

    Args:
        name: such as "first_response".
        starts: signals that open an exchange, if none is open; its clock starts at the event's own instant.
        stops: signals that close it: the clock is done. One that starts it too begins the next exchange.
        restarts: signals at which a clock that runs is cancelled, and another one starts.
        cancels: signals that close the exchange: nothing is owed any more.
        after: the signal that must have come before any other counts; None: none.
        done_in: statuses in which it is done; what becomes of it when the case leaves them is `Plan.on_reopening`.
        paused_in: statuses in which it waits; the due moves by the time that it waited.
        cancelled_in: statuses in which nothing is owed. The clock is cancelled there, unless a signal stops it after
            all; if the exchange is still open when the case leaves them, a clock starts afresh (P10).
        recurrence: when an exchange starts that the end of another one begins: "independent", at the signal; or
            "sequential", at the due of the one before, so that the dues keep their grid whenever they are met.

    Raises:
        InvalidChoice, WrongType: no such signal or recurrence; a name or status that is no text.

    >>> Metric("handover", starts="opening", stops="assignment", paused_in="Waiting on Client").stops
    ('assignment',)
    """

    name: str
    starts: tuple[Signal, ...] = attrs.field(converter=_signals)
    stops: tuple[Signal, ...] = attrs.field(default=(), kw_only=True, converter=_signals)
    restarts: tuple[Signal, ...] = attrs.field(default=(), kw_only=True, converter=_signals)
    cancels: tuple[Signal, ...] = attrs.field(default=(), kw_only=True, converter=_signals)
    after: Signal | None = attrs.field(default=None, kw_only=True)
    done_in: tuple[str, ...] = attrs.field(default=(), kw_only=True, converter=_statuses)
    paused_in: tuple[str, ...] = attrs.field(default=(), kw_only=True, converter=_statuses)
    cancelled_in: tuple[str, ...] = attrs.field(default=(), kw_only=True, converter=_statuses)
    recurrence: Recurrence = attrs.field(default="independent", kw_only=True)
    modes: dict[str, Mode] = attrs.field(init=False, eq=False, repr=False)
    heard: frozenset[str] = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.strip():
            raise WrongType("Metric.name", self.name, "a text that is not blank")
        if self.after is not None and self.after not in SIGNALS:
            raise InvalidChoice("Metric.after", self.after, SIGNALS)
        if self.recurrence not in get_args(Recurrence):
            raise InvalidChoice("Metric.recurrence", self.recurrence, get_args(Recurrence))
        columns: tuple[tuple[Mode, tuple[str, ...]], ...] = (
            ("paused", self.paused_in),
            ("cancelled", self.cancelled_in),
            ("done", self.done_in),
        )
        modes = {status: mode for mode, statuses in columns for status in statuses}
        object.__setattr__(self, "modes", modes)
        heard = {*self.starts, *self.stops, *self.restarts, *self.cancels, *filter(None, [self.after])}
        object.__setattr__(self, "heard", frozenset(heard))


def standard_metrics(
    *, solved: Iterable[str], waiting_on_client: Iterable[str] = (), waiting_on_others: Iterable[str] = ()
) -> tuple[Metric, ...]:
    """The six metrics of most desks, for a workflow's names of statuses (C15, P10).

    Args:
        solved: the statuses in which a case is solved, resolved or closed.
        waiting_on_client: those in which the client has to act first.
        waiting_on_others: those in which anyone else has to.

    >>> [metric.name for metric in standard_metrics(solved=["Solved"])]
    ['first_response', 'next_response', 'follow_up', 'resolution', 'requester_wait', 'agent_work']
    """
    over, theirs, others = _statuses(solved), _statuses(waiting_on_client), _statuses(waiting_on_others)
    return (
        Metric("first_response", "opening", stops="reply", cancelled_in=over),
        Metric("next_response", "client_update", stops="reply", after="reply", cancelled_in=over),
        Metric("follow_up", "reply", stops="reply", cancelled_in=(*theirs, *over)),
        Metric("resolution", "opening", done_in=over, paused_in=theirs),
        Metric("requester_wait", "opening", done_in=over, paused_in=theirs),
        Metric("agent_work", "opening", done_in=over, paused_in=(*theirs, *others)),
    )
