"""The published desks: their calendars (D1-D5, D7) and what they promise (P1-P10).

Both desks' holidays are placeholders until a desk loads its own list (D4, D5). Where the published words leave room,
the reading is the one documented in the project's docs under each rule's id.
"""

from __future__ import annotations

from .calendars import ALWAYS, BusinessCalendar
from .closures import PublicHolidays
from .durations import business_days, business_hours, calendar_hours
from .plan import Plan, Priority, Target

__all__ = ["AEDT", "ANZ_CHAT", "CST", "apricot_anz", "apricot_us"]

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

_TARGETS = (
    Target("first_response", "critical", calendar_hours(2)),
    Target("first_response", "high", business_hours(4)),
    Target("first_response", "medium", business_days(1)),
    Target("first_response", "low", business_days(1), business_days(2)),
    Target("follow_up", "critical", calendar_hours(24)),
    Target("follow_up", "high", business_days(1)),
    Target("follow_up", "medium", business_days(1), business_days(2)),
    Target("follow_up", "low", business_days(1), business_days(3)),
)


def apricot_us() -> Plan:
    """What the US desk promises: four priorities, first responses and follow-ups (D1, D4, P1-P10).

    >>> str(apricot_us().target("first_response", "Business Down").due)
    '2 calendar hours'
    """
    return Plan("Apricot US", {"desk": CST, "always": ALWAYS}, _PRIORITIES, _TARGETS)


def apricot_anz() -> Plan:
    """What the ANZ desk promises: the same policy on its own hours (D2, D3, D5, D8, P1-P10).

    >>> apricot_anz().calendar("desk").zone
    'Australia/Sydney'
    """
    return Plan("Apricot ANZ", {"desk": AEDT, "always": ALWAYS, "chat": ANZ_CHAT}, _PRIORITIES, _TARGETS)
