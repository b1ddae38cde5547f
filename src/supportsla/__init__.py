"""When is a support case due, and why: exact business-hour deadlines, with reasons."""

from .calendars import ALWAYS, BusinessCalendar, Calendar, CombinedCalendar
from .clocks import Promise, promise
from .closures import Schedule, public_holidays, recurring
from .durations import Duration, business_days, business_hours, calendar_days, calendar_hours
from .errors import (
    InvalidChoice,
    InvalidDuration,
    InvalidHours,
    InvalidPlan,
    InvalidRecurrence,
    InvalidTable,
    InvalidWindow,
    NaiveDatetime,
    NeverCloses,
    NeverOpens,
    NoTarget,
    OutOfRange,
    SupportSLAError,
    TransitionNotAllowed,
    UnknownCalendar,
    UnknownHolidays,
    UnknownPriority,
    UnknownZone,
    WrongType,
)
from .hours import Hours
from .plan import Plan, Priority, Target
from .reasons import Explanation, Stretch, explain, explain_elapsed
from .spans import Window
from .worktime import deadline, elapsed, is_open, next_close, next_open, windows

__all__ = [
    "ALWAYS",
    "BusinessCalendar",
    "Calendar",
    "CombinedCalendar",
    "Duration",
    "Explanation",
    "Hours",
    "InvalidChoice",
    "InvalidDuration",
    "InvalidHours",
    "InvalidPlan",
    "InvalidRecurrence",
    "InvalidTable",
    "InvalidWindow",
    "NaiveDatetime",
    "NeverCloses",
    "NeverOpens",
    "NoTarget",
    "OutOfRange",
    "Plan",
    "Priority",
    "Promise",
    "Schedule",
    "Stretch",
    "SupportSLAError",
    "Target",
    "TransitionNotAllowed",
    "UnknownCalendar",
    "UnknownHolidays",
    "UnknownPriority",
    "UnknownZone",
    "Window",
    "WrongType",
    "business_days",
    "business_hours",
    "calendar_days",
    "calendar_hours",
    "deadline",
    "elapsed",
    "explain",
    "explain_elapsed",
    "is_open",
    "next_close",
    "next_open",
    "promise",
    "public_holidays",
    "recurring",
    "windows",
]
