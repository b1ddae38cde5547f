"""A case comes in: numbers, forms and the first priority (C1, C2, P11-P13)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportsla import (
    ALWAYS,
    ActorNotAllowed,
    DuplicateNumber,
    EventIncomplete,
    Intake,
    InvalidEvent,
    InvalidNumber,
    Plan,
    Priority,
    Status,
    UnknownPriority,
    Workflow,
    WrongType,
    check_number,
    check_numbers,
    first_priority,
    handle,
    next_number,
)
from supportsla.events import Actor, Opened
from supportsla.presets import apricot_anz, apricot_us, client_portal

AT = datetime(2026, 6, 12, 16, tzinfo=UTC)
ANA, BO = Actor("client", "ana"), Actor("support", "bo")
US, ANZ, PORTAL = apricot_us(), apricot_anz(), client_portal()


def opening(**more: Any) -> Opened:
    given: dict[str, Any] = {"number": "A-1", "subject": "", "at": AT, "by": ANA, **more}
    return Opened(**given)


# ---------------------------------------------------------------------------------------------------------- numbers


@pytest.mark.parametrize("number", ["", " ", "A-1 ", " A-1", "A\t1", "A\n", "A\x001", "x" * 101, None, 5])
def test_c1_a_number_is_a_short_printable_text(number: Any) -> None:
    """C1: anything else is refused, with what it should be."""
    with pytest.raises(InvalidNumber, match="expected a text of 1 to 100 characters"):
        check_number(number)


@pytest.mark.parametrize("number", ["1", "A-1", "Case 7", "№ 12", "x" * 100])
def test_c1_a_host_may_number_as_it_likes(number: str) -> None:
    """C1."""
    assert check_number(number) == number


def test_c1_a_number_is_given_once_in_a_batch() -> None:
    """C1: all that are not are named, with their places."""
    assert check_numbers(iter(["A-1", "A-2", "a-1"])) == ("A-1", "A-2", "a-1")
    with pytest.raises(DuplicateNumber, match="given twice: 'A-1' at 0, 2, 4; 'A-2' at 1, 3") as refused:
        check_numbers(["A-1", "A-2", "A-1", "A-2", "A-1", "A-3"])
    assert refused.value.positions == (("A-1", (0, 2, 4)), ("A-2", (1, 3)))
    with pytest.raises(WrongType, match="several numbers"):
        check_numbers("A-1")
    with pytest.raises(DuplicateNumber, match="; 90 more"):
        check_numbers([str(n) for n in range(100)] * 2)


@pytest.mark.parametrize(
    ("last", "following"),
    [("A-0099", "A-0100"), ("A-9", "A-10"), ("1", "2"), ("2026-7-009", "2026-7-010"), ("A-999", "A-1000")],
)
def test_c1_the_next_number_counts_on(last: str, following: str) -> None:
    """C1: the last digits, and as many of them."""
    assert next_number(last) == following


@pytest.mark.parametrize("last", ["A", "A-1a", "", "A-\uff11", "9" * 100])
def test_c1_a_number_without_a_digit_at_its_end_has_no_next(last: str) -> None:
    """C1: nor has one that would grow too long; digits are 0 to 9."""
    with pytest.raises(InvalidNumber):
        next_number(last)


@given(st.text(alphabet="AZ-019", min_size=1, max_size=12).filter(lambda text: text[-1].isdigit()))
def test_c1_numbers_that_follow_each_other_are_unique(last: str) -> None:
    """C1."""
    numbers = [last]
    for _ in range(120):
        numbers.append(next_number(numbers[-1]))
    assert check_numbers(numbers) == tuple(numbers)


# ------------------------------------------------------------------------------------------------------------ forms


@pytest.mark.parametrize("plan", [US, ANZ])
def test_c2_an_apricot_portal_case_names_all_that_it_lacks(plan: Plan) -> None:
    """C2: subject, description, priority and product; a blank is nothing."""
    with pytest.raises(EventIncomplete, match="on the channel 'portal' lacks: subject, description, ") as refused:
        handle(plan, None, opening(channel="portal", description="  "))
    assert refused.value.missing == ("subject", "description", "priority", "product")
    whole = {"subject": "Login", "description": "No.", "priority": "Business Down", "product": "Pears"}
    assert handle(plan, None, opening(channel="portal", **whole)).case.priority == "critical"
    for name in whole:
        for blank in ("", " "):
            with pytest.raises(EventIncomplete) as refused:
                handle(plan, None, opening(channel="portal", **{**whole, name: blank}))
            assert refused.value.missing == (name,)


def test_c2_the_other_portal_asks_for_product_category_and_details() -> None:
    """C2: product and details are mandatory; what it does not ask for is the plan's default."""
    (form,) = PORTAL.intake.forms
    assert [(field.name, field.mandatory) for field in form.fields] == [
        ("product", True),
        ("category", False),
        ("description", True),
    ]
    with pytest.raises(EventIncomplete) as refused:
        handle(PORTAL, None, opening(channel="portal", subject="critical"))
    assert refused.value.missing == ("product", "description")
    case = handle(PORTAL, None, opening(channel="portal", subject="critical", product="P", description="d")).case
    assert case.priority == "medium"


