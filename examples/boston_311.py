"""Rebuild the due times of a real SLA engine from rules alone, and count how often they agree.

    python examples/boston_311.py PATH [--if-present]

PATH is a table of the City of Boston's 311 service requests (data.boston.gov; animal-related types,
2013-2019; Open Data Commons Public Domain Dedication and License according to the portal), as CSV or gzipped
CSV with at least the columns `case_enquiry_id`, `type`, `open_dt` and `sla_target_dt`. The data are not part
of this project.
"""

import argparse
import csv
import gzip
import sys
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TextIO
from zoneinfo import ZoneInfo

from supportsla import (
    BusinessCalendar,
    Duration,
    business_days,
    calendar_days,
    calendar_hours,
    deadline,
)

BOSTON = ZoneInfo("America/New_York")
OFFICE_HOURS = "Mo-Fr 08:30-17:00"
COLUMNS = ("case_enquiry_id", "type", "open_dt", "sla_target_dt")
TOLERANCE = timedelta(seconds=60)
SHOWN = 3

# Source: the official holidays of Massachusetts, typed from general knowledge and checked against the log
# itself: in 2014-2017 and 2019 every one of 236 openings inside office hours on these days was deferred to
# the next morning. Saturday 4 July 2015 was not moved; Saturday 11 November 2017 moved to the Friday.
MASSACHUSETTS = {
    2013: "01-01 01-21 02-18 04-15 05-27 07-04 09-02 10-14 11-11 11-28 12-25",
    2014: "01-01 01-20 02-17 04-21 05-26 07-04 09-01 10-13 11-11 11-27 12-25",
    2015: "01-01 01-19 02-16 04-20 05-25 09-07 10-12 11-11 11-26 12-25",
    2016: "01-01 01-18 02-15 04-18 05-30 07-04 09-05 10-10 11-11 11-24 12-26",
    2017: "01-02 01-16 02-20 04-17 05-29 07-04 09-04 10-09 11-10 11-23 12-25",
    2018: "01-01 01-15 02-19 04-16 05-28 07-04 09-03 10-08 11-12 11-22 12-25",
    2019: "01-01 01-21 02-18 04-15 05-27 07-04 09-02 10-14 11-11 11-28 12-25",
    2020: "01-01 01-20",
}
# Source: the log. Its engine deferred nothing on the holidays of these years, but for one Christmas Day.
NOT_LOADED = (2013, 2018)
LOADED_ALL_THE_SAME = date(2018, 12, 25)


@dataclass(frozen=True)
class Request:
    """A service request with the due time that the city's engine gave it."""

    number: str
    kind: str
    opened: datetime
    due: datetime


@dataclass(frozen=True)
class Rule:
    """What we hold the promise for one kind of request to be."""

    kind: str
    text: str
    calendar: BusinessCalendar
    promise: Duration


@dataclass(frozen=True)
class Answer:
    """Our due time for a request, beside the engine's."""

    request: Request
    ours: datetime

    @property
    def apart(self) -> timedelta:
        """How much later than ours the engine's due time is."""
        return self.request.due.astimezone(UTC) - self.ours.astimezone(UTC)


@dataclass(frozen=True)
class Outcome:
    """A rule and its answers."""

    rule: Rule
    answers: tuple[Answer, ...]

    @property
    def agreed(self) -> float:
        """The share of answers within the tolerance, in percent."""
        return 100 * sum(abs(answer.apart) <= TOLERANCE for answer in self.answers) / len(self.answers)

    def worst(self) -> list[Answer]:
        """The answers outside the tolerance that are furthest off, the furthest first."""
        off = [answer for answer in self.answers if abs(answer.apart) > TOLERANCE]
        return sorted(off, key=lambda answer: -abs(answer.apart))[:SHOWN]


def official_holidays() -> list[date]:
    """The table above as dates."""
    table = MASSACHUSETTS.items()
    return [date.fromisoformat(f"{year}-{day}") for year, days in table for day in days.split()]


def loaded_holidays() -> list[date]:
    """The holidays that the engine behaved as if it knew."""
    return [day for day in official_holidays() if day.year not in NOT_LOADED] + [LOADED_ALL_THE_SAME]


def office(holidays: Sequence[date]) -> BusinessCalendar:
    """The city's office hours with these holidays."""
    return BusinessCalendar(zone="America/New_York", hours=OFFICE_HOURS, holidays=holidays)


def rules() -> list[Rule]:
    """Every reading of the promises that we try, kind by kind."""
    official, loaded = office(official_holidays()), office(loaded_holidays())
    dead = "Pick up Dead Animal"
    table = [
        Rule(dead, "1 business day, official Massachusetts holidays", official, business_days(1)),
        Rule(dead, "1 business day, holidays as the engine had them", loaded, business_days(1)),
    ]
    for kind in ("Bed Bugs", "Animal Noise Disturbances", "Pest Infestation - Residential"):
        table.append(Rule(kind, "120 calendar days, same wall-clock time", official, calendar_days(120)))
        table.append(Rule(kind, "120 days read as 2,880 elapsed hours", official, calendar_hours(2880)))
    return table


