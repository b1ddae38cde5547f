"""A brute-force oracle of clocks, written from the words of the design and the rulebook, and from nothing else.

It lives through a case minute by minute. At the start of a minute it takes in what happened then, in the log's order;
then the minute passes, and every clock that waits has waited for it. What is used of a target is counted minute by
minute, and a due is found by stepping ahead from where the target counts until its amount is used up. It knows a plan
as a table of data, and opening hours from the oracle of calendars; all instants lie on whole minutes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast

from oracle import EPOCH, Oracle, Unit
from supportsla import Duration, Metric, Plan, Target
from supportsla.events import (
    Assigned,
    AttachmentAdded,
    Commented,
    Event,
    Opened,
    PriorityChanged,
    StatusChanged,
)

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Expected:
    """What a reading should say."""

    metric: str
    phase: str
    verdict: str | None = None
    started: datetime | None = None
    due: datetime | None = None
    limit: datetime | None = None
    done: datetime | None = None
    cancelled: datetime | None = None
    elapsed: timedelta = timedelta(0)
    paused: timedelta = timedelta(0)
    remaining: timedelta | None = None
    remaining_to_limit: timedelta | None = None
    due_if_resumed: datetime | None = None


@dataclass(frozen=True)
class Amount:
    """So many of the minutes that count, from an instant on (section 2): `ends_open` is the boundary "open" (W2)."""

    target: Target | None
    since: int
    counts: bytes
    minutes: int = 0
    opens: bytes = b""
    ends_open: bool = False

    def used(self, waits: set[int], until: int) -> int:
        """The minutes that counted and in which the clock did not wait."""
        return sum(1 for minute in range(self.since, until) if self.counts[minute] and minute not in waits)

    def waited(self, waits: set[int], until: int) -> int:
        """The minutes that would have counted, had the clock not waited."""
        return sum(1 for minute in range(self.since, until) if self.counts[minute] and minute in waits)

    def due(self, waits: set[int]) -> int:
        """The first instant by which the amount is used up, on the calendar without the pauses; reached, it stays."""
        minute, left = self.since, self.minutes
        while left:
            left -= bool(self.counts[minute]) and minute not in waits
            minute += 1
        while self.ends_open and not (self.opens[minute] and (minute not in waits or minute - 1 not in waits)):
            minute += 1
        return minute


Price = tuple[Amount, Amount]


@dataclass
class Clock:
    """One clock: when it started, the minutes in which it waited, how it ended, and what it is judged by."""

    started: int
    priority: str | None
    price: Price | None
    waits: set[int] = field(default_factory=set)
    waiting_since: int | None = None
    done: int | None = None
    cancelled: int | None = None
    changes: list[tuple[int, str]] = field(default_factory=list)
    """Of the priority since it was done: they are for nothing, unless the clock goes on."""

    @property
    def over(self) -> bool:
        return self.done is not None or self.cancelled is not None


class World:
    """The calendars of a plan, by name, all in sight of the same minutes; and the plan's table of targets."""

    def __init__(self, plan: Plan, calendars: Mapping[str, Oracle]) -> None:
        self.plan, self.calendars = plan, calendars
        self.targets = {(target.metric, target.priority): target for target in plan.targets}
        self.ranks = {priority.name: i for i, priority in enumerate(plan.priorities)}
        desk = calendars["desk"]
        self.first, self.desk, self.always = desk.first, desk.open, b"\x01" * len(desk.open)

    def minute(self, at: datetime) -> int:
        minute, rest = divmod(at - EPOCH, MINUTE)
        assert not rest, "all instants lie on whole minutes"
        return minute - self.first

    def instant(self, minute: int | None) -> datetime | None:
        return None if minute is None else EPOCH + (minute + self.first) * MINUTE

    def amount(self, target: Target, duration: Duration, since: int) -> Amount:
        """A duration from an instant on; days become the minutes up to the due that they have there (section 2)."""
        opens, ends_open = self.calendars[target.calendar].open, target.boundary == "open"
        if duration.unit == "business hours":
            assert isinstance(duration.amount, timedelta)
            return Amount(target, since, opens, duration.amount // MINUTE, opens, ends_open)
        due = self.deadline(target, duration, since)
        if duration.unit == "business days":
            at_an_opening = bool(opens[due] and not opens[due - 1])
            return Amount(target, since, opens, sum(opens[since:due]), opens, at_an_opening)
        return Amount(target, since, self.always, due - since)

    def deadline(self, target: Target, duration: Duration, since: int, times: int = 1) -> int:
        """The due of so many durations from an instant on, as if nothing ever waited."""
        start = EPOCH + (since + self.first) * MINUTE
        amount = duration.amount if isinstance(duration.amount, int) else duration.amount // MINUTE * 60_000_000
        unit = cast(Unit, duration.unit.replace(" ", "_"))
        return self.minute(self.calendars[target.calendar].deadline(start, unit, amount * times, target.boundary))

    def price(self, metric: str, priority: str | None, since: int) -> Price | None:
        """The due and the limit of the target for that priority; without a limit, the due twice (P9)."""
        target = self.targets.get((metric, priority or ""))
        if target is None:
            return None
        due = self.amount(target, target.due, since)
        return due, due if target.limit is None else self.amount(target, target.limit, since)

    def reprice(self, metric: str, clock: Clock, at: int, priority: str) -> None:
        """P16: judged anew at the change, a clock that waits as if it went on then.

        The choice is between dues: where they are the same instant, or nothing new is promised, the old one stays.
        """
        before, clock.priority = clock.priority, priority
        if before == priority:
            return
        raised = before is None or self.ranks[priority] < self.ranks[before]
        way = self.plan.on_priority_change
        if way == "from_start" or (way == "fair" and not raised):
            clock.price = self.price(metric, priority, clock.started)
            return
        old, new = clock.price, self.price(metric, priority, at)
        clock.price = new if way == "from_change" or new is not None else old
        if way == "fair" and old is not None and new is not None:
            waits = {minute for minute in clock.waits if minute < at}
            due, limit = (two if two.due(waits) < one.due(waits) else one for one, two in zip(old, new, strict=True))
            clock.price = due, limit


class Measured:
    """One metric of one case while it is lived through."""

    def __init__(self, world: World, metric: Metric) -> None:
        self.world, self.metric = world, metric
        self.clocks: list[Clock] = []
        self.clock: Clock | None = None
        """The latest one of the exchange that is open."""
        self.exchange_open = False
        self.counts_signals = metric.after is None
        self.status, self.priority = "", cast("str | None", None)
        self.planned: int | None = None
        """When the next clock of a sequential metric starts."""
        self.waited: set[int] = set()
        """The minutes in which the status made clocks wait."""

    @property
    def mode(self) -> str:
        columns = {
            "done": self.metric.done_in,
            "paused": self.metric.paused_in,
            "cancelled": self.metric.cancelled_in,
        }
        return next((mode for mode, statuses in columns.items() if self.status in statuses), "running")

    @property
    def live(self) -> Clock | None:
        """The clock that runs or waits."""
        return self.clock if self.clock is not None and not self.clock.over else None

    def start(self, at: int) -> None:
        """A clock starts, and waits at once where the status says so."""
        clock = Clock(at, self.priority, self.world.price(self.metric.name, self.priority, at))
        clock.waits = {minute for minute in self.waited if minute >= at}
        clock.waiting_since = at if self.mode == "paused" else None
        self.clock = clock
        self.clocks.append(clock)

    def take_opening(self, at: int, event: Opened) -> None:
        self.status, self.priority = event.status or "New", event.priority
        self.take_signal(at, "opening")
        if event.by.role == "client":
            self.take_signal(at, "client_opening")

    def take_signal(self, at: int, signal: str) -> None:
        metric = self.metric
        if not self.counts_signals:
            self.counts_signals = signal == metric.after
            return
        if self.planned is not None:
            return
        if self.exchange_open and signal in metric.stops:
            self.planned = self.next_start(at) if signal in metric.starts else None
            self.stop(at, signal)
            self.close()
        elif self.exchange_open and signal in metric.cancels:
            if (clock := self.live) is not None:
                clock.cancelled = at
            self.close()
        elif (clock := self.live) is not None and signal in metric.restarts:
            clock.cancelled = at
            self.start(at)
        if not self.exchange_open and signal in metric.starts:
            self.exchange_open = True
            if self.planned is not None and self.planned > at:
                return
            at, self.planned = self.planned or at, None
            if self.mode in ("running", "paused"):
                self.start(at)
                return

    def close(self) -> None:
        self.exchange_open, self.clock = False, None

    def next_start(self, at: int) -> int | None:
        """Of a sequential metric: the due; or the last multiple of the target from there on that is not after `at`."""
        clock = self.live
        if self.metric.recurrence != "sequential" or clock is None or clock.price is None:
            return None
        due = clock.price[0].due(clock.waits)
        target = clock.price[0].target
        assert target is not None
        grid = [due]
        while grid[-1] <= at:
            grid.append(self.world.deadline(target, target.due, due, len(grid)))
        return grid[max(len(grid) - 2, 0)]

    def stop(self, at: int, signal: str) -> None:
        """Done at the reply; also after all while the status cancels, but not what the reply starts anew."""
        clock = self.clock
        if clock is None or clock.done is not None:
            return
        if clock.cancelled is None or (self.mode == "cancelled" and signal not in self.metric.starts):
            clock.done, clock.cancelled = at, None

    def take_status(self, at: int, status: str) -> None:
        was, self.status = self.mode, status
        mode = self.mode
        clock = self.clock
        if self.planned is not None:
            self.planned = None if mode == "cancelled" else self.planned
            return
        if not self.exchange_open:
            return
        if was == "done" and mode != "done" and clock is not None and clock.done is not None:
            self.reopen(at, clock)
        elif clock is None or clock.cancelled is not None:
            if mode in ("running", "paused"):
                self.start(at)
        elif mode == "done":
            clock.done = clock.done if clock.done is not None else at
        elif mode == "cancelled":
            clock.cancelled = at
        elif mode == "paused":
            clock.waiting_since = clock.waiting_since if clock.waiting_since is not None else at
        else:
            clock.waiting_since = None

    def reopen(self, at: int, clock: Clock) -> None:
        """The case leaves a status in which the clock was done."""
        way = self.world.plan.on_reopening
        if way == "stay_done":
            self.close()
        elif way == "restart":
            self.start(at)
        else:
            assert clock.done is not None
            began = clock.waiting_since if clock.waiting_since is not None else clock.done
            clock.waits |= set(range(clock.done, at))
            clock.waiting_since = began if self.mode == "paused" else None
            clock.done = None
            for change, priority in clock.changes:
                self.world.reprice(self.metric.name, clock, change, priority)
            clock.changes = []

    def take_priority(self, at: int, priority: str) -> None:
        self.priority = priority
        if (clock := self.live) is not None:
            self.world.reprice(self.metric.name, clock, at, priority)
        elif self.clock is not None and self.clock.done is not None:
            self.clock.changes.append((at, priority))

    def begin_planned(self, minute: int) -> None:
        if self.planned == minute:
            self.planned = None
            self.start(minute)

    def pass_minute(self, minute: int) -> None:
        if (clock := self.live) is not None and clock.waiting_since is not None:
            clock.waits.add(minute)
        if self.mode == "paused":
            self.waited.add(minute)

    def read(self, now: int) -> list[Expected]:
        if not self.clocks:
            promised = self.world.price(self.metric.name, self.priority, now) is not None
            return [Expected(self.metric.name, "not_started", "pending" if promised else None)]
        found = [self.read_clock(clock, now) for clock in self.clocks]
        if self.planned is not None:
            price = self.world.price(self.metric.name, self.priority, self.planned)
            found.append(self.read_clock(Clock(self.planned, self.priority, price), now))
        return found

    def read_clock(self, clock: Clock, now: int) -> Expected:
        """A clock that waits or has ended is read as of then."""
        instant, waiting = self.world.instant, not clock.over and clock.waiting_since is not None
        ended = clock.done if clock.done is not None else clock.cancelled
        phase = "not_started" if now < clock.started else "running"
        if ended is not None:
            phase = "done" if clock.done is not None else "cancelled"
        at = ended if ended is not None else now
        shown: dict[str, datetime | timedelta | None] = {}
        measure = clock.price[0] if clock.price else Amount(None, clock.started, self.world.desk)
        verdict = None
        if clock.price is not None:
            due, limit = (amount.due(clock.waits) for amount in clock.price)
            left = [(amount.minutes - amount.used(clock.waits, at)) * MINUTE for amount in clock.price]
            if limit < due:
                limit, left = due, [left[0], left[0]]
            shown |= {"remaining": left[0], "remaining_to_limit": left[1]}
            shown |= {"due_if_resumed": instant(due)} if waiting else {"due": instant(due), "limit": instant(limit)}
            verdict = self.verdict(clock, at, due, limit)
        return Expected(
            self.metric.name,
            "paused" if waiting else phase,
            verdict,
            started=instant(clock.started),
            done=instant(clock.done),
            cancelled=instant(clock.cancelled),
            elapsed=measure.used(clock.waits, at) * MINUTE,
            paused=measure.waited(clock.waits, at) * MINUTE,
            **shown,  # type: ignore[arg-type]
        )

    @staticmethod
    def verdict(clock: Clock, at: int, due: int, limit: int) -> str:
        """W9; of a clock that waits, as of when it began to."""
        if clock.done is not None:
            return "met" if clock.done <= due else "late" if clock.done <= limit else "missed"
        if clock.waiting_since is not None and clock.cancelled is None:
            at = clock.waiting_since
        return "missed" if at >= limit else "late" if at >= due else "pending"


def signals_of(event: Event) -> list[str]:
    """What an event can be for a clock (C15)."""
    if isinstance(event, Commented) and event.public and event.by.role == "support":
        return ["reply"]
    if isinstance(event, Commented | AttachmentAdded) and event.public and event.by.role == "client":
        return ["client_update"]
    return ["assignment"] if isinstance(event, Assigned) else []


def take(measured: Measured, at: int, event: Event) -> None:
    if isinstance(event, Opened):
        measured.take_opening(at, event)
    elif isinstance(event, StatusChanged):
        measured.take_status(at, event.to)
    elif isinstance(event, PriorityChanged):
        measured.take_priority(at, event.to)
    for signal in signals_of(event):
        measured.take_signal(at, signal)


def clock_readings(world: World, events: Sequence[Event], now: datetime) -> list[Expected]:
    """Every clock of a case as of `now`, for a log in which the timers' events are written down."""
    happened: dict[int, list[Event]] = {}
    for event in events:
        happened.setdefault(world.minute(event.at), []).append(event)
    end = world.minute(now)
    metrics = [Measured(world, metric) for metric in world.plan.measured]
    for minute in range(min(happened), end + 1):
        for measured in metrics:
            measured.begin_planned(minute)
            for event in happened.get(minute, ()):
                take(measured, minute, event)
            if minute < end:
                measured.pass_minute(minute)
    return [expected for measured in metrics for expected in measured.read(end)]
