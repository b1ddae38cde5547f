"""Who is there, who sees what, and what can be booked (C9, C10, C13, D6, D9)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest

from supportsla import (
    ALWAYS,
    VIEWS,
    BusinessCalendar,
    Case,
    Disruption,
    EntitlementExhausted,
    InvalidChoice,
    InvalidWindow,
    NaiveDatetime,
    OutOfRange,
    Plan,
    Window,
    WrongType,
    balance,
    handle,
    in_view,
    promise,
    slots,
    staffed,
)
from supportsla.events import (
    Actor,
    Assigned,
    ClosedByClient,
    CollaboratorAdded,
    Commented,
    ConsultationBooked,
    Opened,
)
from supportsla.presets import AEDT, CST, apricot_anz, apricot_us, client_portal

CENTRAL, SYDNEY = ZoneInfo("America/Chicago"), ZoneInfo("Australia/Sydney")
US, ANZ = apricot_us(), apricot_anz()
ANA, BEN, EVE = Actor("client", "ana", "Acme"), Actor("client", "ben", "Acme"), Actor("client", "eve", "Other")
GUEST, BO, CAT = Actor("collaborator", "guest"), Actor("support", "bo"), Actor("support", "cat")
AT = datetime(2026, 6, 12, 16, tzinfo=CENTRAL)
ALL = ("critical", "high", "medium", "low")


def taken(plan: Plan, at: datetime) -> dict[str, tuple[str, ...]]:
    return {row.channel: row.priorities for row in staffed(plan, at)}


def following(plan: Plan, at: datetime, channel: str, priority: str) -> datetime | None:
    return next(dict(row.next).get(priority) for row in staffed(plan, at) if row.channel == channel)


def test_d6_in_desk_hours_everything_is_taken() -> None:
    """D6: portal, e-mail and chat; the emergency line is for critical cases."""
    assert taken(US, AT) == {"portal": ALL, "email": ALL, "chat": ALL, "emergency": ("critical",)}
    monday_11 = datetime(2026, 6, 15, 11, tzinfo=SYDNEY)
    assert taken(ANZ, monday_11) == {"portal": ALL, "email": ALL, "chat": ALL, "emergency": ("critical",)}


def test_d6_after_hours_only_critical_cases_are_taken() -> None:
    """D6: at the US desk by e-mail too, with the word in the subject; a holiday is after hours (D4)."""
    for at in (AT.replace(hour=19), datetime(2026, 11, 26, 12, tzinfo=CENTRAL)):
        urgent = ("critical",)
        assert taken(US, at) == {"portal": urgent, "email": urgent, "chat": (), "emergency": urgent}
        assert [row.how for row in staffed(US, at)] == [(), ("with the word in the subject",), (), ()]
    assert all(row.how == () for row in staffed(US, AT))
    night = datetime(2026, 6, 15, 22, tzinfo=SYDNEY)
    assert taken(ANZ, night) == {"portal": ("critical",), "email": (), "chat": (), "emergency": ("critical",)}


def test_d6_chat_of_the_anz_desk_has_hours_of_its_own() -> None:
    """D3, D6: on a Tuesday from 07:00, before the desk opens, to 14:00."""
    for hour, chat, email in ((6, (), ()), (7, ALL, ()), (9, ALL, ALL), (14, (), ALL), (17, (), ())):
        found = taken(ANZ, datetime(2026, 6, 16, hour, tzinfo=SYDNEY))
        assert (found["chat"], found["email"]) == (chat, email)


def test_d6_it_is_said_when_each_is_next_staffed() -> None:
    """D6: now, while it is; for what a channel never takes there is no next."""
    friday_19 = AT.replace(hour=19)
    assert following(US, friday_19, "chat", "low") == datetime(2026, 6, 15, 7, tzinfo=CENTRAL)
    assert following(US, friday_19, "email", "critical") == friday_19
    assert following(US, AT, "chat", "low") == AT
    assert following(US, AT, "emergency", "high") is None
    friday_15 = datetime(2026, 6, 12, 15, tzinfo=SYDNEY)
    assert following(ANZ, friday_15, "chat", "high") == datetime(2026, 6, 15, 10, tzinfo=SYDNEY)


def test_d6_a_channel_that_never_opens_has_no_next() -> None:
    """D6: and the others are answered all the same."""
    plan = attrs.evolve(US, calendars={**dict(US.calendars), "desk": attrs.evolve(CST, hours="off")})
    assert taken(plan, AT) == {"portal": ("critical",), "email": ("critical",), "chat": (), "emergency": ("critical",)}
    assert [row.next for row in staffed(plan, AT) if row.channel == "chat"] == [()]


def test_d6_a_plan_may_have_no_such_table() -> None:
    """D6: the client portal publishes none."""
    assert staffed(client_portal(), AT) == ()
    with pytest.raises(NaiveDatetime):
        staffed(US, AT.replace(tzinfo=None))


def test_d9_disruptions_are_data_and_change_no_due() -> None:
    """D9: unless the plan takes their window out of a calendar."""
    outage = Disruption("unscheduled maintenance", AT, AT + timedelta(hours=1), "Storage")
    plan = attrs.evolve(US, disruptions=[outage])
    assert plan.disruptions == (outage,)
    due = promise(plan, "first_response", "high", AT).due
    assert due == promise(US, "first_response", "high", AT).due
    window = outage.window
    assert window is not None
    out = attrs.evolve(plan, calendars={**dict(plan.calendars), "desk": CST - [window]})
    assert promise(out, "first_response", "high", AT).due - due == timedelta(hours=1)


def test_d9_a_disruption_covers_its_stretch() -> None:
    """D9: from its start to before its end; an open incident goes on."""
    outage = Disruption("scheduled maintenance", AT, AT + timedelta(hours=1))
    second = timedelta(seconds=1)
    covered = [outage.covers(at) for at in (AT - second, AT, AT + timedelta(hours=1) - second, AT + timedelta(hours=1))]
    assert covered == [False, True, True, False]
    incident = Disruption("incident", AT)
    assert (incident.covers(AT + timedelta(days=999)), incident.window) == (True, None)
    ends = (AT + timedelta(hours=1)).astimezone(SYDNEY)
    assert outage == Disruption("scheduled maintenance", AT.astimezone(UTC), ends)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("party", AT), InvalidChoice),
        (("incident", AT, AT), InvalidWindow),
        (("incident", AT.replace(tzinfo=None)), NaiveDatetime),
        (("incident", AT, 5), WrongType),
    ],
)
def test_d9_a_disruption_that_cannot_be_is_refused(arguments: Any, error: type[Exception]) -> None:
    """D9."""
    with pytest.raises(error):
        Disruption(*arguments)


# ------------------------------------------------------------------------------------------------------------ views


def case_of(*, closed: bool = False, shared: bool = False, assigned: bool = False) -> Case:
    case = handle(US, None, Opened("A-1", "No login", at=AT, by=ANA)).case
    if shared:
        case = handle(US, case, CollaboratorAdded("guest", at=AT, by=ANA)).case
    if assigned:
        case = handle(US, case, Assigned("bo", at=AT, by=BO)).case
    return handle(US, case, ClosedByClient(at=AT, by=ANA)).case if closed else case


def views(case: Case, viewer: Actor) -> list[str]:
    return [view for view in VIEWS if in_view(US, view, case, viewer)]


def test_c9_my_open_and_closed_cases_and_my_companys() -> None:
    """C9: whoever opened it has it as their own, a colleague as the company's."""
    assert views(case_of(), ANA) == ["my_open", "company_open"]
    assert views(case_of(closed=True), ANA) == ["my_closed", "company_closed"]
    assert views(case_of(), BEN) == ["company_open"]
    assert views(case_of(closed=True), BEN) == ["company_closed"]


