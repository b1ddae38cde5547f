"""How cases come in, and who is there to take them: forms, channels, staffing and published disruptions, as data.

Values only (C2, C13, C14, D6, D9, P11-P13); what they mean for a case is worked out in `intake` and `desk`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Literal, get_args

import attrs

from .errors import InvalidChoice, InvalidWindow, OutOfRange, WrongType
from .members import members_of
from .spans import Window
from .zones import as_utc, in_range, since_epoch

__all__ = ["CHANNELS", "FIELDS", "Consultation", "Disruption", "Field", "Form", "Intake", "Staffing"]

CHANNELS = ("portal", "email", "chat", "phone", "emergency")
FIELDS = ("subject", "description", "priority", "product", "category")

DisruptionKind = Literal["scheduled maintenance", "unscheduled maintenance", "incident"]


def _fields(given: Iterable[Field]) -> tuple[Field, ...]:
    return members_of("Form.fields", given, Field)


def _forms(given: Iterable[Form]) -> tuple[Form, ...]:
    return members_of("Intake.forms", given, Form)


def _names(given: Iterable[str]) -> tuple[str, ...]:
    return members_of("names", given, str)


def _pairs(given: Mapping[str, str] | Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    try:
        pairs = dict(given)
    except (TypeError, ValueError):
        raise WrongType("Intake", given, "a mapping of text to text") from None
    members_of("Intake", [*pairs, *pairs.values()], str)
    return tuple(pairs.items())


@attrs.frozen
class Field:
    """A field of an intake form: which part of the opening it fills, a help text, and whether it must be filled (C2).

    Raises:
        InvalidChoice: an opening has no such part.

    >>> Field("product", "The product that the question is about.", mandatory=True).mandatory
    True
    """

    name: str
    help: str = ""
    mandatory: bool = attrs.field(default=False, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if self.name not in FIELDS:
            raise InvalidChoice("Field.name", self.name, FIELDS)


@attrs.frozen
class Form:
    """What a channel asks of whoever opens a case there (C2).

    >>> [field.name for field in Form("portal", [Field("subject", mandatory=True), Field("product")]).fields]
    ['subject', 'product']
    """

    channel: str
    fields: tuple[Field, ...] = attrs.field(converter=_fields)


@attrs.frozen
class Intake:
    """How a new case gets its priority, and what must be said of it (C2, C14, P11-P13).

    Args:
        forms: at most one a channel; a channel without one asks for nothing.
        default: the priority where neither an opening nor its subject says one.
        by_word: the priorities whose name or alias alone, in a subject, is enough.
        by_channel: a mapping of channel to the priority of every case that is opened there.
        emergency: the channels whose callers are connected with the representative on call, and where it is misuse
            if the priority has to be lowered (P13).
        redirects: a mapping of category to where such matters are handled (C14).
        channels: by which anything may come in.

    >>> Intake(default="medium", by_word=["critical"], by_channel={"emergency": "critical"}).by_channel
    (('emergency', 'critical'),)
    """

    forms: tuple[Form, ...] = attrs.field(default=(), converter=_forms)
    default: str | None = None
    by_word: tuple[str, ...] = attrs.field(default=(), converter=_names)
    by_channel: tuple[tuple[str, str], ...] = attrs.field(default=(), converter=_pairs)
    emergency: tuple[str, ...] = attrs.field(default=(), converter=_names)
    redirects: tuple[tuple[str, str], ...] = attrs.field(default=(), converter=_pairs)
    channels: tuple[str, ...] = attrs.field(default=CHANNELS, converter=_names)

    def form(self, channel: str | None) -> Form | None:
        """The form of a channel, if it has one."""
        return next((form for form in self.forms if form.channel == channel), None)


@attrs.frozen
class Staffing:
    """When somebody is there on a channel, and for which priorities (D6).

    Args:
        channel: such as "chat".
        calendar: a name of the plan's calendars.
        priorities: that are taken then; none given: all of the plan.
        how: what a client must do to be taken then, for a front end to show.

    >>> Staffing("emergency", "always", ["critical"]).priorities
    ('critical',)
    """

    channel: str
    calendar: str
    priorities: tuple[str, ...] = attrs.field(default=(), converter=_names)
    how: str = ""


@attrs.frozen
class Disruption:
    """A maintenance or an incident that the desk publishes (D9); it changes no clock by itself.

    Args:
        kind: "scheduled maintenance", "unscheduled maintenance" or "incident".
        opens: from when on.
        closes: until when; None: it goes on.
        title: for people.

    Raises:
        InvalidChoice, NaiveDatetime, OutOfRange, InvalidWindow: no such kind; an instant that is none; an end that is
            not after the start.

    >>> from datetime import UTC, datetime
    >>> Disruption("incident", datetime(2026, 6, 12, tzinfo=UTC)).covers(datetime(2026, 6, 13, tzinfo=UTC))
    True
    """

    kind: DisruptionKind
    opens: datetime = attrs.field(eq=as_utc)
    closes: datetime | None = attrs.field(default=None, eq=as_utc)
    title: str = ""

    def __attrs_post_init__(self) -> None:
        if self.kind not in get_args(DisruptionKind):
            raise InvalidChoice("Disruption.kind", self.kind, get_args(DisruptionKind))
        opens = in_range(since_epoch(self.opens, "opens"), "opens")
        if self.closes is not None and in_range(since_epoch(self.closes, "closes"), "closes") <= opens:
            raise InvalidWindow(self.opens, self.closes)

    @property
    def window(self) -> Window | None:
        """Its stretch, to take out of a calendar (`calendar - [window]`); None while it goes on."""
        return None if self.closes is None else Window(self.opens, self.closes)

    def covers(self, at: datetime) -> bool:
        """Whether it is going on at that instant."""
        now = since_epoch(at, "at")
        ended = self.closes is not None and since_epoch(self.closes, "closes") <= now
        return since_epoch(self.opens, "opens") <= now and not ended


@attrs.frozen
class Consultation:
    """Consultation that can be bought and is booked through a case (C13): slots of a length, while a calendar is open.

    Raises:
        WrongType, OutOfRange: a length that is no timedelta, or not positive.

    >>> Consultation(timedelta(hours=1)).calendar
    'desk'
    """

    length: timedelta
    calendar: str = "desk"

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.length, timedelta):
            raise WrongType("Consultation.length", self.length, "a timedelta")
        if self.length <= timedelta(0):
            raise OutOfRange("Consultation.length", self.length, "a positive timedelta")
