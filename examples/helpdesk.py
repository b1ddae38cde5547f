"""A helpdesk in memory: a host that keeps the log, sends each notice once, and never asks whether a timer fired.

    python examples/helpdesk.py

It plays a case of the client portal over two weeks in June 2026. A host of your own keeps the log in a database and
sends notices by mail; what it asks the library stays the same.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from supportsla import EventRefused, FollowUp, Notice, Step, advance, handle, next_number, replay, visible_events
from supportsla.events import Actor, Assigned, Commented, Event, FollowUpOpened, Opened, PriorityChanged, StatusChanged
from supportsla.presets import client_portal

PLAN = client_portal()
CENTRAL = ZoneInfo("America/Chicago")
ANA, BO, HOST = Actor("client", "ana", "Acme"), Actor("support", "bo"), Actor("system", "helpdesk")


class Helpdesk:
    """Logs by number, and the keys of what was sent; a case is what its log adds up to."""

    def __init__(self) -> None:
        self.logs: dict[str, list[Event]] = {}
        self.sent: set[str] = set()

    def take(self, number: str, event: Event) -> None:
        """Something happened to a case, or opens it."""
        case = replay(self.logs[number]) if number in self.logs else None
        try:
            self.keep(number, handle(PLAN, case, event))
        except EventRefused as refused:
            print(f"    refused: {refused.fact}")

    def look(self, number: str, now: datetime) -> None:
        """What has happened by itself, for a front end that shows the case, or once an hour for all of them."""
        self.keep(number, advance(PLAN, replay(self.logs[number]), now))

    def keep(self, number: str, step: Step) -> None:
        """Append to the log, and send what is owed."""
        self.logs.setdefault(number, []).extend(step.events)
        for event in step.events:
            print(f"  {event.at.astimezone(CENTRAL):%a %d %H:%M}  {number}  {told(event)}")
        for notice in step.notices:
            self.send(number, notice)

    def send(self, number: str, notice: Notice) -> None:
        """Send a notice once, and not at all if it is superseded; open the case that it asks for."""
        if notice.superseded or notice.key in self.sent:
            return
        self.sent.add(notice.key)
        print(f"    to {notice.to}: {notice.kind.replace('_', ' ')}")
        if notice.follow_up is not None:
            self.open_follow_up(number, notice.follow_up)

    def open_follow_up(self, number: str, asked: FollowUp) -> None:
        """The case that goes on from a closed one, whose number is fed back (L7)."""
        closed = replay(self.logs[number])
        new = next_number(max(self.logs))
        taken_over = {"priority": asked.priority, "product": asked.product, "continues": asked.continues}
        at, requester = closed.at, asked.requester
        self.take(new, Opened(new, closed.subject, asked.text, at=at, by=HOST, requester=requester, **taken_over))
        self.take(number, FollowUpOpened(new, at=at, by=HOST))


def told(event: Event) -> str:
    """An event in a few words."""
    what = {"StatusChanged": "to", "Assigned": "to", "PriorityChanged": "to", "FollowUpOpened": "number"}
    detail = getattr(event, what.get(type(event).__name__, ""), "")
    return f"{event.by.id}: {type(event).__name__} {detail}".rstrip()


def main() -> None:
    """Play the two weeks."""
    desk, start = Helpdesk(), datetime(2026, 6, 1, 9, 30, tzinfo=CENTRAL)
    day, hour = timedelta(days=1), timedelta(hours=1)
    print("Monday: a case comes in, and support asks back")
    opened = Opened("A-0001", "No login", "It says no.", product="Pears", at=start, by=ANA, channel="portal")
    desk.take("A-0001", opened)
    desk.take("A-0001", Assigned("bo", at=start + hour, by=BO))
    desk.take("A-0001", Commented("Since when?", at=start + 2 * hour, by=BO))
    desk.take("A-0001", Commented("Looks like BUG-7.", public=False, at=start + 2 * hour, by=BO))
    desk.take("A-0001", StatusChanged("Waiting For Customer", at=start + 2 * hour, by=BO))
    desk.take("A-0001", PriorityChanged("low", at=start + 2 * hour, by=BO))
    print("Wednesday: the host looks, and reminds")
    desk.look("A-0001", start + 2 * day)
    print("The week after: nobody looked, and the case went its way")
    desk.look("A-0001", start + 9 * day)
    print("A day later the client writes")
    desk.take("A-0001", Commented("It is back!", at=start + 10 * day, by=ANA))
    copy = visible_events(desk.logs["A-0001"], ANA)
    print(f"The client may read {len(copy)} of {len(desk.logs['A-0001'])} events of A-0001.")


if __name__ == "__main__":
    main()
