"""Opening hours: the notation in, a table out, and back (W5)."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportsla import Hours, InvalidHours, OutOfRange, WrongType
from supportsla.hours import DaySpans, parse_spans, spans_text

DAY = 24 * 60
NINE_TO_FIVE = ((9 * 60, 17 * 60),)

starts = st.sampled_from((0, 1, 720, DAY - 1)) | st.integers(0, DAY - 1)
lengths = st.sampled_from((1, 480, DAY - 1, DAY, DAY + 1)) | st.integers(1, 2 * DAY)
spans = st.builds(lambda start, length: (start, min(start + length, 2 * DAY)), starts, lengths)
days = st.lists(spans, max_size=3).map(tuple)
weeks = st.builds(
    Hours, st.lists(st.sampled_from(((), NINE_TO_FIVE, ((0, DAY),))) | days, min_size=7, max_size=7).map(tuple), days
)


def week(**given_days: DaySpans) -> tuple[DaySpans, ...]:
    return tuple(given_days.get(day, ()) for day in ("mo", "tu", "we", "th", "fr", "sa", "su"))


@given(weeks)
def test_the_text_of_hours_parses_back(hours: Hours) -> None:
    """Hours.parse(str(h)) == h, with the spans in the order in which they were written."""
    assert Hours.parse(str(hours)) == hours


@given(weeks)
def test_the_text_of_hours_is_canonical(hours: Hours) -> None:
    """Writing what was read changes nothing."""
    assert str(Hours.parse(str(hours))) == str(hours)


@given(days)
def test_the_text_of_one_date_parses_back(day: DaySpans) -> None:
    """parse_spans(spans_text(s)) == s."""
    assert parse_spans(spans_text(day)) == day


@pytest.mark.parametrize(
    ("text", "expected", "canonical"),
    [
        # Days: ranges, wrapping ranges, lists.
        ("We 09:00-17:00", week(we=NINE_TO_FIVE), "We 09:00-17:00"),
        ("Mo-Tu 09:00-17:00", week(mo=NINE_TO_FIVE, tu=NINE_TO_FIVE), "Mo-Tu 09:00-17:00"),
        ("Sa-Mo 09:00-17:00", week(sa=NINE_TO_FIVE, su=NINE_TO_FIVE, mo=NINE_TO_FIVE), "Mo,Sa-Su 09:00-17:00"),
        ("mo,FR 9:00-17:00", week(mo=NINE_TO_FIVE, fr=NINE_TO_FIVE), "Mo,Fr 09:00-17:00"),
        ("Mo-Mo 09:00-17:00", week(mo=NINE_TO_FIVE), "Mo 09:00-17:00"),
        ("09:00-17:00", (NINE_TO_FIVE,) * 7, "Mo-Su 09:00-17:00"),
        # Several spans, in any order, overlapping too: kept as they were written.
        ("Mo 13:00-17:00, 09:00-12:00", week(mo=((780, 1020), (540, 720))), "Mo 13:00-17:00,09:00-12:00"),
        ("Mo 09:00-12:00,11:00-13:00", week(mo=((540, 720), (660, 780))), "Mo 09:00-12:00,11:00-13:00"),
        # Several rules: a later one replaces the days it names.
        ("Mo-We 08:00-09:00; Tu 10:00-11:00", week(mo=((480, 540),), tu=((600, 660),), we=((480, 540),)),
         "Mo,We 08:00-09:00; Tu 10:00-11:00"),
        ("Mo-We 09:00-17:00; Mo-Tu off", week(we=NINE_TO_FIVE), "We 09:00-17:00"),
        # Always and never.
        ("24/7", (((0, DAY),),) * 7, "24/7"),
        ("24/7; Su off", (*(((0, DAY),),) * 6, ()), "Mo-Sa 00:00-24:00"),
        ("off", week(), "off"),
        ("closed", week(), "off"),
        # Ends on the next date.
        ("Sa 22:00-06:00", week(sa=((1320, 1800),)), "Sa 22:00-06:00"),
        ("Sa 22:00-26:00", week(sa=((1320, 1560),)), "Sa 22:00-02:00"),
        ("Sa 09:00-09:00", week(sa=((540, 1980),)), "Sa 09:00-09:00"),
        ("Sa 00:00-00:00", week(sa=((0, DAY),)), "Sa 00:00-24:00"),
        ("Sa 18:00-24:00", week(sa=((1080, DAY),)), "Sa 18:00-24:00"),
        ("Tu 23:59-48:00", week(tu=((1439, 2 * DAY),)), "Tu 23:59-48:00"),
    ],
)  # fmt: skip
def test_hours_are_read_and_written(text: str, expected: tuple[DaySpans, ...], canonical: str) -> None:
    """A table of seven days, Monday first."""
    hours = Hours.parse(text)
    assert (hours.week, hours.public_holiday, str(hours)) == (expected, (), canonical)


@pytest.mark.parametrize(
    ("text", "public_holiday", "canonical"),
    [
        ("Mo 09:00-17:00; PH 10:00-14:00", ((600, 840),), "Mo 09:00-17:00; PH 10:00-14:00"),
        ("Mo,PH 09:00-17:00", NINE_TO_FIVE, "Mo 09:00-17:00; PH 09:00-17:00"),
        ("Mo 09:00-17:00; PH off", (), "Mo 09:00-17:00"),
        ("Mo 09:00-17:00; PH 10:00-14:00; PH off", (), "Mo 09:00-17:00"),
    ],
)
def test_public_holidays_have_hours_of_their_own(text: str, public_holiday: DaySpans, canonical: str) -> None:
    """W6: none, unless PH says otherwise."""
    hours = Hours.parse(text)
    assert (hours.public_holiday, str(hours)) == (public_holiday, canonical)


def test_a_parse_error_shows_the_text_with_a_caret() -> None:
    """Under the fault, with what was expected."""
    with pytest.raises(InvalidHours) as refused:
        Hours.parse("Mo-Fr 07:00-12:00; Mon 13:00-17:00")
    assert str(refused.value).splitlines() == [
        "hours cannot be read at character 20",
        "  Mo-Fr 07:00-12:00; Mon 13:00-17:00",
        "                     ^",
        'expected a day: Mo Tu We Th Fr Sa Su or PH; write "Mo" for "Mon"',
    ]
    assert (refused.value.position, refused.value.text) == (19, "Mo-Fr 07:00-12:00; Mon 13:00-17:00")


def test_a_parse_error_in_a_long_text_shows_its_surroundings() -> None:
    """The caret stays under the fault, within 80 columns."""
    text = "Mo 09:00-10:00; " * 50 + "Xy 09:00-10:00"
    with pytest.raises(InvalidHours) as refused:
        Hours.parse(text)
    _, line, caret, _ = str(refused.value).splitlines()
    assert line[caret.index("^") :].startswith("Xy")
    assert len(line) < 80


DAYS = "expected a day: Mo Tu We Th Fr Sa Su or PH"
RULE = "expected days"
SPANS = "expected hours such as"
NO_DATES = "expected days of the week.*exceptions=.*revisions="


@pytest.mark.parametrize(
    ("text", "position", "expected"),
    [
        ("", 0, RULE),
        ("   ", 3, RULE),
        (";", 0, RULE),
        ("Mo 09:00-17:00;", 15, RULE),
        ("Mo 09:00-17:00; ; Tu off", 16, RULE),
        ("5 09:00-17:00", 0, RULE),
        ("Monday 09:00-17:00", 0, DAYS),
        ("Mo- 09:00-17:00", 4, DAYS),
        ("Mo,, 09:00-17:00", 3, DAYS),
        ("Mo-PH 09:00-17:00", 3, DAYS),
        ("Mo", 2, SPANS),
        ("Mo 9-17", 3, SPANS),
        ("Mo-Fr-Su 09:00-17:00", 5, SPANS),
        ("Mo 24/7", 3, SPANS),
        ("Mo 09:00", 8, 'expected "-" and an end'),
        ("Mo 09:00+", 8, 'expected "-" and an end'),
        ("Mo 09:00-", 9, "expected a time"),
        ("Mo 09:00-17:00,", 15, "expected a time"),
        ("Mo 09:00-17:00, Tu 09:00-10:00", 16, 'a rule for other days starts after ";"'),
        ("Mo 09:00-17:0", 9, "expected a time"),
        ("Mo 09:60-17:00", 3, "expected a time from 00:00 to 48:00"),
        ("Mo 09:00-48:01", 9, "expected a time from 00:00 to 48:00"),
        ("Mo 24:00-26:00", 3, "expected a start before 24:00"),
        ("Mo 09:00-17:00 Tu 09:00-17:00", 15, 'expected ";" and a further rule'),
        ("Mo 09:00-17:00/30", 14, 'expected ";" and a further rule'),
        ("24/7 off", 5, 'expected ";" and a further rule'),
        # Selectors of dates: the error names what to use instead.
        ("Dec 24 07:00-12:00", 0, NO_DATES),
        ("Mo-Fr 09:00-17:00; Dec 25 off", 19, NO_DATES),
        ("May-Sep Mo 10:00-12:00", 0, NO_DATES),
        ("2026 Mo 10:00-12:00", 0, NO_DATES),
        ("2026-12-24 off", 0, NO_DATES),
        ("week 1-10 Mo 09:00-10:00", 0, NO_DATES),
        ("easter off", 0, NO_DATES),
        ("Mo[1] 09:00-10:00", 2, NO_DATES),
        ("Mo 09:00-17:00 Jan", 15, NO_DATES),
        ("SH off", 0, "school holidays"),
        # What one types at first.
        ("Monday 09:00-17:00", 0, 'write "Mo" for "Monday"'),
        ("Mo\u2013Fr 09:00-17:00", 2, "the plain hyphen, not a dash"),
        ("Mo 09:00\u201317:00", 8, "the plain hyphen, not a dash"),
        ("Mo-Fr 0800-1200", 6, "expected a time with a colon, such as 08:00"),
        ("Mo-Fr 2000-2200", 6, "expected a time with a colon, such as 08:00"),
        ("Mo sunrise-sunset", 3, "hours that follow the sun"),
    ],
)
def test_a_text_that_is_no_hours_is_refused_where_it_fails(text: str, position: int, expected: str) -> None:
    """Every fault has a position and says what was expected there."""
    with pytest.raises(InvalidHours, match=expected) as refused:
        Hours.parse(text)
    assert refused.value.position == position


@pytest.mark.parametrize(("text", "position"), [("Mo 09:00-17:00", 0), ("09:00-12:00;", 11), ("24/7", 0), ("", 0)])
def test_the_hours_of_one_date_name_no_days(text: str, position: int) -> None:
    """Spans or off."""
    with pytest.raises(InvalidHours, match="expected hours such as 09:00-12:00,13:00-17:00, or off") as refused:
        parse_spans(text)
    assert refused.value.position == position


@given(st.text(alphabet="MoTuFrPH0129:-,;/ \n\tofé[", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    """No other error, and what is read is written and read again."""
    with suppress(InvalidHours):
        hours = Hours.parse(text)
        assert Hours.parse(str(hours)) == hours


@pytest.mark.parametrize("text", [None, 5, b"Mo 09:00-17:00"])
def test_only_texts_are_parsed(text: object) -> None:
    """Hours are texts or Hours."""
    with pytest.raises(WrongType, match="hours is"):
        Hours.parse(text)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("week_given", "error"),
    [
        (((),) * 6, WrongType),
        ([()] * 7, WrongType),
        ((*((),) * 6, [(0, 1)]), WrongType),
        ((*((),) * 6, ([0, 1],)), WrongType),
        ((*((),) * 6, ((0, 1, 2),)), WrongType),
        ((*((),) * 6, ((0.0, 1.0),)), WrongType),
        ((*((),) * 6, ((-1, 1),)), OutOfRange),
        ((*((),) * 6, ((DAY, DAY + 1),)), OutOfRange),
        ((*((),) * 6, ((5, 5),)), OutOfRange),
        ((*((),) * 6, ((5, 2 * DAY + 1),)), OutOfRange),
    ],
)
def test_hours_made_by_hand_are_checked_too(week_given: object, error: type[Exception]) -> None:
    """Seven days of pairs of minutes, within two dates."""
    with pytest.raises(error):
        Hours(week_given)  # type: ignore[arg-type]


def test_the_representation_of_hours_is_how_one_makes_them() -> None:
    """Short enough to read."""
    assert repr(Hours.parse("mo-fr 9:00-17:00")) == "Hours.parse('Mo-Fr 09:00-17:00')"
