"""Whatever happens to a case, in whatever order and at whatever instant, the library and a plain model agree.

Each published desk is driven through `handle` and `advance` beside the model of `case_model`, which is written from the
rulebook. Instants are drawn where timers fire and clocks change, exactly or a microsecond off.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

import attrs
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from case_model import MICROSECOND, Model, RefusedError, Rules, Told, apricot, open_case, portal
from supportsla import (
    ActorNotAllowed,
    CaseNotOpened,
    Notice,
    Plan,
    Step,
    SupportSLAError,
    Window,
    advance,
    handle,
    is_closed,
    may_see,
    replay,
    timers,
    visible_events,
)
from supportsla.events import (
    Actor,
    Assigned,
    AttachmentAdded,
    ClosedByClient,
    CollaboratorAdded,
    CollaboratorRemoved,
    Commented,
    ConsultationBooked,
    DefectLinked,
    DefectResolved,
    Event,
    FollowUpOpened,
    Opened,
    PriorityChanged,
    Reminded,
    StatusChanged,
    SubjectChanged,
)
from supportsla.presets import AEDT, apricot_anz, apricot_us, client_portal

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HOST = Actor("system", "host")
SUPPORT = (Actor("support", "bo"), Actor("support", "kim"))
ANA, ANA_ALONE = Actor("client", "ana", "Acme"), Actor("client", "ana")
BEN, CY, DEE = Actor("client", "ben", "Acme"), Actor("client", "cy"), Actor("client", "dee", "Other")
EVE, FAY = Actor("collaborator", "eve"), Actor("client", "fay", "Guests")
OUTSIDER = Actor("client", "nobody", "Elsewhere")
EVERYBODY = (*SUPPORT, ANA, BEN, CY, DEE, EVE, FAY, OUTSIDER)
CHANGES = {
    "America/Chicago": (datetime(2026, 3, 8, 8, tzinfo=UTC), datetime(2026, 11, 1, 7, tzinfo=UTC)),
    "Australia/Sydney": (datetime(2026, 4, 4, 16, tzinfo=UTC), datetime(2026, 10, 3, 16, tzinfo=UTC)),
    "America/St_Johns": (datetime(2026, 3, 8, 5, 30, tzinfo=UTC), datetime(2026, 11, 1, 4, 30, tzinfo=UTC)),
}
AT = datetime(2026, 6, 12, 21, tzinfo=UTC)
TIMES = (time(0), time(1, 30), time(2), time(2, 30), time(2, 59, 59, 999_999), time(3))
OPENINGS: tuple[tuple[Opened, str | None], ...] = tuple(
    (Opened("A-1", subject, at=AT, by=ANA, channel=channel, **rest), says)  # type: ignore[arg-type]
    for channel, subject, says, rest in (
        ("email", "No login", None, {}),
        ("email", "Production is critical", "critical", {}),
        ("email", "A non-critical wish", None, {}),
        ("email", "High school import", None, {}),
        ("phone", "[low] How do I export?", "low", {"category": "billing"}),
        ("chat", "Priority: high", "high", {}),
        ("emergency", "Nobody can work", None, {}),
        ("emergency", "Low priority after all", "low", {"priority": "low"}),
        ("portal", "A fault", None, {"description": "It stops.", "priority": "Sev-1", "product": "Ledger"}),
        ("portal", "A fault", None, {"description": "It stops.", "priority": "low", "product": "Ledger"}),
        ("portal", "A fault", None, {"description": "It stops.", "product": "Ledger"}),
        ("portal", "A fault", None, {"priority": "high"}),
        ("email", "A fault", None, {"priority": "whenever"}),
    )
)

people = st.sampled_from(EVERYBODY)
mostly_support = st.sampled_from((*SUPPORT * 5, *EVERYBODY))
mostly_client = st.sampled_from((*(ANA, BEN) * 4, *EVERYBODY))
whens = st.tuples(
    st.sampled_from(("same", "step", "step", "due", "due", "due", "later", "change", "past")),
    st.integers(0, 5),
    st.sampled_from((timedelta(0), timedelta(0), MICROSECOND, -MICROSECOND)),
)
When = tuple[str, int, timedelta]


class CaseMachine(RuleBasedStateMachine):
    """One case of one desk; each desk is a subclass."""

    desks: tuple[tuple[Plan, Rules], ...]
    plan: Plan
    model: Model

    def __init__(self) -> None:
        super().__init__()
        self.log: list[Event] = []
        self.notices: list[Notice] = []

    @initialize(
        data=st.data(),
        spring=st.booleans(),
        days=st.integers(-1, 5),
        clock=st.sampled_from(TIMES),
        opening=st.sampled_from(OPENINGS),
        by=st.sampled_from((ANA, ANA, ANA, ANA_ALONE, SUPPORT[0])),
    )
    def open(
        self,
        data: st.DataObject,
        spring: bool,
        days: int,
        clock: time,
        opening: tuple[Opened, str | None],
        by: Actor,
    ) -> None:
        """A case is opened some days before a clock change, at a local time that the change may skip or repeat."""
        self.plan, rules = self.desks[data.draw(st.integers(0, len(self.desks) - 1))]
        change = CHANGES[rules.zone.key][not spring]
        date = change.astimezone(rules.zone).date() - days * DAY
        at = datetime.combine(date, clock, rules.zone)
        event, says = opening
        event = attrs.evolve(event, at=at, by=by, requester=ANA if by in SUPPORT else by)
        if classes := _refusal(lambda: open_case(rules, event, says)):
            self._refused(lambda: handle(self.plan, None, event), classes)
            event = attrs.evolve(event, priority="low", description="It stops.", product="Ledger")
        model = open_case(rules, event, says)
        with pytest.raises(CaseNotOpened):
            handle(self.plan, None, Commented("Hello?", at=at, by=by))
        self._took(handle(self.plan, None, event), model)

    @rule(by=mostly_client, when=whens, public=st.sampled_from((True, True, True, True, False)))
    def client_comments(self, by: Actor, when: When, public: bool) -> None:
        self._do(Commented("Here it is.", public=public, at=self._at(when), by=by))

    @rule(by=st.sampled_from(SUPPORT), when=whens, public=st.booleans())
    def support_comments(self, by: Actor, when: When, public: bool) -> None:
        self._do(Commented("Have you tried it?", public=public, at=self._at(when), by=by))

    @rule(by=mostly_client, when=whens, public=st.booleans(), size=st.sampled_from((0, 10, 10, -1)))
    def somebody_attaches(self, by: Actor, when: When, public: bool, size: int) -> None:
        self._do(AttachmentAdded("log.txt", size, public=public, at=self._at(when), by=by))

    @rule(by=mostly_support, when=whens, data=st.data(), sub_status=st.sampled_from((None, "the vendor", "")))
    def somebody_moves(self, by: Actor, when: When, data: st.DataObject, sub_status: str | None) -> None:
        to = data.draw(st.sampled_from((*self.model.rules.live, self.model.rules.closed, "Gone")))
        self._do(StatusChanged(to, sub_status, at=self._at(when), by=by))

    @precondition(lambda self: not self.model.closed)
    @rule(by=st.sampled_from(SUPPORT), when=whens, index=st.integers(0, 1))
    def support_waits(self, by: Actor, when: When, index: int) -> None:
        waits = tuple(self.model.rules.days) or tuple(self.model.rules.updated)
        self._do(StatusChanged(waits[index % len(waits)], at=self._at(when), by=by))

    @precondition(lambda self: not self.model.closed)
    @rule(
        by=st.sampled_from(SUPPORT),
        days=st.integers(1, 4),
        clock=st.sampled_from(TIMES),
        index=st.sampled_from((0, 0, 1)),
    )
    def support_waits_over_a_clock_change(self, by: Actor, days: int, clock: time, index: int) -> None:
        zone, waits = self.model.rules.zone, tuple(self.model.rules.days) or tuple(self.model.rules.updated)
        dates = (change.astimezone(zone).date() - days * DAY for change in CHANGES[zone.key])
        soon = (datetime.combine(date, clock, zone).astimezone(UTC) for date in dates)
        at = next((at for at in soon if self.model.at <= at <= self.model.at + 10 * DAY), self.model.at)
        self._do(StatusChanged(waits[index % len(waits)], at=at, by=by))

    @precondition(lambda self: self.model.collaborators)
    @rule(by=st.sampled_from((EVE, FAY)), when=whens, public=st.sampled_from((True, True, False)), file=st.booleans())
    def collaborator_writes(self, by: Actor, when: When, public: bool, file: bool) -> None:
        at = self._at(when)
        message = Commented("Me too.", public=public, at=at, by=by)
        self._do(AttachmentAdded("mine.txt", 5, public=public, at=at, by=by) if file else message)

    @rule(by=mostly_support, when=whens, to=st.sampled_from(("bo", "kim")))
    def somebody_assigns(self, by: Actor, when: When, to: str) -> None:
        self._do(Assigned(to, at=self._at(when), by=by))

    @rule(
        by=mostly_support,
        when=whens,
        to=st.sampled_from(("critical", "high", "medium", "low", "Business-Down", "LOW", "urgent")),
        explanation=st.sampled_from(("There is a way round.", "It got worse.", "")),
    )
    def somebody_prices(self, by: Actor, when: When, to: str, explanation: str) -> None:
        self._do(PriorityChanged(to, explanation, at=self._at(when), by=by))

    @rule(by=mostly_client, when=whens, to=st.sampled_from(("Another fault", "Critical!")))
    def somebody_renames(self, by: Actor, when: When, to: str) -> None:
        self._do(SubjectChanged(to, at=self._at(when), by=by))

    @rule(by=mostly_client, when=whens, whom=st.sampled_from(("eve", "fay")), add=st.sampled_from((True, True, False)))
    def somebody_shares(self, by: Actor, when: When, whom: str, add: bool) -> None:
        self._do((CollaboratorAdded if add else CollaboratorRemoved)(whom, at=self._at(when), by=by))

    @rule(by=mostly_support, when=whens, defect=st.sampled_from(("D-1", "D-2")), link=st.booleans())
    def somebody_finds_a_defect(self, by: Actor, when: When, defect: str, link: bool) -> None:
        self._do((DefectLinked if link else DefectResolved)(defect, at=self._at(when), by=by))

    @rule(by=people, when=whens)
    def somebody_closes(self, by: Actor, when: When) -> None:
        self._do(ClosedByClient(at=self._at(when), by=by))

    @rule(by=mostly_client, when=whens, hour=st.sampled_from((8, 9, 10, 16, 17)), minutes=st.sampled_from((60, 60, 30)))
    def somebody_books(self, by: Actor, when: When, hour: int, minutes: int) -> None:
        opens = datetime(2027, 2, 3, hour, tzinfo=self.model.rules.zone)
        slot = Window(opens, opens + timedelta(minutes=minutes))
        self._do(ConsultationBooked(slot, at=self._at(when), by=by))

    @precondition(lambda self: self.model.closed)
    @rule(by=st.sampled_from((HOST, *EVERYBODY)), when=whens)
    def the_host_follows_up(self, by: Actor, when: When) -> None:
        self._do(FollowUpOpened("A-2", at=self._at(when), by=by))

    @rule(by=people, when=whens, opens=st.booleans())
    def somebody_does_what_cannot_be(self, by: Actor, when: When, opens: bool) -> None:
        at = self._at(when)
        self._do(Opened("A-1", "No login", at=at, by=by) if opens else Reminded("remind the client", at=at, by=by))

    @precondition(lambda self: self.model.closed)
    @rule(by=st.sampled_from((ANA, BEN)), when=whens, file=st.booleans())
    def client_writes_after_the_end(self, by: Actor, when: When, file: bool) -> None:
        at = self._at(when)
        self._do(AttachmentAdded("more.txt", 3, at=at, by=by) if file else Commented("Once more.", at=at, by=by))

    @rule(when=whens, stops=st.lists(st.tuples(st.integers(0, 9), st.sampled_from((-1, 0, 1))), max_size=5))
    def time_passes(self, when: When, stops: list[tuple[int, int]]) -> None:
        """Advancing once, or by way of any stops, is the same; advancing again changes nothing."""
        now = self._at(when)
        model = self.model.copy()
        model.advance(now)
        edges = [event.at for event in model.log[len(self.log) :]] or [now]
        case = self.case
        events: list[Event] = []
        notices: list[Notice] = []
        for stop in sorted(edges[index % len(edges)] + nudge * MICROSECOND for index, nudge in stops):
            if stop <= now:
                part = advance(self.plan, case, stop)
                case, events, notices = part.case, events + [*part.events], notices + [*part.notices]
        last = advance(self.plan, case, now)
        step = advance(self.plan, self.case, now)
        assert last.case == step.case
        assert (*events, *last.events) == step.events
        assert [_unmarked(notice) for notice in (*notices, *last.notices)] == [_unmarked(n) for n in step.notices]
        assert advance(self.plan, step.case, now) == Step(step.case, (), ())
        assert step.events or step.case == self.case
        self._took(step, model)

    @invariant()
    def the_case_is_what_the_model_says(self) -> None:
        case, model = self.case, self.model
        assert (case.status, case.sub_status, case.assignee) == (model.status, model.sub_status, model.assignee)
        assert (case.priority, case.subject, case.follow_up) == (model.priority, model.subject, model.follow_up)
        assert case.collaborators == tuple(model.collaborators)
        assert (case.defects, case.resolved_defects) == (tuple(model.defects), tuple(model.resolved))
        assert (case.at, case.entered) == (model.at, model.entered)
        assert case.version == len(self.log)
        assert is_closed(self.plan, case) == model.closed

    @invariant()
    def the_log_is_in_time_order_and_folds_to_the_case(self) -> None:
        assert all(earlier.at <= later.at for earlier, later in pairwise(self.log))
        assert replay(self.log) == self.case

    @invariant()
    def timers_say_what_will_happen(self) -> None:
        pending = timers(self.plan, self.case)
        said = [(timer.due.astimezone(UTC), str(timer.then)) for timer in pending]
        assert said == [(due, f"move to {to}" if to else "remind the client") for due, to in self.model.timers()]
        assert {timer.due.tzinfo for timer in pending} <= {self.model.rules.zone}

    @invariant()
    def nobody_reads_what_is_not_theirs(self) -> None:
        for viewer in (*EVERYBODY, ANA_ALONE, HOST):
            assert visible_events(self.log, viewer) == tuple(self._as_logged(self.model.visible(viewer)))
            assert may_see(self.case, viewer) == (self.model.place(viewer) != "stranger")
        for viewer in (ANA, EVE, FAY):
            seen = visible_events(self.log, viewer)
            assert all(getattr(event, "public", True) for event in seen)
        assert visible_events(self.log, OUTSIDER) == ()

    @invariant()
    def each_notice_is_sent_once(self) -> None:
        again = {n.key for n in self.notices if n.follow_up is not None and n.follow_up.addition}
        once = [n.key for n in self.notices if n.follow_up is None or not n.follow_up.addition]
        assert len(once) == len(set(once))
        assert again <= set(once)

    def _at(self, when: When) -> datetime:
        kind, index, nudge = when
        at, pending = self.model.at, self.model.timers()
        if kind == "past":
            return at - (MICROSECOND, HOUR)[index % 2]
        if kind == "change":
            changes = (change + nudge for change in CHANGES[self.model.rules.zone.key])
            later = [change for change in changes if at <= change < at + 10 * DAY]
            return later[index % len(later)] if later else at
        if kind == "due" and pending:
            return max(pending[index % len(pending)][0] + nudge, at)
        if kind == "later" and pending:
            return pending[-1][0] + index * DAY + nudge
        return at if kind == "same" else at + (MICROSECOND, timedelta(seconds=1), HOUR, 5 * HOUR, DAY, 4 * DAY)[index]

    def _do(self, event: Event) -> None:
        model = self.model.copy()
        if classes := _refusal(lambda: model.handle(event)):
            error = self._refused(lambda: handle(self.plan, self.case, event), classes)
            assert self.case == replay(self.log)
            assert classes != ("EventOutOfOrder",) or getattr(error, "at", None) == self.case.at
            return
        step = handle(self.plan, self.case, event)
        caught_up = advance(self.plan, self.case, event.at)
        rest = handle(self.plan, caught_up.case, event)
        assert rest.case == step.case
        assert caught_up.events + rest.events == step.events
        self._took(step, model)

    def _refused(self, act: Callable[[], object], classes: tuple[str, ...]) -> SupportSLAError:
        with pytest.raises(SupportSLAError) as caught:
            act()
        assert type(caught.value).__name__ in classes, str(caught.value)
        return caught.value

    def _took(self, step: Step, model: Model) -> None:
        happened = model.log[len(self.log) :]
        assert [_without_channel(event) for event in step.events] == [_without_channel(event) for event in happened]
        told = model.told[len(self.notices) :]
        assert [(n.kind, n.to) for n in step.notices] == [(told.kind, told.to) for told in told]
        for notice, owed in zip(step.notices, told, strict=True):
            self._check_notice(notice, owed, model)
        self.log += step.events
        self.notices += step.notices
        self.case, self.model = step.case, model

    def _check_notice(self, notice: Notice, owed: Told, model: Model) -> None:
        assert notice.key
        assert notice.to
        assert owed.says in notice.why if owed.says else notice.why
        assert notice.superseded == (owed.kind == "reminder" and owed.of != model.visit)
        assert (notice.follow_up is None) == (owed.addition is None)
        if notice.follow_up is None:
            return
        new, last = notice.follow_up, model.log[-1]
        assert (new.continues, new.product) == (model.opened.number, model.opened.product)
        assert (new.requester, new.priority) == (model.opened.requester, model.priority)
        assert new.collaborators == tuple(model.collaborators)
        assert new.text == (last.text if isinstance(last, Commented) else getattr(last, "name", None))
        assert new.addition == owed.addition
        if new.addition:
            first = next(n for n in reversed(self.notices) if n.follow_up is not None and not n.follow_up.addition)
            assert notice.key == first.key

    def _as_logged(self, events: list[Event]) -> list[Event]:
        wanted = {id(event) for event in events}
        return [mine for mine, theirs in zip(self.log, self.model.log, strict=True) if id(theirs) in wanted]


def _refusal(act: Callable[[], object]) -> tuple[str, ...]:
    """The error classes by which the model refuses, if it does."""
    try:
        act()
    except RefusedError as refused:
        return refused.classes
    return ()


def _without_channel(event: Event) -> Event:
    return attrs.evolve(event, channel=None)


def _unmarked(notice: Notice) -> Notice:
    return attrs.evolve(notice, superseded=False)


def _sharing(plan: Plan, rules: Rules) -> tuple[Plan, Rules]:
    """The same desk, where collaborators may comment (C10)."""
    return attrs.evolve(plan, collaborators_comment=True), replace(rules, collaborators_comment=True)


class ApricotUS(CaseMachine):
    desks = ((apricot_us(), apricot("America/Chicago")), _sharing(apricot_us(), apricot("America/Chicago")))


class ApricotANZ(CaseMachine):
    desks = ((apricot_anz(), apricot("Australia/Sydney", consultation=True)),)


class ClientPortal(CaseMachine):
    desks = (
        (client_portal(), portal("America/Chicago")),
        (client_portal(calendar=AEDT), portal("Australia/Sydney")),
        (client_portal(zone="America/St_Johns"), portal("America/St_Johns")),
        _sharing(client_portal(), portal("America/Chicago")),
    )


def _run(machine: type[CaseMachine], times: int) -> None:
    run_state_machine_as_test(
        machine, settings=settings(stateful_step_count=50, max_examples=times * settings().max_examples)
    )


def test_the_us_desk_does_what_the_model_says() -> None:
    """Step by step: statuses, notices, refusals and views of the Apricot lifecycle (C1-C12, L1, L7, P11-P15)."""
    _run(ApricotUS, 2)


def test_the_anz_desk_does_what_the_model_says() -> None:
    """The same lifecycle in another zone, with consultation (C13, L1)."""
    _run(ApricotANZ, 1)


def test_the_client_portal_does_what_the_model_says() -> None:
    """Step by step, with timers in the days of three zones and over clock changes (L2-L7, W8, W10)."""
    _run(ClientPortal, 4)


def test_nobody_lets_themselves_into_a_case_that_support_opened() -> None:
    """A case without a client's name is out of a stranger's reach, so the stranger cannot share it either (C9, C10)."""
    plan, at = apricot_us(), AT
    case = handle(plan, None, Opened("A-1", "No login", at=at, by=SUPPORT[0], channel="phone")).case
    assert not may_see(case, OUTSIDER)
    with pytest.raises(ActorNotAllowed):
        handle(plan, case, CollaboratorAdded(OUTSIDER.id, at=at, by=OUTSIDER))
