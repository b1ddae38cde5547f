"""Instants and wall clocks: W1, W12, W13."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest

from supportsla.errors import NaiveDatetime, OutOfRange, UnknownZone, WrongType
from supportsla.zones import (
    DAY,
    EPOCH,
    FIRST,
    LAST,
    MICROSECOND,
    clock_changes,
    first_shown,
    in_range,
    in_zone,
    load_zone,
    since_epoch,
    wall_clock,
    wall_time,
)


def shown(zone: str, local: str) -> str:
    at = datetime.fromisoformat(local).replace(tzinfo=UTC) - EPOCH
    instant = first_shown(ZoneInfo(zone), at.days, at.seconds * 1_000_000 + at.microseconds)
    return (EPOCH + instant).isoformat()


@pytest.mark.parametrize(
    ("zone", "local", "expected"),
    [
        # Ordinary times.
        ("UTC", "2026-05-04T09:00", "2026-05-04T09:00:00+00:00"),
        ("America/Chicago", "2026-06-12T16:00", "2026-06-12T21:00:00+00:00"),
        # A spring gap: every time inside it is the jump itself.
        ("America/Chicago", "2026-03-08T01:59:59.999999", "2026-03-08T07:59:59.999999+00:00"),
        ("America/Chicago", "2026-03-08T02:00", "2026-03-08T08:00:00+00:00"),
        ("America/Chicago", "2026-03-08T02:30", "2026-03-08T08:00:00+00:00"),
        ("America/Chicago", "2026-03-08T03:00", "2026-03-08T08:00:00+00:00"),
        ("America/Chicago", "2026-03-08T03:00:00.000001", "2026-03-08T08:00:00.000001+00:00"),
        # An autumn overlap: the first reading, and the end of the overlap only after both.
        ("America/Chicago", "2026-11-01T01:30", "2026-11-01T06:30:00+00:00"),
        ("America/Chicago", "2026-11-01T02:00", "2026-11-01T08:00:00+00:00"),
        # Half an hour at Lord Howe; a gap at midnight in Sao Paulo; a date that Samoa never had.
        ("Australia/Lord_Howe", "2024-04-07T01:45", "2024-04-06T14:45:00+00:00"),
        ("Australia/Lord_Howe", "2024-10-06T02:15", "2024-10-05T15:30:00+00:00"),
        ("America/Sao_Paulo", "2018-11-04T00:00", "2018-11-04T03:00:00+00:00"),
        ("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00:00+00:00"),
        # St John's clock fell back from 00:01: its date begins before the hour is repeated.
        ("America/St_Johns", "2006-10-29T00:00", "2006-10-29T02:30:00+00:00"),
    ],
)
def test_a_wall_time_means_the_first_instant_that_shows_it_or_later(zone: str, local: str, expected: str) -> None:
    """W1, on times worked out from the zones' published changes."""
    assert shown(zone, local) == expected