def test_c9_my_collaborator_cases_are_those_of_mine_that_have_some() -> None:
    """C9: open or closed; for the collaborator the case is shared with them (C10)."""
    for closed in (False, True):
        case = case_of(shared=True, closed=closed)
        assert "my_collaborator_cases" in views(case, ANA)
        assert "my_collaborator_cases" not in views(case, BEN)
        assert views(case, GUEST) == ["shared_with_me"]
        assert views(case, Actor("client", "guest", "Other")) == ["shared_with_me"]


def test_c9_a_representative_has_their_own_and_all() -> None:
    """C9: what is assigned to them is theirs."""
    case = case_of(assigned=True, shared=True)
    assert views(case, BO) == ["my_open", "company_open", "my_collaborator_cases"]
    assert views(case, CAT) == views(case, Actor("system", "host")) == ["company_open"]


def test_c9_a_case_out_of_reach_is_in_no_view() -> None:
    """C9: of another company, of none, of a collaborator elsewhere; nor for an id that another role has."""
    case = case_of(shared=True, assigned=True)
    for viewer in (EVE, Actor("client", "bo"), Actor("collaborator", "ana"), Actor("collaborator", "x", "Acme")):
        assert views(case, viewer) == []
    alone = handle(US, None, Opened("A-2", "x", at=AT, by=Actor("client", "cy"))).case
    assert views(alone, Actor("client", "di")) == []


