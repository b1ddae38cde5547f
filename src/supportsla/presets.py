"""The published desks: their calendars, what they promise, how cases come in and how they live (D1-D9, P1-P15, L1-L7).

Both desks' holidays are placeholders until a desk loads its own list (D4, D5). Where the published words leave room,
the reading is the one documented in the project's docs under each rule's id.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from .calendars import ALWAYS, BusinessCalendar, Calendar
from .channels import Consultation, Field, Form, Intake, Staffing
from .closures import PublicHolidays
from .durations import business_days, business_hours, calendar_days, calendar_hours
from .errors import InvalidChoice
from .metrics import standard_metrics
from .plan import Plan, Priority, Target
from .workflow import Move, Remind, Status, Timer, Workflow
from .worktime import compiled
from .zones import load_zone

__all__ = ["AEDT", "ANZ_CHAT", "CST", "apricot_anz", "apricot_us", "client_portal"]

FollowUpDays = Literal["business", "calendar"]

_US = PublicHolidays("US", None, None, "en_US")
_NSW = PublicHolidays("AU", "NSW", None, "en_AU")

CST = BusinessCalendar("America/Chicago", "Mo-Fr 07:00-19:00", holidays=_US)
"""The US desk, Monday to Friday, 07:00 to 19:00 in US Central time all year, US public holidays (D1, D4)."""

AEDT = BusinessCalendar("Australia/Sydney", "Mo-Fr 09:00-17:00", holidays=_NSW)
"""The ANZ desk, Monday to Friday, 09:00 to 17:00 in Sydney time all year, holidays of New South Wales (D2, D5)."""

ANZ_CHAT = BusinessCalendar("Australia/Sydney", "Mo 10:00-14:00; Tu-Fr 07:00-14:00", holidays=_NSW)
"""The ANZ desk's chat, which is staffed partly outside desk hours (D3)."""

_PRIORITIES = (
    Priority(
        "critical",
        "The production system is of no use to anyone.",
        signs=(
            "Data is being corrupted.",
            "The system hangs for longer than anyone could accept.",
            "No user can reach the system.",
        ),
        aliases=("Business Down", "Severity 1", "Sev 1"),
    ),
    Priority("high", "Important functions fail with no acceptable way round; restricted work goes on."),
    Priority("medium", "A smaller loss or an unexpected result, isolated; the system stays usable."),
    Priority("low", "A question, a wish or a matter of documentation; use of the system is not affected."),
)

_DAYS = {"business": business_days, "calendar": calendar_days}


def _targets(follow_up_days: FollowUpDays) -> tuple[Target, ...]:
    if follow_up_days not in _DAYS:
        raise InvalidChoice("follow_up_days", follow_up_days, tuple(_DAYS))
    days = _DAYS[follow_up_days]
    return (
        Target("first_response", "critical", calendar_hours(2)),
        Target("first_response", "high", business_hours(4)),
        Target("first_response", "medium", business_days(1)),
        Target("first_response", "low", business_days(1), business_days(2)),
        Target("follow_up", "critical", calendar_hours(24)),
        Target("follow_up", "high", days(1)),
        Target("follow_up", "medium", days(1), days(2)),
        Target("follow_up", "low", days(1), days(3)),
    )


_LIVE = ("In Progress", "Waiting on Client", "Waiting on Internal Team", "Solved")

_APRICOT = Workflow(
    "Apricot",
    {
        "New": Status("The case is created.", _LIVE),
        "In Progress": Status("Support is looking into it.", _LIVE[1:]),
        "Waiting on Client": Status(
            "Support has asked the client for something.", (*_LIVE[:1], *_LIVE[2:]), on_client_update="In Progress"
        ),
        "Waiting on Internal Team": Status("Another team of the vendor has to act first.", (*_LIVE[:2], *_LIVE[3:])),
        "Solved": Status("It is closed, and nobody looks into it any more.", closed=True, otherwise="new_case"),
    },
    "New",
    closed_by_client="Solved",
)

_APRICOT_METRICS = standard_metrics(
    solved=["Solved"], waiting_on_client=["Waiting on Client"], waiting_on_others=["Waiting on Internal Team"]
)

_ELSEWHERE = "not by this desk: ask whoever has your account"

_INTAKE = Intake(
    forms=[
        Form(
            "portal",
            [
                Field("subject", "What it is about, in a few words.", mandatory=True),
                Field("description", "What happens, and what should happen.", mandatory=True),
                Field("priority", "How much it matters; the priorities say what each means.", mandatory=True),
                Field("product", "The product it is about.", mandatory=True),
            ],
        )
    ],
    default="medium",
    by_word=["critical"],
    by_channel={"emergency": "critical"},
    emergency=["emergency"],
    redirects=dict.fromkeys(("billing", "sales", "account"), _ELSEWHERE),
)

_DESK_HOURS = (Staffing("portal", "desk"), Staffing("email", "desk"))
_AFTER_HOURS = (Staffing("portal", "always", ["critical"]), Staffing("emergency", "always", ["critical"]))
_WITH_THE_WORD = "with the word in the subject"


