"""Durations: four units, exact amounts, a text that parses back."""

from __future__ import annotations

import pickle
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportsla import (
    Duration,
    InvalidChoice,
    InvalidDuration,
    OutOfRange,
    WrongType,
    business_days,
    business_hours,
    calendar_days,
    calendar_hours,
)

LONGEST = timedelta(days=109938)  # 1900-01-01 to 2201-01-01
amounts = st.timedeltas(-LONGEST, LONGEST) | st.integers(-100, 100).map(lambda hours: timedelta(hours=hours))
hours = st.builds(Duration, st.sampled_from(("business hours", "calendar hours")), amounts)
days = st.builds(Duration, st.sampled_from(("business days", "calendar days")), st.integers(-109938, 109938))
durations = hours | days


@given(durations)
def test_the_text_of_a_duration_parses_back(duration: Duration) -> None:
    """Duration.parse(str(d)) == d."""
    assert Duration.parse(str(duration)) == duration


@given(durations)
def test_the_representation_of_a_duration_makes_it_again(duration: Duration) -> None:
    """It is the call of one of the four functions."""
    names = {f.__name__: f for f in (business_hours, business_days, calendar_hours, calendar_days)}
    assert eval(repr(duration), names) == duration  # noqa: S307


@given(durations)
def test_negating_twice_changes_nothing(duration: Duration) -> None:
    """And negates the amount."""
    negated = -duration
    assert -negated == duration
    assert negated.amount == -duration.amount


@given(durations)
def test_a_duration_survives_a_pickle(duration: Duration) -> None:
    """Equal, and hashed alike."""
    copied = pickle.loads(pickle.dumps(duration))
    assert (copied, hash(copied)) == (duration, hash(duration))


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        (business_hours(4), "4 business hours"),
        (business_hours(1), "1 business hour"),
        (business_hours(4, minutes=30), "4 business hours 30 minutes"),
        (business_hours(minutes=90), "1 business hour 30 minutes"),
        (business_hours(minutes=1), "1 business minute"),
        (business_hours(1, seconds=1), "1 business hour 1 second"),
        (calendar_hours(microseconds=1), "1 calendar microsecond"),
        (
            calendar_hours(24, minutes=1, seconds=2, microseconds=3),
            "24 calendar hours 1 minute 2 seconds 3 microseconds",
        ),
        (-business_hours(minutes=30), "-30 business minutes"),
        (business_hours(0), "0 business hours"),
        (business_days(1), "1 business day"),
        (business_days(-2), "-2 business days"),
        (calendar_days(0), "0 calendar days"),
        (calendar_days(120), "120 calendar days"),
    ],
)
def test_durations_are_written_as_one_would_say_them(duration: Duration, text: str) -> None:
    """The unit stands beside the first number."""
    assert str(duration) == text


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("  90   Business  MINUTES ", business_hours(1, minutes=30)),
        ("1 business hours", business_hours(1)),
        ("2 calendar hour 90 seconds", calendar_hours(2, seconds=90)),
        ("007 business days", business_days(7)),
        ("-0 business days", business_days(0)),
    ],
)
def test_texts_are_read_as_one_would_mean_them(text: str, duration: Duration) -> None:
    """Case, spacing and plurals do not matter."""
    assert Duration.parse(text) == duration


@pytest.mark.parametrize(
    "text",
    [
        *("", "4", "business hours", "4.5 business hours", "4 business", "1 business day 3 hours"),
        *("1e3 business days", "1 business hour 5", "5 minutes 1 business hour", "4 business hours, 30 minutes"),
        *("+4 business hours", "٤ business hours", "1 business week", "x" * 10_000),
        "1 business hour" + " " * 10_000 + "1 minute",
    ],
)
def test_a_text_that_is_no_duration_is_refused(text: str) -> None:
    """The error shows the text and what it could have been."""
    with pytest.raises(InvalidDuration, match='expected a text such as "4 business hours 30 minutes"'):
        Duration.parse(text)


def test_a_long_text_is_not_repeated_whole() -> None:
    """The message stays readable."""
    with pytest.raises(InvalidDuration) as refused:
        Duration.parse("x" * 10_000)
    assert len(str(refused.value)) < 500


@pytest.mark.parametrize(
    "text", ["109939 business days", "9" * 40 + " calendar hours", "-" + "9" * 40 + " business days"]
)
def test_a_text_of_an_amount_beyond_1900_to_2200_is_refused(text: str) -> None:
    """Without overflowing."""
    with pytest.raises(OutOfRange, match="duration is"):
        Duration.parse(text)


@pytest.mark.parametrize("value", [4, None, b"1 business day"])
def test_only_texts_are_parsed(value: object) -> None:
    """Not numbers."""
    with pytest.raises(WrongType, match="duration is"):
        Duration.parse(value)  # type: ignore[arg-type]


@pytest.mark.parametrize("amount", [4.5, 1.0, "4", None, True, 1j])
def test_amounts_are_integers(amount: object) -> None:
    """W11: no floats anywhere, and no truth values."""
    for make in (business_hours, business_days, calendar_hours, calendar_days):
        with pytest.raises(WrongType, match="expected an integer"):
            make(amount)  # type: ignore[arg-type]
    with pytest.raises(WrongType, match="minutes is"):
        business_hours(4, minutes=amount)  # type: ignore[arg-type]


class Four:
    """A number of another library, such as numpy's."""

    def __index__(self) -> int:
        return 4


def test_integers_of_other_libraries_are_integers() -> None:
    """Whatever has an index."""
    assert business_hours(Four()) == business_hours(4)  # type: ignore[arg-type]
    assert business_days(Four()) == business_days(4)  # type: ignore[arg-type]


@pytest.mark.parametrize("amount", [10**30, -(10**30), pytest.param(10**5000, id="huge"), 109938 * 24 + 1])
def test_an_amount_beyond_1900_to_2200_is_refused(amount: int) -> None:
    """Hours and days, either way, without overflowing."""
    for make in (business_hours, calendar_hours, business_days, calendar_days):
        with pytest.raises(OutOfRange, match="duration is .*109938 days"):
            make(amount)


def test_the_longest_amounts_are_allowed() -> None:
    """As many days as 1900 to 2200 have."""
    assert business_days(109938).amount == 109938
    assert calendar_hours(-109938 * 24).amount == -LONGEST


@pytest.mark.parametrize(
    ("unit", "amount", "error"),
    [
        ("weeks", 1, InvalidChoice),
        ("business hours", 1, WrongType),
        ("business days", timedelta(days=1), WrongType),
        ("calendar days", 1.0, WrongType),
        ("calendar days", True, WrongType),
        ("calendar hours", timedelta.max, OutOfRange),
    ],
)
def test_a_duration_made_by_hand_is_checked_too(unit: str, amount: object, error: type[Exception]) -> None:
    """Units and the types of their amounts."""
    with pytest.raises(error):
        Duration(unit, amount)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["2 hours", "2  Hours", "2 hours\n"])
def test_a_text_that_does_not_say_which_hours_is_asked_which(text: str) -> None:
    """The commonest slip."""
    with pytest.raises(InvalidDuration, match='expected "2 business hours" or "2 calendar hours"'):
        Duration.parse(text)
