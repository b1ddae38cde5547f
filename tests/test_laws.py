"""The laws of working time, one property test each, on calendars and instants drawn where that is hard.

All instants are compared in UTC: two datetimes of one zone compare by the face of its clock, which would hide
just the differences that matter.
"""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Literal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from oracle import Combined, Desk, zone_of
from strategies import MICROSECOND, MINUTE, NUDGES, Scene, library_calendar, pairs_of_calendars, scenes
from supportsla import (
    ALWAYS,
    Calendar,
    Duration,
    NaiveDatetime,
    NeverCloses,
    NeverOpens,
    OutOfRange,
    Window,
    business_days,
    business_hours,
    calendar_days,
    calendar_hours,
    deadline,
    elapsed,
    explain,
    explain_elapsed,
    is_open,
    next_close,
    next_open,
    windows,
)

Boundary = Literal["close", "open"]
ZERO = timedelta(0)
boundaries = st.sampled_from(("close", "open"))
signs = st.sampled_from((1, -1))
nudges = st.sampled_from(NUDGES)


def utc(at: datetime) -> datetime:
    return at.astimezone(UTC)


def ordered(scene: Scene) -> list[datetime]:
    return sorted(scene.points, key=utc)


def in_utc(found: Window) -> tuple[datetime, datetime]:
    return utc(found.opens), utc(found.closes)


# Deadlines of business time.


@given(scenes(2), nudges)
def test_deadline_is_the_first_instant_by_which_the_time_is_used_up(scene: Scene, nudge: timedelta) -> None:
    """d > 0, t >= s: deadline(s, d) <= t if and only if elapsed(s, t) >= d."""
    (s, other), d = scene.points, scene.amounts[0]
    due = deadline(scene.calendar, s, d)
    for t in (other, utc(due) + nudge):
        if utc(t) >= utc(s):
            assert (utc(due) <= utc(t)) == (elapsed(scene.calendar, s, t) >= d)


@given(scenes(2), nudges)
def test_open_deadline_is_the_last_instant_by_which_no_more_is_used_up(scene: Scene, nudge: timedelta) -> None:
    """d > 0, t >= s: t <= deadline(s, d, boundary="open") if and only if elapsed(s, t) <= d."""
    (s, other), d = scene.points, scene.amounts[0]
    due = deadline(scene.calendar, s, d, boundary="open")
    for t in (other, utc(due) + nudge):
        if utc(t) >= utc(s):
            assert (utc(t) <= utc(due)) == (elapsed(scene.calendar, s, t) <= d)


@given(scenes(2), nudges)
def test_negative_deadline_is_the_last_instant_that_leaves_the_time(scene: Scene, nudge: timedelta) -> None:
    """d > 0, t <= s: t <= deadline(s, -d) if and only if elapsed(t, s) >= d."""
    (s, other), d = scene.points, scene.amounts[0]
    due = deadline(scene.calendar, s, -d)
    for t in (other, utc(due) + nudge):
        if utc(t) <= utc(s):
            assert (utc(t) <= utc(due)) == (elapsed(scene.calendar, t, s) >= d)


@given(scenes(2), nudges)
def test_negative_open_deadline_is_the_first_instant_that_leaves_no_more(scene: Scene, nudge: timedelta) -> None:
    """d > 0, t <= s: deadline(s, -d, boundary="open") <= t if and only if elapsed(t, s) <= d."""
    (s, other), d = scene.points, scene.amounts[0]
    due = deadline(scene.calendar, s, -d, boundary="open")
    for t in (other, utc(due) + nudge):
        if utc(t) <= utc(s):
            assert (utc(due) <= utc(t)) == (elapsed(scene.calendar, t, s) <= d)


@given(scenes(), signs, boundaries)
def test_elapsed_of_a_deadline_is_the_duration(scene: Scene, sign: int, boundary: Boundary) -> None:
    """elapsed(s, deadline(s, d)) == d, for either sign and boundary."""
    (s,), d = scene.points, sign * scene.amounts[0]
    assert elapsed(scene.calendar, s, deadline(scene.calendar, s, d, boundary=boundary)) == d