def apricot_us(*, follow_up_days: FollowUpDays = "business") -> Plan:
    """What the US desk promises, and how its cases come in and live (D1, D4, D6, P1-P17, C1-C15, L1).

    Args:
        follow_up_days: what a day between follow-ups is, but for critical cases: "business" or "calendar" (P10).

    >>> str(apricot_us().target("first_response", "Business Down").due)
    '2 calendar hours'
    """
    return Plan(
        "Apricot US",
        {"desk": CST, "always": ALWAYS},
        _PRIORITIES,
        _targets(follow_up_days),
        workflow=_APRICOT,
        metrics=_APRICOT_METRICS,
        intake=_INTAKE,
        staffing=(
            *_DESK_HOURS,
            Staffing("chat", "desk"),
            Staffing("email", "always", ["critical"], how=_WITH_THE_WORD),
            *_AFTER_HOURS,
        ),
    )


def apricot_anz(*, follow_up_days: FollowUpDays = "business") -> Plan:
    """What the ANZ desk promises: the same policy on its own hours, chat of its own, consultation (D2-D8, C13).

    Args:
        follow_up_days: as for `apricot_us`.

    >>> apricot_anz().calendar("desk").zone
    'Australia/Sydney'
    """
    return Plan(
        "Apricot ANZ",
        {"desk": AEDT, "always": ALWAYS, "chat": ANZ_CHAT},
        _PRIORITIES,
        _targets(follow_up_days),
        workflow=_APRICOT,
        metrics=_APRICOT_METRICS,
        intake=_INTAKE,
        staffing=(*_DESK_HOURS, Staffing("chat", "chat"), *_AFTER_HOURS),
        consultation=Consultation(timedelta(hours=1)),
    )


_PORTAL_LIVE = ("Assigned", "Waiting For Customer", "Waiting For", "Pending Support", "Resolved")


def _portal_status(name: str, meaning: str, *timers: Timer, needs_sub_status: bool = False) -> Status:
    return Status(
        meaning,
        [to for to in (*_PORTAL_LIVE, "Closed") if to != name or needs_sub_status],
        on_client_update=None if name == "New" else "Pending Support",
        on_assignment="Assigned" if name == "New" else None,
        timers=timers,
        needs_sub_status=needs_sub_status,
    )


def _portal_workflow(zone: str) -> Workflow:
    day = calendar_days(1)
    return Workflow(
        "Client portal",
        {
            "New": _portal_status("New", "The case waits to be assigned."),
            "Assigned": _portal_status("Assigned", "A representative has the case."),
            "Waiting For Customer": _portal_status(
                "Waiting For Customer",
                "Support has asked the customer for something.",
                Timer(Remind(), every=day, times=3, zone=zone),
                Timer(Move("Resolved"), after=calendar_days(4), zone=zone),
            ),
            "Waiting For": _portal_status(
                "Waiting For", "Somebody else has to act first; the sub-status says who.", needs_sub_status=True
            ),
            "Pending Support": _portal_status("Pending Support", "The client has written, and support has to look."),
            "Resolved": _portal_status(
                "Resolved",
                "The question is answered, unless the client says otherwise.",
                Timer(Remind(), after=calendar_days(2), zone=zone),
                Timer(Move("Closed"), after=calendar_days(3), zone=zone),
            ),
            "Closed": Status("It is over; what comes in opens a new case.", closed=True, otherwise="new_case"),
        },
        "New",
        closed_by_client="Closed",
    )


_PORTAL_METRICS = standard_metrics(
    solved=["Resolved", "Closed"], waiting_on_client=["Waiting For Customer"], waiting_on_others=["Waiting For"]
)

_PORTAL_INTAKE = Intake(
    forms=[
        Form(
            "portal",
            [
                Field("product", "The product it is about.", mandatory=True),
                Field("category", "The main category."),
                Field("description", "The details.", mandatory=True),
            ],
        )
    ],
    default="medium",
    by_word=["critical"],
)


def client_portal(
    *, calendar: Calendar = CST, zone: str | None = None, follow_up_days: FollowUpDays = "business"
) -> Plan:
    """The client portal of another product: seven statuses, driven by timers (L2-L7); its form (C2).

    Args:
        calendar: of the desk, which the portal does not publish; the targets are those of the other desks.
        zone: in whose days the timers count; None: the calendar's.
        follow_up_days: as for `apricot_us`.

    Raises:
        WrongType, UnknownZone: no calendar; no such zone.

    >>> [timer.then.to for timer in client_portal().workflow.status("Resolved").timers[1:]]
    ['Closed']
    """
    days = load_zone(zone or compiled(calendar).zone).key
    return Plan(
        "Client portal",
        {"desk": calendar, "always": ALWAYS},
        _PRIORITIES,
        _targets(follow_up_days),
        workflow=_portal_workflow(days),
        metrics=_PORTAL_METRICS,
        intake=_PORTAL_INTAKE,
    )