def eastern(stamp: str) -> datetime:
    """The instant that a stamp of the table stands for.

    The stamps are shifted: one read as Eastern time, converted to UTC and stripped of its zone is the true
    Eastern wall-clock time.
    """
    shifted = datetime.fromisoformat(stamp).replace(tzinfo=BOSTON)
    return shifted.astimezone(UTC).replace(tzinfo=BOSTON)


def open_table(path: Path) -> TextIO:
    """The table as text, unpacked where its name ends in .gz."""
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def read_requests(lines: TextIO) -> Iterator[Request | None]:
    """Every request of the table; `None` stands for one without a due time."""
    table = csv.DictReader(lines)
    missing = [column for column in COLUMNS if column not in (table.fieldnames or ())]
    if missing:
        raise ValueError(f"the table lacks {', '.join(missing)}")
    for row in table:
        try:
            yield read_request(row) if row["sla_target_dt"] else None
        except ValueError as error:
            raise ValueError(f"line {table.line_num}: {error}") from None


def read_request(row: dict[str, str]) -> Request:
    """One row of the table that has a due time."""
    opened, due = eastern(row["open_dt"]), eastern(row["sla_target_dt"])
    return Request(row["case_enquiry_id"], row["type"], opened, due)


def apply(rule: Rule, requests: Sequence[Request]) -> Outcome:
    """Our due time, from the rule alone, for each request of its kind."""
    return Outcome(
        rule,
        tuple(
            Answer(request, deadline(rule.calendar, request.opened, rule.promise))
            for request in requests
            if request.kind == rule.kind
        ),
    )


def share_lines(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """How many due times each rule gives back."""
    yield f"{'rule':<54}{'requests':>11}{'within 60 s':>14}"
    kind = ""
    for outcome in outcomes:
        if outcome.rule.kind != kind:
            kind = outcome.rule.kind
            yield kind
        yield f"  {outcome.rule.text:<52}{len(outcome.answers):>11,}{outcome.agreed:>12.2f} %"


def worst_lines(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """The requests that the best rule of each kind misses by most."""
    yield f"  {'request':<14}{'our due':<25}{'theirs':<23}{'theirs - ours':>16}"
    for kind in dict.fromkeys(outcome.rule.kind for outcome in outcomes):
        best = max((o for o in outcomes if o.rule.kind == kind), key=lambda o: o.agreed)
        if worst := best.worst():
            yield f"{kind}: {best.rule.text}"
        for answer in worst:
            ours, theirs = (f"{at:%Y-%m-%d %H:%M:%S %Z}" for at in (answer.ours, answer.request.due))
            yield f"  {answer.request.number:<14}{ours:<25}{theirs:<23}{signed(answer.apart):>16}"


def signed(gap: timedelta) -> str:
    """A difference as days and a clock reading, with its sign."""
    size = abs(gap)
    days = f"{size.days}d " if size.days else ""
    return f"{'-' if gap < timedelta(0) else '+'}{days}{timedelta(seconds=size.seconds)!s:0>8}"


def report(rows: Sequence[Request | None]) -> Iterator[str]:
    """All that we have to say about the table, line by line."""
    requests = [row for row in rows if row]
    outcomes = [outcome for rule in rules() if (outcome := apply(rule, requests)).answers]
    known = {outcome.rule.kind for outcome in outcomes}
    unruled = sum(request.kind not in known for request in requests)
    yield "City of Boston 311: due times of a real SLA engine, rebuilt from rules alone"
    without = len(rows) - len(requests)
    yield f"{len(rows):,} requests, {without:,} without a due time, {unruled:,} without a rule"
    yield ""
    yield from share_lines(outcomes)
    years = " and ".join(map(str, NOT_LOADED))
    yield f"As the engine had them: none of {years} but {LOADED_ALL_THE_SAME}, as the log shows."
    yield ""
    yield f"Furthest off under the best rule of each kind, at most {SHOWN} each:"
    yield from worst_lines(outcomes)


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Rebuild the due times of Boston's 311 requests from rules.")
    parser.add_argument("path", type=Path, help="the table, .csv or .csv.gz")
    parser.add_argument("--if-present", action="store_true", help="succeed where there is no such file")
    return parser.parse_args(arguments)


def load(path: Path) -> list[Request | None]:
    """All rows of the table; whatever is wrong with it is a `ValueError` in one line."""
    try:
        with open_table(path) as lines:
            return list(read_requests(lines))
    except FileNotFoundError:
        raise ValueError(f"no such file: {path}") from None
    except (OSError, EOFError, ValueError, csv.Error, zlib.error) as error:
        raise ValueError(f"cannot read {path}: {error}") from None


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit status is 2 where the table cannot be read."""
    options = parse(arguments)
    if options.if_present and not options.path.exists():
        print("\nBoston 311: skipped, as its data are not here; see examples/boston_311.py")
        return 0
    try:
        rows = load(options.path)
    except ValueError as error:
        print(f"boston_311: {error}", file=sys.stderr)
        return 2
    print("\n".join(report(rows)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
