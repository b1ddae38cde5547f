"""Tables of text: column names, delimiters, rows of several lines, stray quotes, and instants as tables write them."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest

from supportsla import InvalidChoice, InvalidTable, UnknownZone, tables
from supportsla.tables import Stamps, read_table


@pytest.mark.parametrize(
    ("stamps", "text", "expected"),
    [
        (Stamps(), "2026-06-12T17:00:00.000001Z", datetime(2026, 6, 12, 17, 0, 0, 1, tzinfo=UTC)),
        (Stamps(), "2026-06-12 17:00-05:00", datetime(2026, 6, 12, 22, tzinfo=UTC)),
        (Stamps("America/Chicago"), "2026-06-12 17:00", datetime(2026, 6, 12, 22, tzinfo=UTC)),
        (Stamps("America/Chicago"), "2026-06-12 17:00Z", datetime(2026, 6, 12, 17, tzinfo=UTC)),
        (Stamps("America/Chicago"), "2026-11-01 01:30", datetime(2026, 11, 1, 6, 30, tzinfo=UTC)),
        (Stamps("America/Chicago"), "2026-03-08 02:30", datetime(2026, 3, 8, 8, 30, tzinfo=UTC)),
        (Stamps("America/Chicago"), "20260612T1700", datetime(2026, 6, 12, 22, tzinfo=UTC)),
        (Stamps("America/Chicago"), "2026-W24-5T17:00", datetime(2026, 6, 12, 22, tzinfo=UTC)),
        (Stamps("UTC", "%d/%m/%Y %H:%M"), "3/4/2026 09:05", datetime(2026, 4, 3, 9, 5, tzinfo=UTC)),
        (Stamps("UTC", "%m/%d/%Y %I:%M %p"), "3/4/2026 9:05 PM", datetime(2026, 3, 4, 21, 5, tzinfo=UTC)),
        (Stamps(None, "%d.%m.%Y %H:%M %z"), "03.04.2026 09:05 +0200", datetime(2026, 4, 3, 7, 5, tzinfo=UTC)),
    ],
)
def test_stamps_are_instants(stamps: Stamps, text: str, expected: datetime) -> None:
    """Their own offset first, then the zone given; the first reading of an hour that is shown twice."""
    assert stamps.read(text).astimezone(UTC) == expected


@pytest.mark.parametrize(
    ("stamps", "text", "reason"),
    [
        (Stamps(), "2026-06-12 17:00", "has no zone"),
        (Stamps(), "2026-06-12", "date without a time"),
        (Stamps("UTC"), "20260612", "date without a time"),
        (Stamps("UTC"), "2026-W24-5", "date without a time"),
        (Stamps("UTC"), "2026-11-25-06:00", "is no instant in ISO 8601"),
        (Stamps("UTC"), "2026-11-25x06:00", "is no instant in ISO 8601"),
        (Stamps("UTC"), "", "there is no instant"),
        (Stamps("UTC"), "12/06/2026 17:00", "no instant in ISO 8601"),
        (Stamps("UTC"), "x" * 1000, "no instant in ISO 8601"),
        (Stamps("UTC", "%d/%m/%Y %H:%M"), "2026-06-12 17:00", "is not written as %d/%m/%Y %H:%M"),
    ],
)
def test_what_is_no_instant_is_refused_with_a_way_out(stamps: Stamps, text: str, reason: str) -> None:
    """In a short sentence."""
    with pytest.raises(ValueError, match=reason) as refused:
        stamps.read(text)
    assert len(str(refused.value)) < 170


@pytest.mark.parametrize(
    "form",
    [
        "%Q",
        "%",
        "%d/%m/%Y %H:%M %Z",
        "d/m/Y",
        "",
        "%H:%M",
        "%d/%m/%Y",
        "%m/%d/%Y %I:%M",
        "%d/%m %H:%M",
        "%d/%d/%Y %H",
        "%d/%m/%Y %H:%M %p",
    ],
)
def test_a_format_that_reads_no_instant_is_refused(form: str) -> None:
    """Nor one without a date, a year, a time of day or its half; %Z reads an abbreviation and drops it."""
    with pytest.raises(InvalidChoice, match="codes that begin with %"):
        Stamps("UTC", form)


def test_an_unknown_zone_of_stamps_is_refused() -> None:
    """As everywhere."""
    with pytest.raises(UnknownZone, match="Europe/Berlin"):
        Stamps("Europe/Brlin")


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("", ["it is empty"]),
        ("\nopened,done,due\n", ["row 1 holds no column names"]),
        ("number,opened,done\n", ["row 1 has no column 'due'; it has: number, opened, done"]),
        ("number;Opened;done;queue\n", ["no column 'opened' (did you mean 'Opened'?), 'due'; it has: number, Opened"]),
        ("number\n", ["row 1 has no column 'opened', 'done', 'due'; it has: number"]),
        (
            "opened,done,opened\n",
            ["row 1 has no column 'due'", "row 1 has column 'opened' at 1 and 3; expected it once"],
        ),
        (",".join(f"column {i}" for i in range(1000)), ["row 1 has no column", "column 39, ..."]),
        ("sep=;\nopened;done;due\n", ["row 1 has no column 'opened', 'done', 'due'; it has: sep="]),
        ("PK\x03\x04\x14\x00,opened,done,due\n", ["row 1 holds no column names"]),
        ("\udcff\udcfeo\x00p\x00", ["row 1 holds no column names"]),
        ('opened,"done', ["row 1 has no column 'opened', 'done', 'due'; it has: opened,\"done"]),
        ("opened,done," + "x" * 200_000, ["row 1 holds no column names"]),
    ],
)
def test_a_table_without_its_columns_is_refused_with_all_faults(text: str, faults: list[str]) -> None:
    """Missing and double columns, and what is no table at all."""
    with pytest.raises(InvalidTable) as refused:
        read_table(text.splitlines(keepends=True), ("opened", "done", "due"))
    for fault in faults:
        assert fault in str(refused.value)
    assert len(str(refused.value)) < 1000


def rows(*lines: str, columns: tuple[str, ...] = ("a", "b")) -> list[tuple[list[str], str]]:
    return [tuple(row) for row in read_table([f"{line}\n" for line in lines], columns).rows]  # type: ignore[misc]


def good(*fields: str) -> tuple[list[str], str]:
    return list(fields), ""


def test_the_delimiter_is_the_one_that_gives_most_of_the_columns() -> None:
    """Even where one is missing, so that the error names what is there."""
    with pytest.raises(InvalidTable, match="^row 1 has no column 'b'; it has: a, c, d,e$"):
        read_table(["a;c;d,e\n"], ("a", "b"))


def test_a_field_in_quotes_may_hold_lines() -> None:
    """They are no rows, even where they look like some."""
    assert rows("a,b,c", '1,2,"3', "4,5,6", '7"', "8,9,0") == [good("1", "2", "3\n4,5,6\n7"), good("8", "9", "0")]


@pytest.mark.parametrize("close", ['x",2,y', '1,x",y', '1,"x,y', 'x"', '"', '1,2,""x"'])
def test_a_stray_quote_in_a_column_that_is_asked_for_costs_its_line_and_hides_no_other(close: str) -> None:
    """Not even where a quote in a later line seems to close it; lines stay in order."""
    between = [f"{i},{i},c" for i in range(500)]
    found = rows("a,b,c", '1,"2,3', *between, close, "7,8,9")
    assert [row for row, fault in found if not fault][:500] == [[str(i), str(i), "c"] for i in range(500)]
    assert found[0][0] == ['1,"2,3']
    assert found[0][1].startswith("a quote opens ")
    assert found[-1] == good("7", "8", "9")


def test_a_stray_quote_that_nothing_closes_hides_no_line() -> None:
    """To the end of the table, or to where a row may be no longer."""
    for count in (3, 5000):
        found = rows("a,b", '1,"2', *["3,4"] * count)
        assert found[1:] == [good("3", "4")] * count
        assert found[0][1].startswith("a quote opens ")


def test_put_back_lines_keep_their_order_through_further_stray_quotes() -> None:
    """One within the lines that another one had taken."""
    found = rows("a,b", '1,"2', "3,4", '5,"6', "7,8", '"9,0', "1,2")
    assert [fields for fields, _ in found] == [['1,"2'], ["3", "4"], ['5,"6'], ["7", "8"], ['"9,0'], ["1", "2"]]


def test_stray_quotes_are_read_in_time_that_grows_with_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """However they stand: after a million lines looked at in vain, each costs a hundred at most."""
    given = Counter[str]()
    take = tables._Lines.__next__

    def counting(source: tables._Lines) -> str:
        given["lines"] += 1
        return take(source)

    monkeypatch.setattr(tables._Lines, "__next__", counting)
    assert len(rows("a,b", *['x","'] * 3000)) == 3000
    assert 3000 < given["lines"] <= 1_000_000 + 101 * 3000
    given.clear()
    assert len(rows("a,b", *['1,"2', *["3,4"] * 9] * 300)) == 3000
    assert 3000 < given["lines"] < 4 * 3001


@pytest.mark.parametrize(("line", "count"), [('","', 300_000), ('"' + ",x" * 50_000 + ',"', 30)])
def test_a_row_may_not_be_longer_than_memory_should_hold(line: str, count: int) -> None:
    """In lines and in characters; its first line is the bad row."""
    (first, fault), *_ = rows("a,b", '"', *[line] * count)
    assert first == ['"']
    assert fault.endswith("it is no row of CSV: it is longer than 1,000,000 lines or 1,000,000 characters")


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_a_break_in_a_column_that_is_asked_for_makes_no_row(end: str) -> None:
    """Whichever way lines end; in another column it is part of the text."""
    lines = [f"a,b,c{end}", f'1,2,"3{end}', f'4"{end}', f'1,"2{end}', f'3",4{end}']
    found = list(read_table(lines, ("a", "b")).rows)
    assert found[0] == good("1", "2", f"3{end}4")
    assert found[1] == (['1,"2'], "a quote opens 2 lines: a field that is asked for would hold a line break")


def test_a_row_has_as_many_fields_as_there_are_columns_but_for_empty_ones() -> None:
    """As some programs write them."""
    assert rows("a,b", "1,2,,", "", "1", "1,2,,3") == [
        good("1", "2", "", ""),
        good(),
        (["1"], "the number of fields is 1, not 2"),
        (["1", "2", "", "3"], "the number of fields is 4, not 2"),
    ]


def test_a_text_may_have_as_many_lines_as_a_field_may_have_characters() -> None:
    """Even where its lines look like rows; the column is not asked for."""
    text = "\n".join(["1,2,3"] * 20_000)
    assert rows("a,b,c", f'1,2,"{text}"', "4,5,6") == [good("1", "2", text), good("4", "5", "6")]


def test_column_names_may_have_breaks_at_their_ends() -> None:
    """They are asked for without them, and row 1 is not read again."""
    assert rows('"a\n",b', "1,2") == [good("1", "2")]


def test_column_names_may_hold_lines_and_any_letters() -> None:
    """As spreadsheets write them: with breaks, and with spaces that do not break."""
    found = read_table(
        ['\ufeffa;"b;\n', 'c";date\u00a0de cl\u00f4ture;\u200d\n', "1;2;3;4\n"], ("date\u00a0de cl\u00f4ture",)
    )
    assert found.header == ("\ufeffa", "b;\nc", "date\u00a0de cl\u00f4ture", "\u200d")
    assert (found.delimiter, list(found.rows)) == (";", [good("1", "2", "3", "4")])
