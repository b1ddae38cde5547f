"""The laws of clocks, over generated plans and logs, read at and beside the instants at which clocks change."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import attrs
from hypothesis import assume, given
from hypothesis import event as seen
from hypothesis import strategies as st

from case_strategies import BO, MICROSECOND, PRESETS, ZONES
from clock_strategies import (
    CALM,
    DAY,
    NOTHING,
    WAITS,
    Scene,
    Wait,
    amount_of,
    calendar_of,
    calm_scenes,
    chain_of,
    clock_lives,
    clock_plans,
    counts_from,
    in_real_time,
    left_alone,
    passed,
    pausing_scenes,
    scenes,
    timed_lives,
    up_to,
    utc,
    waits,
)
from supportsla import (
    Case,
    Duration,
    Metric,
    Percent,
    Plan,
    Target,
    Window,
    advance,
    deadline,
    next_due,
    readings,
    replay,
)
from supportsla.clocks import Held, Reading
from supportsla.durations import Unit
from supportsla.events import Event, PriorityChanged, StatusChanged

fractions = st.sampled_from([0, 1, 2, 3, 4]).map(lambda quarters: (quarters, 4))
fair_scenes = scenes(clock_lives(st.sampled_from(PRESETS) | clock_plans(on_priority_change="fair")))


def between(low: datetime, high: datetime, fraction: tuple[int, int]) -> datetime:
    """An instant at so much of the way."""
    return low + (high - low) * fraction[0] // fraction[1]


def begun(found: Iterable[Reading]) -> list[Reading]:
    """Those that have a clock."""
    return [reading for reading in found if reading.held]


def promised(found: Iterable[Reading]) -> list[tuple[Reading, Target]]:
    """Those that have a clock and a target, with that."""
    return [(reading, reading.target) for reading in begun(found) if reading.target is not None]


def due_of(reading: Reading) -> datetime | None:
    """The due, or what it would be if a clock that waits went on."""
    due = reading.due_if_resumed or reading.due
    return due and utc(due)


def metrics_of(plan: Plan) -> tuple[Metric, ...]:
    """All that is measured."""
    return plan.metrics or ()


def metric_of(plan: Plan, name: str) -> Metric:
    """The row of that name."""
    return next(metric for metric in metrics_of(plan) if metric.name == name)


def repriced(log: Sequence[Event], at: datetime, *priorities: str) -> list[Event]:
    """The log with changes of the priority by support at that instant, and what came later left out."""
    return [*up_to(log, at), *(PriorityChanged(to, "as it turned out", at=at, by=BO) for to in priorities)]


def rank(plan: Plan, priority: str | None) -> int:
    """Its position, the highest one first."""
    return next(i for i, one in enumerate(plan.priorities) if one.name == priority)


# Amounts.


@given(scenes())
def test_what_is_used_and_what_is_left_are_the_target(scene: Scene) -> None:
    """Section 2: of every unit, at every instant."""
    for reading, target in promised(scene.readings):
        assert reading.remaining is not None
        seen(f"{target.due.unit}, {target.boundary}, {reading.phase}")
        assert reading.elapsed + reading.remaining == amount_of(scene.plan, target, counts_from(reading))


@given(scenes(), fractions)
def test_the_target_does_not_change_while_it_holds(scene: Scene, fraction: tuple[int, int]) -> None:
    """What is used and what is left sum up to the same at every instant, as long as the same target counts."""
    opened, last = scene.life.log[0].at, max(scene.now, scene.life.case.at)
    totals: dict[tuple[str, datetime, tuple[Held, ...]], timedelta] = {}
    for now in (scene.now, between(opened, scene.now, fraction), between(scene.now, last, fraction), last, last + DAY):
        for reading, _ in promised(readings(scene.plan, scene.life.log, now)):
            assert reading.remaining is not None
            total = reading.elapsed + reading.remaining
            assert totals.setdefault((reading.metric, utc(reading.started), reading.held), total) == total


@given(scenes())
def test_time_that_went_by_was_used_or_waited(scene: Scene) -> None:
    """From where the target counts to now, or to the clock's end."""
    for reading in begun(scene.readings):
        since = counts_from(reading)
        end = utc(reading.done or reading.cancelled or scene.now)
        whole = passed(scene.plan, reading.target, since, end) if end > since else NOTHING
        assert reading.elapsed + reading.paused == whole
        assert min(reading.elapsed, reading.paused) >= NOTHING