def test_c2_other_channels_ask_for_nothing() -> None:
    """C2: and every field of a form has a help text."""
    for channel in ("email", "chat", "phone", None):
        assert handle(US, None, opening(channel=channel)).case.priority == "medium"
    assert all(field.help for plan in (US, PORTAL) for form in plan.intake.forms for field in form.fields)


@pytest.mark.parametrize(
    ("more", "error", "text"),
    [
        ({"continues": "A-1"}, InvalidEvent, "Opened.continues is 'A-1'; allowed: another one: a text of 1 to 100"),
        ({"continues": ""}, InvalidEvent, "Opened.continues is ''"),
        ({"by": Actor("collaborator", "g")}, ActorNotAllowed, "a collaborator may not open a case; allowed: client"),
        ({"channel": "fax"}, InvalidEvent, "Opened.channel is 'fax'; allowed: portal, email"),
        ({"status": "Solved"}, InvalidEvent, "Opened.status is 'Solved'; allowed: New"),
        ({"priority": "urgent"}, InvalidEvent, "Opened.priority is 'urgent'; allowed: critical, high"),
    ],
)
def test_an_opening_that_may_not_be_is_refused(more: Any, error: type[Exception], text: str) -> None:
    """With the number, the instant and what is allowed."""
    with pytest.raises(error, match=f"case A-1, as of 2026-06-12 16:00:00.00:00: {text}"):
        handle(US, None, opening(**more))


def test_a_plan_without_a_default_needs_a_priority() -> None:
    """Which the error names as missing."""
    plan = attrs.evolve(US, intake=Intake())
    with pytest.raises(EventIncomplete, match="an opening lacks: priority"):
        handle(plan, None, opening())
    assert handle(plan, None, opening(priority="low")).case.priority == "low"


# -------------------------------------------------------------------------------------------------------- priorities


def test_p11_the_customer_sets_the_priority_in_the_portal() -> None:
    """P11: what the subject says does not count there."""
    found = first_priority(US, "portal", "critical", "low")
    assert (found.name, found.words, found.why) == ("low", "", "given")
    assert first_priority(US, "portal", "critical").why == "default"


CRITICAL = [
    *("critical", "CRITICAL: no login", "It is critical.", "business down", "Business-Down!", "businessdown"),
    *("severity 1", "Severity-1", "sev 1", "SEV1", "sev-1: help", "(sev 1)", "mission-critical", "critical priority"),
    *("priority: critical", "[Critical]", "not low, critical", "low priority? no, critical", "sev 1."),
]
OTHERS = [
    ("high priority", "high"),
    ("High-Priority request", "high"),
    ("priority: high", "high"),
    ("PRIORITY : Low", "low"),
    ("[ low ]", "low"),
    ("low priority, or [high]", "high"),
    ("non-critical, priority: low", "low"),
    ("not high priority but [low]", "low"),
    ("Medium  priority", "medium"),
    ("Not critical - priority: high", "high"),
    ("not critical priority: low", "low"),
    ("Low priority: printer", "low"),
    ("High priority: low disk space on server", "high"),
    ("High-priority: medium text is truncated", "high"),
    ("low\u2011priority", "low"),
    ("non\u2011critical [high]", "high"),
]
NOTHING = [
    *("", "hello", "criticality", "uncritical", "noncritical", "non-critical", "Non critical", "not critical"),
    *("no longer critical", "No  longer   business-down", "not a critical matter", "sev 10", "sev 1.5", "sev1a"),
    *("severity", "high", "Low-income form", "High school import", "highpriority", "priority high", "not [low]"),
    *("non\u2013critical bug", "no-longer critical", 'not "critical"', "not (critical)", "not [critical]"),
    *("not [high priority]", "not **critical**", "not [critical"),
    *("not high priority", "no longer priority: high", "priorities: high", "prepriority: high", "low prioritys"),
]