@given(scenes(), signs, boundaries)
def test_deadlines_of_one_sign_add_up(scene: Scene, sign: int, boundary: Boundary) -> None:
    """deadline(deadline(s, a), b) == deadline(s, a + b) for a, b of one sign."""
    (s,), (a, b) = scene.points, (sign * amount for amount in scene.amounts)
    half_way = deadline(scene.calendar, s, a, boundary=boundary)
    two_steps = deadline(scene.calendar, half_way, b, boundary=boundary)
    assert utc(two_steps) == utc(deadline(scene.calendar, s, a + b, boundary=boundary))


@given(scenes(2), signs, boundaries)
def test_deadline_is_monotone_in_the_start(scene: Scene, sign: int, boundary: Boundary) -> None:
    """A later start never gives an earlier deadline."""
    early, late = ordered(scene)
    d = sign * scene.amounts[0]
    first = deadline(scene.calendar, early, d, boundary=boundary)
    assert utc(first) <= utc(deadline(scene.calendar, late, d, boundary=boundary))


@given(scenes(), signs, signs, boundaries)
def test_deadline_is_monotone_in_the_duration(scene: Scene, one: int, two: int, boundary: Boundary) -> None:
    """More open time never gives an earlier deadline."""
    (s,) = scene.points
    less, more = sorted((one * scene.amounts[0], two * scene.amounts[1]))
    first = deadline(scene.calendar, s, less, boundary=boundary)
    assert utc(first) <= utc(deadline(scene.calendar, s, more, boundary=boundary))