@given(scenes())
def test_less_than_nothing_is_left_only_of_what_is_late(scene: Scene) -> None:
    """W9: and less than nothing up to the limit only of what is missed."""
    for reading, _ in promised(scene.readings):
        assert reading.remaining is not None
        assert reading.remaining_to_limit is not None
        assert reading.remaining >= NOTHING or reading.verdict in ("late", "missed")
        assert reading.remaining_to_limit >= NOTHING or reading.verdict == "missed"


@given(scenes())
def test_the_verdict_is_read_off_the_due_and_the_limit(scene: Scene) -> None:
    """W9: done at the due is met; what is not done is past due from the due on."""
    for reading, _ in promised(scene.readings):
        if reading.phase == "paused":
            continue
        due, limit, at = utc(reading.due), utc(reading.limit), utc(reading.done or reading.cancelled or scene.now)
        if reading.phase == "done":
            expected = "met" if at <= due else "late" if at <= limit else "missed"
        else:
            expected = "missed" if at >= limit else "late" if at >= due else "pending"
        assert reading.verdict == expected


@given(left_alone())
def test_a_warning_comes_as_long_before_the_due_as_it_says(scene: Scene) -> None:
    """In working time or in real time, and not before the target counts; to the microsecond."""
    comes = {at for one, target in promised(scene.readings) if one.due for at in coming(scene.plan, one, target)}
    beside = {at - MICROSECOND for at in comes}
    for now in (scene.now, *(at for at in comes | beside if at > scene.now)):
        for reading, target in promised(readings(scene.plan, scene.past, now)):
            if reading.due:
                at = utc(reading.done or reading.cancelled or now)
                seen(f"{len(reading.warned)} of {len(target.warn_before)}")
                come = zip(target.warn_before, coming(scene.plan, reading, target), strict=True)
                assert reading.warned == tuple(warning for warning, since in come if since <= at)


def coming(plan: Plan, reading: Reading, target: Target) -> list[datetime]:
    """When the target's warnings come, before the reading's due."""
    since, due, calendar = counts_from(reading), utc(reading.due), calendar_of(plan, target)
    lengths = [length_of(plan, target, since, warning) for warning in target.warn_before]
    return [max(since, utc(deadline(calendar, due, Duration(one.unit, -one.amount)))) for one in lengths]