@pytest.mark.parametrize("subject", CRITICAL)
def test_p12_the_word_alone_is_enough_for_critical(subject: str) -> None:
    """P12: on every channel but a form's."""
    for plan in (US, ANZ, PORTAL):
        assert first_priority(plan, "email", subject).name == "critical"


@pytest.mark.parametrize(("subject", "name"), OTHERS)
def test_p12_the_others_need_a_form_that_says_priority(subject: str, name: str) -> None:
    """P12: of several the highest, and what is negated does not count."""
    assert first_priority(US, "chat", subject).name == name


@pytest.mark.parametrize("subject", NOTHING)
def test_p12_what_is_not_said_outright_sets_nothing(subject: str) -> None:
    """P12: then the case is medium."""
    found = first_priority(US, "phone", subject)
    assert (found.name, found.words, found.why) == ("medium", "", "default")


@pytest.mark.parametrize(
    ("subject", "words"),
    [
        ("Production is Business-Down since 9", "Business-Down"),
        ("Re: [ HIGH ] slow", "[ HIGH ]"),
        ("a low  priority wish", "low  priority"),
        ("İ non-critical, Sev1", "Sev1"),
    ],
)
def test_p12_the_words_that_decided_are_given(subject: str, words: str) -> None:
    """P12: as they stand in the subject."""
    assert first_priority(US, None, subject).words == words


SUBJECTS = [*CRITICAL, *NOTHING, *(text for text, _ in OTHERS)]


@given(st.sampled_from(SUBJECTS), st.sampled_from(["fyi ", "Re: ", "(", ""]))
def test_p12_case_and_spacing_do_not_matter(subject: str, before: str) -> None:
    """P12: nor what stands before."""
    expected = first_priority(US, "email", subject).name
    for written in (subject.upper(), subject.replace("-", " ").replace("non ", "non-"), before + subject):
        assert first_priority(US, "email", written).name == expected


def test_p12_another_desk_has_its_own_words() -> None:
    """P12: the plan's priorities and aliases, with whatever is in them."""
    plan = Plan(
        "ours",
        {"desk": ALWAYS},
        [Priority("P0", aliases=["Outage (total)"]), Priority("P1"), Priority("C++")],
        [],
        workflow=Workflow("ours", {"Open": Status(closed=True)}, "Open"),
        intake=Intake(by_word=["p-0", "C++"]),
    )
    said = {"outage (TOTAL) at 9": "P0", "P-1 priority": "P1", "P1 is slow": None, "a C++ bug": "C++"}
    assert {subject: first_priority(plan, "email", subject).name for subject in said} == said
    bare = Plan("bare", {"desk": ALWAYS}, [], [])
    assert first_priority(bare, None, "critical").name is None


def test_p13_the_emergency_line_is_critical_whatever_is_given() -> None:
    """P13."""
    found = first_priority(US, "emergency", "not critical", "low")
    assert (found.name, found.why) == ("critical", "channel")


def test_a_priority_or_subject_that_cannot_be_is_refused() -> None:
    """By name."""
    with pytest.raises(UnknownPriority):
        first_priority(US, "email", "", "urgent")
    wrong: Any = None
    with pytest.raises(WrongType, match="subject"):
        first_priority(US, "email", wrong)


@pytest.mark.parametrize("text", ["not ", "priority ", "no longer ", "sev ", "[ ", "critical-", "- ", "low \t"])
def test_p12_a_subject_of_any_length_is_read(text: str) -> None:
    """Hostile subjects do not hang: neither hundreds of thousands of words nor of spaces."""
    for subject in (text * 200_000, text + " " * 200_000 + text):
        assert first_priority(US, "email", subject + " [low]").name in ("low", "critical", "medium")
