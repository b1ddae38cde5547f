"""The laws of a case's life, over generated plans and events with instants at and beside the timers'."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import event as seen
from hypothesis import given
from hypothesis import strategies as st

from case_strategies import ANA, BEN, GUEST, MICROSECOND, OUTSIDERS, Intention, Life, event_of, intentions, lives
from supportsla import (
    VIEWS,
    Case,
    EventRefused,
    Notice,
    Step,
    advance,
    check_history,
    evolve,
    handle,
    in_view,
    is_closed,
    replay,
    timers,
    visible_events,
)
from supportsla.events import Commented, Event, Opened, StatusChanged
from supportsla.workflow import edges

AHEAD = st.sampled_from([timedelta(0), timedelta(hours=3), timedelta(days=1), timedelta(days=4), timedelta(days=15)])


def nows(life: Life, ahead: timedelta) -> list[datetime]:
    """Instants after the case, at and beside what its timers will do."""
    dues = [timer.due.astimezone(UTC) for timer in timers(life.plan, life.case)[:5]]
    beside = [due + nudge for due in dues for nudge in (-MICROSECOND, timedelta(0), MICROSECOND)]
    first, last = life.case.at, life.case.at + timedelta(days=20)
    return sorted(at for at in (*beside, life.case.at + ahead) if first <= at <= last)


@given(lives(), AHEAD)
def test_many_steps_equal_one(life: Life, ahead: timedelta) -> None:
    """W10: the same case and the same events, however often the host catches up; and the same notices are owed."""
    way = nows(life, ahead)
    whole = advance(life.plan, life.case, way[-1])
    case, events, notices = life.case, list[Event](), list[Notice]()
    for now in way:
        step = advance(life.plan, case, now)
        case, events, notices = step.case, [*events, *step.events], [*notices, *step.notices]
    seen(f"{min(len(events), 5)} firings")
    assert (case, tuple(events)) == (whole.case, whole.events)
    assert [(notice.key, notice.to, notice.why) for notice in notices] == [
        (notice.key, notice.to, notice.why) for notice in whole.notices
    ]


@given(lives(), AHEAD)
def test_catching_up_twice_changes_nothing(life: Life, ahead: timedelta) -> None:
    """The second time nothing is due, and `now` leaves no trace."""
    now = nows(life, ahead)[-1]
    once = advance(life.plan, life.case, now)
    again = advance(life.plan, once.case, now)
    assert (again.case, again.events, again.notices) == (once.case, (), ())


@given(lives())
def test_a_case_is_what_its_log_adds_up_to(life: Life) -> None:
    """W16: the log is the save format, folded at once or event by event."""
    assert replay(life.log) == life.case
    case = replay(life.log[:1])
    for following in life.log[1:]:
        case = evolve(case, following)
    assert case == life.case
    assert (life.case.version, life.case.at) == (len(life.log), life.log[-1].at)


@given(lives())
def test_the_log_is_in_time_order(life: Life) -> None:
    """Every timer is stamped with its own due, and fires before what comes in later."""
    assert all(one.at <= other.at for one, other in zip(life.log, life.log[1:], strict=False))


def outcome(life: Life, case: Case, following: Event) -> Step | tuple[type, str]:
    """What becomes of it, or how it is refused."""
    try:
        return handle(life.plan, case, following)
    except EventRefused as refused:
        return type(refused), str(refused)


@given(lives(), intentions)
def test_an_event_finds_the_case_caught_up(life: Life, intention: Intention) -> None:
    """W10: whether the host has advanced the case or not."""
    following = event_of(life.plan, life.case, intention)
    caught_up = advance(life.plan, life.case, following.at)
    late, timely = outcome(life, life.case, following), outcome(life, caught_up.case, following)
    if isinstance(timely, Step):
        assert isinstance(late, Step)
        assert late.case == timely.case
        assert late.events == caught_up.events + timely.events
    else:
        assert isinstance(late, tuple)
        assert late[0] == timely[0]


@given(lives(), intentions)
def test_a_refused_event_changes_nothing(life: Life, intention: Intention) -> None:
    """The case is as it was, and the refusal names its number, its instant, and what is allowed."""
    before, following = replay(life.log), event_of(life.plan, life.case, intention)
    refused = outcome(life, life.case, following)
    if not isinstance(refused, Step):
        seen(refused[0].__name__)
        as_of = life.case if isinstance(following, Opened) else advance(life.plan, life.case, following.at).case
        assert refused[1].startswith(f"case A-1, as of {as_of.at}: ")
        assert "allowed: " in refused[1] or " lacks: " in refused[1]
    assert life.case == before


@given(lives())
def test_every_change_of_status_is_in_the_table(life: Life) -> None:
    """Nothing else moves a case, so that its own history passes, but for moves at one instant."""
    opened = life.log[0]
    assert isinstance(opened, Opened)
    moves = [(one.at, one.to) for one in life.log if isinstance(one, StatusChanged)]
    found = check_history(life.plan.required_workflow, [(opened.at, str(opened.status)), *moves])
    assert {violation.reason for violation in found} <= {"same_instant"}


@given(lives())
def test_a_closed_case_stays_closed_but_for_the_table(life: Life) -> None:
    """L7: what moves it is a column of the closed status's own row, for that event and that actor."""
    for before, _, step in life.steps:
        if not is_closed(life.plan, before) or is_closed(life.plan, step.case):
            continue
        moved = [one for one in step.events if isinstance(one, StatusChanged)]
        causes = {(edge.origin, edge.to): edge.cause for edge in edges(life.plan.required_workflow)}
        assert (before.status, moved[0].to) in causes
        seen(f"reopened by {causes[before.status, moved[0].to]}")