def length_of(plan: Plan, target: Target, since: datetime, warning: Duration | Percent) -> Duration:
    """How long before the due a warning comes."""
    if isinstance(warning, Duration):
        return warning
    unit: Unit = "calendar hours" if in_real_time(target) else "business hours"
    return Duration(unit, amount_of(plan, target, since) * warning.amount // 100)


# Pauses.


def waiting(plan: Plan, log: Sequence[Event], metric: Metric, since: datetime) -> list[Window]:
    """When the case was where the clock waits, or where it was done for a while, in a log without timers."""
    stops = (*metric.paused_in, *metric.done_in)
    moves = [(event.at, event.to) for event in log if isinstance(event, StatusChanged)]
    ends = [*(at for at, _ in moves[1:]), since]
    stretches = zip(moves, ends, strict=True) if moves else ()
    return [Window(at, end) for (at, to), end in stretches if to in stops and at < end]


@given(pausing_scenes)
def test_a_pause_is_taken_out_of_the_calendar(scene: Scene) -> None:
    """Section 2: the due of business time is that of the calendar less the pauses that began before it."""
    for reading, target in promised(scene.readings):
        metric = metric_of(scene.plan, reading.metric)
        if reading.phase != "running" or in_real_time(target) or (metric.done_in and not _goes_on(scene.plan)):
            continue
        calendar, since = calendar_of(scene.plan, target), counts_from(reading)
        pauses = waiting(scene.plan, scene.past, metric, scene.now)
        seen(f"{len(pauses)} pauses")
        length = Duration("business hours", amount_of(scene.plan, target, since))
        plain = utc(deadline(calendar, since, target.due, boundary=target.boundary))
        inside = target.boundary == "close" and utc(deadline(calendar, since, length)) == plain
        due, taken = plain, list[Window]()
        for pause in pauses:
            if utc(pause.opens) < due:
                taken.append(pause)
                due = utc(deadline(calendar - taken, since, length, boundary="close" if inside else "open"))
        assert utc(reading.due) == due


def _goes_on(plan: Plan) -> bool:
    return plan.on_reopening == "continue"


def _without_text(found: Iterable[Reading], names: Iterable[str]) -> list[Reading]:
    return [reading for reading in found if reading.metric in names]


def _pausing(plan: Plan) -> list[str]:
    """The metrics whose clocks do not end where the case waits on its client."""
    return [metric.name for metric in metrics_of(plan) if not {*WAITS} & {*metric.cancelled_in}]


@given(waits(), st.integers(0, 5), fractions, st.booleans())
def test_a_pause_in_two_parts_is_one_pause(wait: Wait, pick: int, fraction: tuple[int, int], leaves: bool) -> None:
    """Moved to another status that pauses, or out of it and back at one instant, the case's clocks read the same."""
    log, plan = wait.life.log, wait.life.plan
    position = wait.begins + 1 + pick % (wait.ends - wait.begins)
    after = log[position].at if position < len(log) else log[-1].at + DAY
    at = between(log[position - 1].at, after, fraction)
    middle: list[Event] = [StatusChanged(WAITS[1], at=at, by=BO)]
    if leaves:
        middle = [StatusChanged("Open", at=at, by=BO), StatusChanged(WAITS[0], at=at, by=BO)]
    parted = [*log[:position], *middle, *log[position:]]
    names = _pausing(plan)
    for now in (at, at + MICROSECOND, after, after + MICROSECOND, log[-1].at + 3 * DAY):
        whole, parts = (_without_text(readings(plan, one, now), names) for one in (log, parted))
        assert parts == whole
        seen(f"{sum(one.phase == 'paused' for one in parts)} paused")
    assert [_used(one) for one in parts] == [_used(one) for one in whole]


def _used(reading: Reading) -> tuple[timedelta | None, timedelta | None]:
    """What the explanations say was used, to the due and so far."""
    due, so_far = reading.explanation, reading.elapsed_explanation
    return due.used if due else None, so_far.used if so_far else None


def _moved(log: Sequence[Event], position: int, at: datetime) -> list[Event]:
    return [attrs.evolve(event, at=at) if i == position else event for i, event in enumerate(log)]


@given(waits(), fractions, fractions, st.booleans())
def test_more_pause_is_never_earlier(
    wait: Wait, fraction: tuple[int, int], reading_at: tuple[int, int], begins: bool
) -> None:
    """Section 2: no due and no limit of a clock that ran before, at any instant; its target being the same."""
    log, plan, ends = list(wait.life.log), wait.life.plan, wait.ends
    if ends == len(log):
        log.append(StatusChanged("Open", at=log[-1].at + timedelta(hours=3), by=BO))
    start, end = log[wait.begins].at, log[ends].at
    after = log[ends + 1].at if ends + 1 < len(log) else end + 2 * DAY
    if begins:
        start = between(log[wait.begins - 1].at, start, fraction)
        longer = _moved(log, wait.begins, start)
    else:
        longer = _moved(log, ends, between(end, after, fraction))
    last = log[-1].at + DAY
    nows = [start, end, longer[ends].at, after, between(start, last, reading_at), between(end, after, reading_at), last]
    for now in (at + nudge for at in nows for nudge in (NOTHING, MICROSECOND)):
        for short, long in zip(_paused_by(plan, log, start, now), _paused_by(plan, longer, start, now), strict=True):
            before, since = due_of(short), due_of(long)
            if before is None or since is None:
                continue
            seen("later" if since > before else "the same")
            assert since >= before
            assert short.limit is None or long.limit is None or utc(long.limit) >= utc(short.limit)


def _paused_by(plan: Plan, log: Sequence[Event], start: datetime, now: datetime) -> list[Reading]:
    """The clocks that began before the wait and go on in it, but for those that a change priced by their dues.

    And but for those that pause in other statuses only: moving the wait's end moves the beginning of the next status.
    """
    elsewhere = [row.name for row in metrics_of(plan) if row.paused_in and not {*WAITS} & {*row.paused_in}]
    names = [name for name in _pausing(plan) if name not in elsewhere]
    found = _without_text(begun(readings(plan, log, now)), names)
    kept = [reading for reading in found if utc(reading.started) < start]
    return [one for one in kept if plan.on_priority_change != "fair" or len(one.held) == 1]


# What has been logged.


@given(left_alone(timed_lives), fractions)
def test_it_does_not_matter_whether_the_case_was_advanced(scene: Scene, fraction: tuple[int, int]) -> None:
    """Section 5: nor how often; neither to the readings nor to what comes next."""
    plan, log, now = scene.plan, scene.past, scene.now
    expected = readings(plan, log, now), next_due(plan, log, now)
    for until in (between(log[-1].at, now, fraction), now):
        log = [*log, *advance(plan, replay(log), until).events]
        seen(f"{min(len(log) - len(scene.past), 3)} firings")
        assert (readings(plan, log, now), next_due(plan, log, now)) == expected


@given(scenes())
def test_what_happens_later_does_not_matter(scene: Scene) -> None:
    """Section 5: the whole log reads as it did when it ended there."""
    assert readings(scene.plan, scene.past, scene.now) == scene.readings
    assert next_due(scene.plan, scene.past, scene.now) == next_due(scene.plan, scene.life.log, scene.now)


# What comes next.

_Standing = tuple[list[tuple[object, ...]], Case]


def standing(plan: Plan, log: Sequence[Event], now: datetime) -> _Standing:
    """All that `next_due` speaks of."""
    clocks: list[tuple[object, ...]] = [
        (
            one.metric,
            one.phase,
            one.verdict,
            one.warned,
            *(at and utc(at) for at in (one.started, one.done, one.cancelled)),
        )
        for one in readings(plan, log, now)
    ]
    return clocks, advance(plan, replay(log), now).case


@given(left_alone(), fractions, fractions)
def test_nothing_changes_until_the_next_due(scene: Scene, one: tuple[int, int], other: tuple[int, int]) -> None:
    """W9: not a microsecond before it, and never where there is none."""
    plan, log, now = scene.plan, scene.past, scene.now
    due = next_due(plan, log, now)
    seen(due.what if due else "nothing")
    end = utc(due.at) if due else now + 400 * DAY
    ways = (now + MICROSECOND, end - MICROSECOND, between(now, end, one), now + (end - now) // 7 * other[0])
    expected = standing(plan, log, now)
    for at in ways:
        if now < at < end:
            assert standing(plan, log, at) == expected


@given(left_alone())
def test_something_changes_at_the_next_due(scene: Scene) -> None:
    """W9: a phase, a verdict, a warning or the case; and it is after now."""
    plan, log, now = scene.plan, scene.past, scene.now
    due = next_due(plan, log, now)
    assume(due is not None)
    assert due is not None
    assert utc(due.at) > now
    assert standing(plan, log, due.at) != standing(plan, log, now)


@given(left_alone())
def test_what_comes_next_moves_on(scene: Scene) -> None:
    """Asked again at the due, once the case was advanced to it, the next one is later."""
    plan, log, now = scene.plan, scene.past, scene.now
    dues = chain_of(plan, log, now, 5)
    for due in dues:
        assert due > now
        now, log = due, [*log, *advance(plan, replay(log), due).events]
        assert [utc(following.at) for following in [next_due(plan, log, now)] if following] == [
            at for at in dues if at > now
        ][:1] or due == dues[-1]


# Priorities.


@given(
    scenes(clock_lives(clock_plans(workflow=CALM, on_priority_change="from_start"))),
    st.integers(0, 9),
    st.integers(0, 3),
)
def test_a_priority_there_and_back_leaves_no_trace(scene: Scene, pick: int, hours: int) -> None:
    """P16: where the target counts from the start whichever way it went, the old one gives back the old due."""
    plan, log, now = scene.plan, scene.past, scene.now
    case = replay(log)
    other = plan.priorities[pick % len(plan.priorities)].name
    back = now + timedelta(hours=hours)
    there_and_back = [*repriced(log, now, other), PriorityChanged(str(case.priority), "not so", at=back, by=BO)]
    for at in (back, back + MICROSECOND, back + DAY):
        assert readings(plan, there_and_back, at) == readings(plan, log, at)


@given(fair_scenes, st.integers(0, 9))
def test_a_raised_priority_makes_nothing_due_later(scene: Scene, pick: int) -> None:
    """P16: neither the due nor the limit, of a clock that has begun."""
    plan, log, now = scene.plan, scene.caught_up, scene.now
    case = replay(log)
    assume(rank(plan, case.priority) > 0)
    higher = plan.priorities[pick % rank(plan, case.priority)].name
    before, after = readings(plan, log, now), readings(plan, repriced(log, now, higher), now)
    for old, new in zip(before, after, strict=True):
        due, raised = due_of(old), due_of(new)
        if old.phase in ("running", "paused") and due is not None:
            assert raised is not None
            seen("earlier" if raised < due else "kept")
            assert raised <= due
            assert old.limit is None or utc(new.limit) <= utc(old.limit)
            assert utc(new.started) == utc(old.started)


@given(fair_scenes, st.integers(0, 9))
def test_a_lowered_priority_counts_from_the_start(scene: Scene, pick: int) -> None:
    """P16: of the clock, by the target of the lower priority."""
    plan, log, now = scene.plan, scene.caught_up, scene.now
    case = replay(log)
    lower = plan.priorities[rank(plan, case.priority) + 1 :]
    assume(lower)
    to = lower[pick % len(lower)].name
    for reading in readings(plan, repriced(log, now, to), now):
        if reading.phase not in ("running", "paused"):
            continue
        own = plan.index.target(reading.metric, to, case.opened.channel)
        assert (reading.priority, reading.target) == (to, own)
        assert counts_from(reading) == utc(reading.started)
        if reading.target is not None and reading.phase == "running" and not _ever_paused(reading):
            calendar = calendar_of(plan, reading.target)
            due = deadline(calendar, utc(reading.started), reading.target.due, boundary=reading.target.boundary)
            assert utc(reading.due) == utc(due)


def _ever_paused(reading: Reading) -> bool:
    why = reading.elapsed_explanation
    return why is not None and any(step.reason == "paused" for step in why.steps)


@given(calm_scenes, st.integers(0, 9), fractions)
def test_what_is_done_keeps_the_target_that_judged_it(scene: Scene, pick: int, fraction: tuple[int, int]) -> None:
    """W15: whatever becomes of the priority afterwards."""
    plan, log, now = scene.plan, scene.past, scene.now
    changed = repriced(log, now, plan.priorities[pick % len(plan.priorities)].name)
    later = between(now, now + 9 * DAY, fraction)
    done = [one for one in readings(plan, log, now) if one.phase == "done"]
    seen(f"{min(len(done), 2)} done")
    assert [one for one in readings(plan, changed, now) if one.phase == "done"] == done
    assert [one for one in readings(plan, changed, later) if one.phase == "done"] == done


# Explanations.


@given(scenes())
def test_the_steps_to_the_due_sum_to_the_target(scene: Scene) -> None:
    """Section 2: from where the target counts to the due."""
    for reading, target in promised(scene.readings):
        why = reading.explanation
        assert (why is None) is (due_of(reading) is None)
        if why is not None:
            since = counts_from(reading)
            assert (utc(why.start), utc(why.due)) == (since, due_of(reading))
            assert why.used == amount_of(scene.plan, target, since)


@given(scenes())
def test_the_steps_so_far_sum_to_what_is_used(scene: Scene) -> None:
    """Section 2: also without a target, and while the clock waits."""
    for reading in begun(scene.readings):
        why = reading.elapsed_explanation
        assert why is not None
        assert why.used == reading.elapsed


@given(scenes())
def test_steps_follow_one_another(scene: Scene) -> None:
    """Every stretch is explained, once: from where the target counts to the end."""
    for reading in begun(scene.readings):
        for why in (reading.explanation, reading.elapsed_explanation):
            if why is not None:
                edges = [utc(why.start), *(utc(step.end) for step in why.steps)]
                assert [utc(step.start) for step in why.steps] == edges[:-1]
                assert edges[-1] == utc(why.due)


# How one asks.


@given(scenes(), st.sampled_from([*ZONES, "Asia/Kathmandu"]))
def test_the_zone_in_which_now_is_written_does_not_matter(scene: Scene, zone: str) -> None:
    """An instant is an instant."""
    written = scene.now.astimezone(ZoneInfo(zone))
    assert readings(scene.plan, scene.life.log, written) == scene.readings
    assert next_due(scene.plan, scene.life.log, written) == next_due(scene.plan, scene.life.log, scene.now)


@given(scenes())
def test_readings_are_pure(scene: Scene) -> None:
    """Asked again, the same; the log is as it was, and may come as an iterator."""
    log = list(scene.life.log)
    first = readings(scene.plan, log, scene.now)
    assert readings(scene.plan, iter(log), scene.now) == first
    assert next_due(scene.plan, log, scene.now) == next_due(scene.plan, tuple(log), scene.now)
    assert log == scene.life.log


@given(scenes())
def test_readings_can_be_pickled(scene: Scene) -> None:
    """With all that they are read off, so that they explain themselves elsewhere."""
    copies = pickle.loads(pickle.dumps(scene.readings))
    assert copies == scene.readings
    assert [one.held for one in copies] == [one.held for one in scene.readings]
    assert [str(one.explanation) for one in copies] == [str(one.explanation) for one in scene.readings]