@given(scenes(), signs, boundaries)
def test_a_timedelta_is_business_time(scene: Scene, sign: int, boundary: Boundary) -> None:
    """A plain timedelta means the same open time as a duration in business hours."""
    (s,), d = scene.points, sign * scene.amounts[0]
    hours = business_hours(0, microseconds=d // MICROSECOND)
    plain = deadline(scene.calendar, s, d, boundary=boundary)
    assert utc(plain) == utc(deadline(scene.calendar, s, hours, boundary=boundary))


# Elapsed time.


@given(scenes(3))
def test_elapsed_is_additive(scene: Scene) -> None:
    """elapsed(a, b) + elapsed(b, c) == elapsed(a, c), in any order of a, b, c."""
    a, b, c = scene.points
    calendar = scene.calendar
    assert elapsed(calendar, a, b) + elapsed(calendar, b, c) == elapsed(calendar, a, c)


@given(scenes(2))
def test_elapsed_is_antisymmetric(scene: Scene) -> None:
    """elapsed(a, b) == -elapsed(b, a)."""
    a, b = scene.points
    assert elapsed(scene.calendar, a, b) == -elapsed(scene.calendar, b, a)


@given(scenes(3))
def test_elapsed_is_monotone_in_the_end(scene: Scene) -> None:
    """A later end never gives less open time."""
    start = scene.points[0]
    early, late = sorted(scene.points[1:], key=utc)
    assert elapsed(scene.calendar, start, early) <= elapsed(scene.calendar, start, late)


@given(scenes(2))
def test_elapsed_never_exceeds_real_time(scene: Scene) -> None:
    """Open time has slope 0 or 1: between none and all of the real time."""
    early, late = ordered(scene)
    assert ZERO <= elapsed(scene.calendar, early, late) <= utc(late) - utc(early)


@given(scenes(2))
def test_an_always_open_calendar_counts_real_time(scene: Scene) -> None:
    """On ALWAYS, open time is real time (D7)."""
    a, b = scene.points
    assert elapsed(ALWAYS, a, b) == utc(b) - utc(a)


@given(scenes(2), st.integers(-3, 3))
def test_no_answer_depends_on_what_was_asked_before(scene: Scene, years: int) -> None:
    """A calendar that has answered about other years answers as a new one does."""
    near, far = scene.points[0], utc(scene.points[1]) + years * timedelta(days=365)
    asked, new = scene.calendar, library_calendar(scene.plain)
    is_open(asked, near)
    assert elapsed(asked, near, far) == elapsed(new, near, far)
    assert is_open(asked, far) == is_open(library_calendar(scene.plain), far)
    assert elapsed(asked, far, near) == -elapsed(asked, near, far)


# The zone in which an instant is written.


@given(scenes(), signs, boundaries)
def test_no_deadline_depends_on_how_the_start_is_written(scene: Scene, sign: int, boundary: Boundary) -> None:
    """Every unit gives one due instant for one start, in whatever zone and fold it is written."""
    (s,) = scene.points
    for duration in scene.durations:
        signed = duration if sign > 0 else -duration
        due = deadline(scene.calendar, s, signed, boundary=boundary)
        assert utc(due) == utc(deadline(scene.calendar, utc(s), signed, boundary=boundary))


@given(scenes(2))
def test_no_question_depends_on_how_its_instants_are_written(scene: Scene) -> None:
    """elapsed, is_open, next_open and windows answer about instants, not about the faces of clocks."""
    a, b = scene.points
    calendar = scene.calendar
    assert elapsed(calendar, a, b) == elapsed(calendar, utc(a), utc(b))
    assert is_open(calendar, a) == is_open(calendar, utc(a))
    assert utc(next_open(calendar, a)) == utc(next_open(calendar, utc(a)))
    assert list(map(in_utc, windows(calendar, a, b))) == list(map(in_utc, windows(calendar, utc(a), utc(b))))


@given(scenes(2), signs, boundaries)
def test_results_are_written_in_the_zone_of_the_calendar(scene: Scene, sign: int, boundary: Boundary) -> None:
    """Every answer is an existing local time of the calendar's zone, with the fold that it has."""
    start, end = ordered(scene)
    answers = [deadline(scene.calendar, start, d, boundary=boundary) for d in scene.durations]
    answers += [deadline(scene.calendar, start, -d, boundary=boundary) for d in scene.durations]
    answers += [edge for w in windows(scene.calendar, start, end) for edge in (w.opens, w.closes)]
    for answer in (*answers, next_open(scene.calendar, start)):
        expected = utc(answer).astimezone(ZoneInfo(scene.zone))
        assert (answer.replace(tzinfo=None), answer.fold) == (expected.replace(tzinfo=None), expected.fold)
        assert str(answer.tzinfo) == scene.zone


# Boundaries and zero.


@given(scenes())
def test_open_boundary_is_the_next_opening_at_or_after_the_close_answer(scene: Scene) -> None:
    """W2, for every unit, forwards."""
    (s,) = scene.points
    for duration in scene.durations:
        close = deadline(scene.calendar, s, duration)
        due = deadline(scene.calendar, s, duration, boundary="open")
        assert utc(due) == utc(next_open(scene.calendar, close))


@given(scenes())
def test_open_boundary_backwards_is_the_closing_before_unless_open_just_before(scene: Scene) -> None:
    """W2, for every unit, backwards."""
    (s,) = scene.points
    for duration in scene.durations:
        close = utc(deadline(scene.calendar, s, -duration))
        due = utc(deadline(scene.calendar, s, -duration, boundary="open"))
        if is_open(scene.calendar, close - MICROSECOND):
            assert due == close
        else:
            assert due < close
            assert not list(windows(scene.calendar, due, close))
            assert is_open(scene.calendar, due - MICROSECOND)


ZEROS = (timedelta(0), business_hours(0), business_days(0), calendar_hours(0), calendar_days(0))


@given(scenes(), st.sampled_from(ZEROS))
def test_zero_to_the_close_is_the_start_itself(scene: Scene, zero: Duration | timedelta) -> None:
    """W3, for every unit."""
    (s,) = scene.points
    assert utc(deadline(scene.calendar, s, zero)) == utc(s)


@given(scenes(), st.sampled_from(ZEROS))
def test_zero_to_the_open_is_the_next_opening(scene: Scene, zero: Duration | timedelta) -> None:
    """W3, for every unit: the next opening, which is the start itself while the desk is open."""
    (s,) = scene.points
    due = deadline(scene.calendar, s, zero, boundary="open")
    assert utc(due) == utc(next_open(scene.calendar, s))


# Sets of open time.


@given(pairs_of_calendars(2))
def test_union_and_intersection_count_what_both_count(pair: Scene) -> None:
    """elapsed(A | B) + elapsed(A & B) == elapsed(A) + elapsed(B)."""
    a, b = sides(pair)
    start, end = pair.points
    together = elapsed(a | b, start, end) + elapsed(a & b, start, end)
    assert together == elapsed(a, start, end) + elapsed(b, start, end)


@given(pairs_of_calendars(2))
def test_difference_and_intersection_count_the_left_calendar(pair: Scene) -> None:
    """elapsed(A - B) + elapsed(A & B) == elapsed(A)."""
    a, b = sides(pair)
    start, end = pair.points
    assert elapsed(a - b, start, end) + elapsed(a & b, start, end) == elapsed(a, start, end)


@given(pairs_of_calendars(1))
def test_combined_calendars_are_open_where_their_parts_say(pair: Scene) -> None:
    """A | B is open in either, A & B in both, A - B in A alone."""
    a, b = sides(pair)
    (t,) = pair.points
    in_a, in_b = is_open(a, t), is_open(b, t)
    found = (is_open(a | b, t), is_open(a & b, t), is_open(a - b, t))
    assert found == (in_a or in_b, in_a and in_b, in_a and not in_b)


@given(scenes(2))
def test_windows_work_as_the_calendar_that_they_list(scene: Scene) -> None:
    """To take away the windows that a calendar lists leaves nothing of it between the same instants."""
    start, end = ordered(scene)
    listed = list(windows(scene.calendar, start, end))
    assert elapsed(scene.calendar - listed, start, end) == ZERO
    assert elapsed(scene.calendar & listed, start, end) == elapsed(scene.calendar, start, end)


@given(pairs_of_calendars(1))
def test_the_zone_of_a_combination_is_the_left_ones(pair: Scene) -> None:
    """W17: results are written in the left operand's zone."""
    assert isinstance(pair.plain, Combined)
    answer = next_open(pair.calendar, pair.points[0])
    assert str(answer.tzinfo) == zone_of(pair.plain.left)


def sides(pair: Scene) -> tuple[Calendar, Calendar]:
    plain = pair.plain
    assert isinstance(plain, Combined)
    assert not isinstance(plain.right, tuple)
    return library_calendar(plain.left), library_calendar(plain.right)


# Windows and the questions about one instant.


@given(scenes(2))
def test_windows_sum_to_elapsed(scene: Scene) -> None:
    """The lengths of the windows of a stretch are the open time in it."""
    start, end = ordered(scene)
    lengths = (utc(w.closes) - utc(w.opens) for w in windows(scene.calendar, start, end))
    assert sum(lengths, ZERO) == elapsed(scene.calendar, start, end)


@given(scenes(2))
def test_windows_are_clipped_and_apart(scene: Scene) -> None:
    """Windows lie in [start, end), in order, none empty, with closed time between any two."""
    start, end = map(utc, ordered(scene))
    edges = [edge for w in windows(scene.calendar, start, end) for edge in in_utc(w)]
    assert all(a < b for a, b in pairwise(edges))
    assert all(start <= edge <= end for edge in edges)


@given(scenes(2))
def test_windows_are_maximal(scene: Scene) -> None:
    """A window that is not clipped has closed time before its opening and from its closing on."""
    start, end = map(utc, ordered(scene))
    for window in windows(scene.calendar, start, end):
        opens, closes = in_utc(window)
        assert opens == start or not is_open(scene.calendar, opens - MICROSECOND)
        assert closes == end or not is_open(scene.calendar, closes)


@given(scenes(3))
def test_an_instant_is_open_if_and_only_if_a_window_holds_it(scene: Scene) -> None:
    """W4: windows are half open, so an opening is open and a closing is not."""
    start, at, end = map(utc, ordered(scene))
    assume(at < end)
    held = any(opens <= at < closes for opens, closes in map(in_utc, windows(scene.calendar, start, end)))
    assert held == is_open(scene.calendar, at)


@given(scenes(3))
def test_windows_of_adjacent_stretches_join(scene: Scene) -> None:
    """What two neighbouring stretches hold together is what the whole holds."""
    a, b, c = ordered(scene)
    apart = [*windows(scene.calendar, a, b), *windows(scene.calendar, b, c)]
    edges = [edge for window in apart for edge in in_utc(window)]
    whole = [edge for window in windows(scene.calendar, a, c) for edge in in_utc(window)]
    assert [edge for edge in edges if edges.count(edge) == 1] == whole


@given(scenes())
def test_next_open_is_the_first_open_instant(scene: Scene) -> None:
    """next_open is open, is the instant itself while that is open, and nothing opens before it."""
    t = utc(scene.points[0])
    opens = utc(next_open(scene.calendar, t))
    assert is_open(scene.calendar, opens)
    assert (opens == t) == is_open(scene.calendar, t)
    assert elapsed(scene.calendar, t, opens) == ZERO


@given(scenes())
def test_next_close_closes_the_window_that_is_open_or_opens_next(scene: Scene) -> None:
    """The desk is open from next_open to next_close without a break, and closed at next_close."""
    t = utc(scene.points[0])
    assume(scene.closes)
    opens, closes = utc(next_open(scene.calendar, t)), utc(next_close(scene.calendar, t))
    assert elapsed(scene.calendar, opens, closes) == closes - opens > ZERO
    assert not is_open(scene.calendar, closes)


# Units.


@given(scenes(), signs)
def test_calendar_hours_are_real_time(scene: Scene, sign: int) -> None:
    """Calendar hours run around the clock, whatever the calendar."""
    (s,), d = scene.points, sign * scene.amounts[0]
    due = deadline(scene.calendar, s, calendar_hours(0, microseconds=d // MICROSECOND))
    assert utc(due) - utc(s) == d


@given(scenes(), st.integers(-40, 40))
def test_calendar_days_keep_the_date_and_the_local_time_or_the_end_of_its_gap(scene: Scene, days: int) -> None:
    """W8: the clock shows the same local time so many dates later, the first time, or jumps over it."""
    s = utc(scene.points[0]).astimezone(ZoneInfo(scene.zone))
    due = deadline(scene.calendar, s, calendar_days(days))
    wanted, shown = s.replace(tzinfo=None) + timedelta(days=days), due.replace(tzinfo=None)
    skips = utc(due) - MICROSECOND
    assert shown == wanted or skips.astimezone(ZoneInfo(scene.zone)).replace(tzinfo=None) < wanted < shown


@given(scenes(), signs)
def test_business_days_end_while_open_or_at_an_edge(scene: Scene, sign: int) -> None:
    """W7: the due is an open instant, a closing or an opening, never within closed time."""
    due = utc(deadline(scene.calendar, scene.points[0], business_days(sign * scene.days)))
    assert is_open(scene.calendar, due) or is_open(scene.calendar, due - MICROSECOND)


@given(scenes(), signs)
def test_durations_read_back_from_their_text(scene: Scene, sign: int) -> None:
    """Duration.parse(str(d)) == d."""
    for duration in scene.durations:
        signed = duration if sign > 0 else -duration
        assert Duration.parse(str(signed)) == signed


# Explanations.


def explained(scene: Scene, duration: Duration, boundary: Boundary) -> tuple[datetime, timedelta]:
    """The due of an explanation and the sum of its parts."""
    found = explain(scene.calendar, scene.points[0], duration, boundary=boundary)
    return utc(found.due), sum((step.used for step in found.steps), ZERO)


@given(scenes(), signs, boundaries)
def test_an_explanation_gives_the_deadline(scene: Scene, sign: int, boundary: Boundary) -> None:
    """explain(...).due == deadline(...), for every unit."""
    (s,) = scene.points
    for duration in scene.durations:
        signed = duration if sign > 0 else -duration
        due, _ = explained(scene, signed, boundary)
        assert due == utc(deadline(scene.calendar, s, signed, boundary=boundary))


@given(scenes(), signs, boundaries)
def test_parts_sum_to_elapsed_for_business_units(scene: Scene, sign: int, boundary: Boundary) -> None:
    """The parts of an explanation in business hours or days sum to elapsed(start, due)."""
    for duration in scene.durations[:2]:
        due, total = explained(scene, duration if sign > 0 else -duration, boundary)
        assert total == elapsed(scene.calendar, scene.points[0], due)


@given(scenes(), signs, boundaries)
def test_parts_sum_to_real_time_for_calendar_units(scene: Scene, sign: int, boundary: Boundary) -> None:
    """The parts in calendar hours or days sum to the real time to the close answer; the way to W2's edge uses none."""
    (s,) = scene.points
    for duration in scene.durations[2:]:
        signed = duration if sign > 0 else -duration
        _, total = explained(scene, signed, boundary)
        assert total == utc(deadline(scene.calendar, s, signed)) - utc(s)


@given(scenes(), signs, boundaries)
def test_steps_run_without_a_break_between_start_and_due(scene: Scene, sign: int, boundary: Boundary) -> None:
    """Steps are chronological, each begins where the one before ended, and none but a clock change is empty."""
    s = utc(scene.points[0])
    for duration in scene.durations:
        found = explain(scene.calendar, s, duration if sign > 0 else -duration, boundary=boundary)
        edges = [(utc(step.start), utc(step.end)) for step in found.steps]
        assert all((step.reason == "clock_change") == (a == b) for step, (a, b) in zip(found.steps, edges, strict=True))
        assert all(a <= b for a, b in edges)
        assert all(a[1] == b[0] for a, b in pairwise(edges))
        ends = [edges[0][0], edges[-1][1]] if edges else [s, s]
        assert ends == sorted((s, utc(found.due)))


@given(scenes(), signs, boundaries)
def test_a_step_uses_all_of_its_time_or_none(scene: Scene, sign: int, boundary: Boundary) -> None:
    """A counted step uses its length, negative when the due lies before the start; any other uses nothing."""
    (s,) = scene.points
    for duration in scene.durations:
        found = explain(scene.calendar, s, duration if sign > 0 else -duration, boundary=boundary)
        direction = 1 if utc(found.due) >= utc(s) else -1
        for step in found.steps:
            length = direction * (utc(step.end) - utc(step.start))
            assert step.used == (length if step.reason == "counted" else ZERO)


@given(scenes(), signs, boundaries)
def test_business_time_is_counted_where_the_desk_is_open(scene: Scene, sign: int, boundary: Boundary) -> None:
    """In business hours and days a step is counted if and only if the desk is open all through it."""
    (s,) = scene.points
    for duration in scene.durations[:2]:
        for step in explain(scene.calendar, s, duration if sign > 0 else -duration, boundary=boundary).steps:
            length = utc(step.end) - utc(step.start)
            inside = elapsed(scene.calendar, step.start, step.end)
            assert inside == (length if step.reason == "counted" else ZERO)


@given(scenes(2))
def test_an_explained_stretch_sums_to_its_open_time(scene: Scene) -> None:
    """The parts of explain_elapsed(a, b) sum to elapsed(a, b), in either direction."""
    a, b = scene.points
    used = (step.used for step in explain_elapsed(scene.calendar, a, b).steps)
    assert sum(used, ZERO) == elapsed(scene.calendar, a, b)


@given(scenes(2))
def test_an_explained_stretch_is_told_without_a_break(scene: Scene) -> None:
    """The steps of explain_elapsed(a, b) run from the earlier instant to the later one."""
    a, b = map(utc, scene.points)
    steps = explain_elapsed(scene.calendar, a, b).steps
    edges = [edge for step in steps for edge in (utc(step.start), utc(step.end))]
    assert edges[1:-1:2] == edges[2::2]
    assert edges[:1] + edges[-1:] == (sorted((a, b)) if a != b else [])


# Values.


@given(scenes())
def test_equal_facts_make_equal_calendars(scene: Scene) -> None:
    """Calendars are values: built twice they are equal and hash alike."""
    again = library_calendar(scene.plain)
    assert again == scene.calendar
    assert hash(again) == hash(scene.calendar)


@given(scenes(2), st.sampled_from((lambda c: pickle.loads(pickle.dumps(c)), copy.copy, copy.deepcopy)))
def test_a_copied_calendar_is_the_same_calendar(scene: Scene, copied: Callable[[Calendar], Calendar]) -> None:
    """A calendar survives pickling and copying: equal, and with the same answers."""
    a, b = scene.points
    again = copied(scene.calendar)
    assert again == scene.calendar
    assert hash(again) == hash(scene.calendar)
    assert elapsed(again, a, b) == elapsed(scene.calendar, a, b)


@given(scenes())
def test_the_zone_is_part_of_equality(scene: Scene) -> None:
    """W17: the same facts in another zone are another calendar."""
    plain = scene.plain
    assume(isinstance(plain, Desk))
    assert isinstance(plain, Desk)
    other = "Asia/Tokyo"
    assert library_calendar(Desk(**{**vars(plain), "zone": other})) != scene.calendar


# Refusals.


@given(scenes(2))
def test_naive_datetimes_are_refused(scene: Scene) -> None:
    """W12: an instant without a zone is refused by every question."""
    at, naive = scene.points[0], scene.points[1].replace(tzinfo=None)
    calendar = scene.calendar
    questions: tuple[Callable[[], object], ...] = (
        lambda: deadline(calendar, naive, business_hours(1)),
        lambda: elapsed(calendar, naive, at),
        lambda: elapsed(calendar, at, naive),
        lambda: is_open(calendar, naive),
        lambda: next_open(calendar, naive),
        lambda: next_close(calendar, naive),
        lambda: list(windows(calendar, naive, at)),
        lambda: list(windows(calendar, at, naive)),
        lambda: explain(calendar, naive, business_hours(1)),
        lambda: explain_elapsed(calendar, at, naive),
    )
    for question in questions:
        with pytest.raises(NaiveDatetime):
            question()


@given(scenes(), st.sampled_from((datetime(1899, 12, 31, 23, 59, tzinfo=UTC), datetime(2201, 1, 1, tzinfo=UTC))))
def test_instants_outside_the_range_are_refused(scene: Scene, far: datetime) -> None:
    """W13: instants outside [1900-01-01Z, 2201-01-01Z) are out of range."""
    for at in (far, far.astimezone(ZoneInfo(scene.zone))):
        with pytest.raises(OutOfRange):
            is_open(scene.calendar, at)
        with pytest.raises(OutOfRange):
            elapsed(scene.calendar, scene.points[0], at)


@given(signs, st.timedeltas(MICROSECOND, timedelta(hours=30)))
def test_a_due_outside_the_range_is_refused(sign: int, beyond: timedelta) -> None:
    """W13: a due outside [1900-01-01Z, 2201-01-01Z) is out of range, whatever the unit."""
    first, last = datetime(1900, 1, 1, tzinfo=UTC), datetime(2201, 1, 1, tzinfo=UTC) - MICROSECOND
    start = last - beyond + MICROSECOND if sign > 0 else first + beyond - MICROSECOND
    for duration in (sign * beyond, calendar_hours(0, microseconds=sign * beyond // MICROSECOND)):
        with pytest.raises(OutOfRange):
            deadline(ALWAYS, start, duration)
    for days in (business_days(2 * sign), calendar_days(2 * sign)):
        with pytest.raises(OutOfRange):
            deadline(ALWAYS, start, days)


@given(scenes(), signs)
def test_a_calendar_that_never_opens_says_so(scene: Scene, sign: int) -> None:
    """W13: a search without an end stops with an error."""
    never = scene.calendar - scene.calendar
    with pytest.raises(NeverOpens):
        next_open(never, scene.points[0])
    with pytest.raises(NeverOpens):
        deadline(never, scene.points[0], sign * MINUTE)


@given(scenes())
def test_a_calendar_that_never_closes_says_so(scene: Scene) -> None:
    """W13: an always open desk has no next close."""
    with pytest.raises(NeverCloses):
        next_close(scene.calendar | ALWAYS, scene.points[0])