@given(lives())
def test_every_notice_has_a_key_a_recipient_and_a_reason(life: Life) -> None:
    """C12: and a key of its own, but for additions to a follow-up that was asked for (L7)."""
    assert all(notice.key and notice.to and notice.why and notice.kind for notice in life.notices)
    additions = [one for one in life.notices if one.follow_up is not None and one.follow_up.addition]
    firsts = [one for one in life.notices if one not in additions]
    assert max(Counter(one.key for one in firsts).values()) == 1
    assert {one.key for one in additions} <= {one.key for one in firsts if one.kind == "open_follow_up"}


@given(lives())
def test_nobody_reads_what_is_out_of_their_reach(life: Life) -> None:
    """C5, C9, C10: no view and no copy of the log."""
    for viewer in OUTSIDERS:
        assert visible_events(life.log, viewer) == ()
        assert not any(in_view(life.plan, view, life.case, viewer) for view in VIEWS)
    for viewer in (ANA, BEN, GUEST):
        copy = visible_events(life.log, viewer)
        assert all(one.public for one in copy if isinstance(one, Commented))
        in_reach = viewer is not GUEST or "guest" in life.case.collaborators
        assert bool(copy) is in_reach
        assert in_reach or not any(in_view(life.plan, view, life.case, viewer) for view in VIEWS)


@given(lives())
def test_a_clients_copy_lacks_only_what_is_internal(life: Life) -> None:
    """C5: all that is public, in the log's order."""
    copy = visible_events(life.log, ANA)
    hidden = [one for one in life.log if one not in copy]
    assert all(getattr(one, "public", True) is False or getattr(one, "whom", "") == "support" for one in hidden)


@given(lives())
def test_the_timers_are_what_will_happen(life: Life) -> None:
    """L3, L5: advancing to the last of them does just that, in that order."""
    listed = timers(life.plan, life.case)
    if not listed or listed[-1].due.astimezone(UTC) > life.case.at + timedelta(days=60):
        return
    case: Case = life.case
    for timer in listed:
        due = timer.due.astimezone(UTC)
        firing = advance(life.plan, case, due).events[0]
        assert (firing.at, firing.by.id) == (due, timer.name)
        assert advance(life.plan, case, due - MICROSECOND).events == ()
        case = evolve(case, firing)


@given(lives())
def test_a_reminder_is_superseded_once_its_status_is_left(life: Life) -> None:
    """L3: within one step; the log is the same either way."""
    for _, _, step in life.steps:
        left = [i for i, one in enumerate(step.events) if isinstance(one, StatusChanged)]
        for notice in step.notices:
            if notice.kind == "reminder":
                version = int(notice.key.split(":")[1])
                position = len(step.events) - 1 - (step.case.version - version)
                assert notice.superseded is any(i > position for i in left)
            else:
                assert not notice.superseded