def test_c9_a_view_that_there_is_not_is_refused() -> None:
    """With those that there are; a name is a text, so a front end can pin one."""
    with pytest.raises(InvalidChoice, match="view is 'mine'; allowed: 'my_open', 'my_closed'"):
        in_view(US, "mine", case_of(), ANA)
    wrong: Any = ["my_open"]
    with pytest.raises(InvalidChoice):
        in_view(US, wrong, case_of(), ANA)


# ---------------------------------------------------------------------------------------------------- consultation


def test_c13_slots_lie_in_open_time_and_off_what_is_taken() -> None:
    """C13: end to end from each opening; on a Friday from 09:00 to 17:00, with lunch taken."""
    day = datetime(2026, 6, 12, tzinfo=SYDNEY)
    lunch = Window(day + timedelta(hours=12, minutes=30), day + timedelta(hours=13))
    found = list(slots(AEDT, timedelta(hours=1), day, day + timedelta(days=3), taken=[lunch]))
    assert [f"{slot.opens:%H:%M}" for slot in found] == ["09:00", "10:00", "11:00", "13:00", "14:00", "15:00", "16:00"]
    assert all(slot.length == timedelta(hours=1) for slot in found)
    assert {str(slot.opens.tzinfo) for slot in found} == {"Australia/Sydney"}


def test_c13_slots_do_not_depend_on_when_one_asks() -> None:
    """C13: asked in the middle of the day, what is left of the same slots."""
    day = datetime(2026, 6, 12, tzinfo=SYDNEY)
    whole = list(slots(AEDT, timedelta(hours=1), day, day + timedelta(days=1)))
    asked = day + timedelta(hours=9, minutes=37)
    assert list(slots(AEDT, timedelta(hours=1), asked, day + timedelta(days=1))) == whole[1:]
    assert list(slots(AEDT, timedelta(hours=1), whole[2].opens, whole[4].closes)) == whole[2:5]


def test_c13_slots_of_a_long_opening_do_not_depend_on_when_one_asks() -> None:
    """C13: over a weekend from its opening on, around the clock from midnight."""
    hour, saturday = timedelta(hours=1), datetime(2026, 6, 13, tzinfo=CENTRAL)
    weekend = BusinessCalendar("America/Chicago", "Fr 18:30-24:00; Sa-Su 00:00-24:00")
    always = BusinessCalendar("America/Chicago", "24/7")
    for asked in (timedelta(hours=10), timedelta(hours=19, minutes=17), timedelta(hours=32, minutes=17)):
        for calendar, minute in ((weekend, 30), (always, 0)):
            found = list(slots(calendar, hour, saturday + asked, saturday + asked + timedelta(hours=5)))
            assert {slot.opens.minute for slot in found} == {minute}
            assert len(found) == (5 if asked == timedelta(hours=10) and minute == 0 else 4)
    first = datetime(1900, 1, 1, tzinfo=UTC)
    assert next(slots(ALWAYS, hour, first, first + hour)).opens == first


def test_c13_every_slot_can_be_booked() -> None:
    """C13: `handle` takes what `slots` offers."""
    day = datetime(2026, 4, 2, tzinfo=SYDNEY)
    case = handle(ANZ, None, Opened("A-1", "x", at=day, by=ANA)).case
    offered = list(slots(AEDT, timedelta(hours=1), day, day + timedelta(days=7)))
    assert len(offered) == 8 + 2 * 8
    for slot in offered:
        handle(ANZ, case, ConsultationBooked(slot, at=day, by=ANA))


@pytest.mark.parametrize(("length", "error"), [(timedelta(0), OutOfRange), (timedelta(-1), OutOfRange), (1, WrongType)])
def test_c13_a_slot_has_a_length(length: Any, error: type[Exception]) -> None:
    """C13."""
    with pytest.raises(error, match="length"):
        next(slots(AEDT, length, AT, AT + timedelta(days=1)))


def test_c13_a_balance_cannot_go_below_zero() -> None:
    """C13: only bookings count."""
    slot = Window(AT, AT + timedelta(hours=1))
    log = [Commented("Hm", at=AT, by=ANA), ConsultationBooked(slot, at=AT, by=ANA)]
    assert balance(timedelta(hours=2), log) == timedelta(hours=1)
    assert balance(timedelta(hours=1), log) == timedelta(0)
    with pytest.raises(EntitlementExhausted, match="2:00:00 of consultation is booked, and 1:00:00 was bought"):
        balance(timedelta(hours=1), log * 2)