def test_no_zone_changes_its_clock_twice_between_two_probes() -> None:
    """Probing every three days finds every change that probing every six hours finds."""
    for name in sorted(available_timezones()):
        zone = ZoneInfo(name)
        for year in (1939, 2000, 2040):
            start, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
            probes = [start + timedelta(hours=6 * step) for step in range((end - start) // timedelta(hours=6))]
            offsets = [probe.astimezone(zone).utcoffset() for probe in probes]
            by_hand = [after for before, after in pairwise(offsets) if before != after]
            found = [after for _, _, after in clock_changes(zone, probes[0] - EPOCH, probes[-1] - EPOCH)]
            assert found == by_hand, (name, year)


def test_clock_changes_name_the_instant_and_both_offsets() -> None:
    """Chicago changes twice in 2026, at 08:00Z and 07:00Z."""
    year = (datetime(2026, 1, 1, tzinfo=UTC) - EPOCH, datetime(2027, 1, 1, tzinfo=UTC) - EPOCH)
    winter, summer = timedelta(hours=-6), timedelta(hours=-5)
    assert list(clock_changes(ZoneInfo("America/Chicago"), *year)) == [
        (datetime(2026, 3, 8, 8, tzinfo=UTC) - EPOCH, winter, summer),
        (datetime(2026, 11, 1, 7, tzinfo=UTC) - EPOCH, summer, winter),
    ]


def test_spans_are_mapped_as_their_edges_are() -> None:
    """Mapping many spans at once is mapping each edge, around both clock changes of every hour and length."""
    clock = wall_clock(ZoneInfo("America/Chicago"), 2026, 2026)
    start = (datetime(2026, 1, 1, tzinfo=UTC) - EPOCH) // MICROSECOND
    for length in (1, DAY // 48, DAY // 16, DAY // 4):
        spans = [(low, low + length) for low in range(start, start + 365 * DAY, DAY // 4)]
        assert clock.instants(spans) == [(clock.instant(low), clock.instant(high)) for low, high in spans]


def test_a_datetime_without_a_zone_is_refused_with_a_way_out() -> None:
    """W12."""
    with pytest.raises(NaiveDatetime, match=r"start is 2026-01-05 09:00:00, which has no time zone.*replace"):
        since_epoch(datetime(2026, 1, 5, 9), "start")  # noqa: DTZ001


class Nowhere(tzinfo):
    """A zone that does not know its offset."""

    def utcoffset(self, dt: datetime | None) -> None:
        return None

    dst = tzname = utcoffset


def test_a_zone_without_an_offset_is_no_zone() -> None:
    """W12: Python calls such a datetime naive too."""
    with pytest.raises(NaiveDatetime):
        since_epoch(datetime(2026, 1, 5, 9, tzinfo=Nowhere()), "start")


@pytest.mark.parametrize("value", [date(2026, 1, 5), "2026-01-05T09:00Z", 1767603600, None])
def test_what_is_no_datetime_is_refused(value: object) -> None:
    """The error names the argument and the value."""
    with pytest.raises(WrongType, match="start is .*; expected a datetime with a zone"):
        since_epoch(value, "start")  # type: ignore[arg-type]


class Stamp(datetime):
    """A subclass, such as pandas has."""


def test_a_subclass_of_datetime_is_the_instant_that_it_names() -> None:
    """Its fold is kept."""
    for fold in (0, 1):
        at = datetime(2026, 11, 1, 1, 30, tzinfo=ZoneInfo("America/Chicago"), fold=fold)
        stamp = Stamp(2026, 11, 1, 1, 30, tzinfo=ZoneInfo("America/Chicago"), fold=fold)
        assert since_epoch(stamp, "start") == at - EPOCH


def test_instants_from_1900_to_before_2201_are_in_range() -> None:
    """W13: half open."""
    assert in_range(FIRST, "at") == FIRST
    assert in_range(LAST - MICROSECOND, "at") == LAST - MICROSECOND
    for outside in (FIRST - MICROSECOND, LAST, timedelta.max, timedelta.min):
        with pytest.raises(OutOfRange, match="at is .*; allowed: an instant from 1900-01-01Z to before 2201-01-01Z"):
            in_range(outside, "at")


@pytest.mark.parametrize("day", [-(10**6), 10**6, 10**12])
def test_a_date_out_of_range_is_refused(day: int) -> None:
    """W13."""
    with pytest.raises(OutOfRange, match="years 1900 to 2200"):
        first_shown(ZoneInfo("UTC"), day, 0)


@pytest.mark.parametrize(
    "name", ["Mars/Olympus", "", "../etc/passwd", "America", "a\0b", "/etc/localtime", "é", "localtime", "right/UTC"]
)
def test_an_unknown_zone_is_refused(name: str) -> None:
    """Whatever zoneinfo makes of it: a missing file, a folder, a path outside."""
    with pytest.raises(UnknownZone, match="IANA time zone database"):
        load_zone(name)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("America/Chigaco", "did you mean America/Chicago"),
        ("sydney", "did you mean Australia/Sydney"),
        ("CST", 'abbreviations are ambiguous, write a place, such as "America/Chicago"'),
        ("UTC+2", 'a fixed UTC\\+2 is "Etc/GMT-2"'),
        ("-06:00", 'a fixed -06:00 is "Etc/GMT\\+6"'),
        ("nowhere in particular", 'such as "America/Chicago"'),
    ],
)
def test_an_unknown_zone_comes_with_a_hint(name: str, hint: str) -> None:
    """What was meant, as far as one can guess."""
    with pytest.raises(UnknownZone, match=hint):
        load_zone(name)


@pytest.mark.parametrize("name", [None, 5, UTC, ["UTC"]])
def test_what_names_no_zone_is_refused(name: object) -> None:
    """A fixed offset has no name; Etc/GMT+6 has."""
    with pytest.raises(WrongType, match="zone is"):
        load_zone(name)  # type: ignore[arg-type]


def test_a_zone_is_taken_by_its_name() -> None:
    """A ZoneInfo does as well as a text."""
    assert load_zone(ZoneInfo("Europe/Dublin")) is load_zone("Europe/Dublin")


def test_wall_time_is_what_the_clock_shows() -> None:
    """In the second reading of a repeated hour too."""
    second = datetime(2026, 11, 1, 7, 30, 0, 5, tzinfo=UTC) - EPOCH
    day, time = wall_time(second, ZoneInfo("America/Chicago"))
    assert (date(1970, 1, 1) + timedelta(days=day), time) == (date(2026, 11, 1), 90 * 60 * 1_000_000 + 5)


def test_an_instant_is_shown_in_its_zone() -> None:
    """The second reading has fold 1."""
    at = in_zone(datetime(2026, 11, 1, 7, 30, tzinfo=UTC) - EPOCH, ZoneInfo("America/Chicago"))
    assert (at.isoformat(), at.fold) == ("2026-11-01T01:30:00-06:00", 1)
