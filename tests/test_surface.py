"""The public surface: names, imports, errors, docstrings, and no clock and no I/O anywhere in the core."""

from __future__ import annotations

import ast
import doctest
import importlib
import inspect
import os
import pickle
import pkgutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType

import pytest

import supportsla
from supportsla import errors
from supportsla.errors import MissingExtra
from supportsla.findings import Finding

SOURCE = Path(supportsla.__file__).parent
MODULES = sorted(
    module.name.removeprefix("supportsla.") for module in pkgutil.walk_packages([str(SOURCE)], "supportsla.")
)
COMMAND = {"__main__", "cli", "printing"}
CONTRACT = {
    *("ALWAYS", "BusinessCalendar", "Window", "business_hours", "business_days", "calendar_hours", "calendar_days"),
    *("Duration", "deadline", "elapsed", "explain", "explain_elapsed", "is_open", "next_open", "next_close", "windows"),
    *("public_holidays", "recurring", "SupportSLAError", "NaiveDatetime", "OutOfRange", "NeverOpens", "NeverCloses"),
    *("TransitionNotAllowed", "promise", "Plan", "Target", "Workflow", "handle", "advance", "timers", "replay"),
    *("visible_events", "check_history", "lint", "readings", "next_due", "dump", "load", "freeze", "digest", "diff"),
    "in_force",
}


def module(name: str) -> ModuleType:
    try:
        return importlib.import_module(f"supportsla.{name}")
    except MissingExtra as error:
        pytest.skip(str(error))


def public() -> Iterator[tuple[str, object]]:
    for name in supportsla.__all__:
        yield name, getattr(supportsla, name)


def test_the_contract_is_exported() -> None:
    """Other programs are written against these names."""
    assert set(supportsla.__all__) >= CONTRACT


@pytest.mark.parametrize("name", ["", *MODULES])
def test_every_export_exists_and_is_listed_once_in_order(name: str) -> None:
    """In the package and in every module."""
    found = module(name) if name else supportsla
    assert list(found.__all__) == sorted(
        set(found.__all__), key=lambda name: (not name.isupper(), not name[0].isupper(), name)
    )
    assert all(hasattr(found, name) for name in found.__all__)


def test_no_module_is_named_like_a_public_function() -> None:
    """Importing it late would replace the function."""
    assert not {name for name, _ in public()} & set(MODULES)


def test_importing_the_library_imports_nothing_heavy() -> None:
    """Not holidays, dateutil, numpy, nor what only an error message needs."""
    heavy = "holidays dateutil numpy pandas hypothesis pytest asyncio difflib socket tzdata click rich cattrs"
    heavy = f"{heavy} jsonschema icalendar narwhals polars pyarrow duckdb dask pyspark"
    code = f"import sys, supportsla; print([m for m in {heavy.split()} if m in sys.modules])"
    unmeasured = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env=unmeasured)
    assert found.stdout.strip() == "[]"


FORBIDDEN_CALLS = {"now", "utcnow", "today", "open", "print", "input", "time_ns", "monotonic", "perf_counter", "sleep"}
FORBIDDEN_IMPORTS = {"time", "socket", "os", "pathlib", "io", "random", "threading", "logging", "subprocess"}


@pytest.mark.parametrize("name", sorted(set(MODULES) - COMMAND))
def test_the_core_reads_no_clock_and_does_no_input_or_output(name: str) -> None:
    """Time is an argument."""
    source = inspect.getsource(module(name))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            assert called not in FORBIDDEN_CALLS, f"{name}:{node.lineno}"
        if isinstance(node, ast.Import):
            assert not {alias.name.split(".")[0] for alias in node.names} & FORBIDDEN_IMPORTS
        if isinstance(node, ast.ImportFrom):
            assert (node.module or "").split(".")[0] not in FORBIDDEN_IMPORTS


def test_every_public_function_and_class_has_a_docstring_with_an_example() -> None:
    """Errors are named for what they say; data classes that only answers are made of need none."""
    answers = {"Promise", "Explanation", "Stretch", "Calendar", "CombinedCalendar"}
    answers |= {
        "Case",
        "Change",
        "Due",
        "Held",
        "QueueKey",
        "Reading",
        "WhatIf",
        "FirstPriority",
        "FollowUp",
        "Notice",
        "PendingTimer",
        "StaffedChannel",
        "Step",
        "Violation",
    }
    for name, thing in public():
        if inspect.isfunction(thing) or inspect.isclass(thing):
            documented = inspect.getdoc(thing)
            assert documented, name
            is_error = inspect.isclass(thing) and issubclass(thing, errors.SupportSLAError)
            if name not in answers and not is_error:
                assert ">>>" in documented, name


@pytest.mark.parametrize("name", ["", *MODULES])
def test_every_example_in_a_docstring_runs(name: str) -> None:
    """As it is printed."""
    found = doctest.testmod(module(name) if name else supportsla)
    assert found.failed == 0


NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
EXAMPLES = [
    errors.WrongType("start", 5, "a datetime"),
    errors.InvalidChoice("boundary", "x", ("close", "open")),
    errors.NaiveDatetime("start", NOON.replace(tzinfo=None)),
    errors.OutOfRange("start", NOON, "years"),
    errors.NeverOpens(NOON, NOON),
    errors.NeverCloses(NOON, NOON),
    errors.UnknownZone("x", "did you mean y?"),
    errors.UnknownHolidays("country", "XX", ("US",)),
    errors.InvalidHours("x", 0, "expected days"),
    errors.InvalidDuration("x", "a text"),
    errors.InvalidRecurrence("x", "why"),
    errors.InvalidWindow(NOON, NOON),
    errors.UnknownPriority("x", ()),
    errors.UnknownCalendar("x", ("desk",)),
    errors.UnknownColumn("opend", ("opened",)),
    errors.NoTarget("first_response", "low", ()),
    errors.InvalidPlan("ours", (Finding("repeated_name", "error", "targets[0]", "wrong"),)),
    errors.InvalidICalendar((("line 1", "expected BEGIN:VCALENDAR"),)),
    errors.InvalidTable(("row 1 has no column 'opened'",)),
    errors.InvalidDocument("plan", (Finding("unknown_key", "error", "targets[0].dew", "wrong"),)),
    errors.MissingExtra("load", "documents"),
    errors.UnknownStatus("x", ("New",)),
    errors.NoWorkflow("ours"),
    errors.InvalidWorkflow("ours", (Finding("timer_zone", "error", "workflow", "wrong"),)),
    errors.EventRefused("A-1", NOON, "it may not be", ("that",)),
    errors.TransitionNotAllowed("A-1", NOON, ("Solved", "New"), "support 'bo'", ("Closed",)),
    errors.ActorNotAllowed("A-1", NOON, "they may not", ("support",)),
    errors.EventOutOfOrder("A-1", NOON, "it is older", ("later ones",)),
    errors.EventIncomplete("A-1", NOON, "it lacks: to", ("to",)),
    errors.InvalidEvent("A-1", NOON, "it cannot be", ("that",)),
    errors.CaseClosed("A-1", NOON, "it is closed", ("a new case",)),
    errors.CaseExists("A-1", NOON, "it is open already", ("None",)),
    errors.CaseNotOpened("Commented", NOON),
    errors.InvalidNumber("", "a text"),
    errors.DuplicateNumber((("A-1", (0, 3)),)),
    errors.EntitlementExhausted(timedelta(hours=1), timedelta(hours=2)),
]


def test_every_error_is_shown_below() -> None:
    """None is forgotten."""
    assert {type(error).__name__ for error in EXAMPLES} == set(errors.__all__) - {"SupportSLAError"}


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_an_error_is_one_of_ours_and_a_builtin_says_something_and_survives_a_pickle(
    error: errors.SupportSLAError,
) -> None:
    """So that it crosses processes, and a caller who knows only the builtin catches it."""
    assert isinstance(error, ValueError | TypeError | LookupError | ImportError)
    copied = pickle.loads(pickle.dumps(error))
    assert (type(copied), str(copied), vars(copied)) == (type(error), str(error), vars(error))
    assert len(str(error)) > 20
    assert all(value is not None for value in vars(error).values())


@pytest.mark.parametrize(
    "make",
    [
        lambda huge: errors.WrongType("start", huge, "a datetime"),
        lambda huge: errors.InvalidChoice("boundary", huge, ("close", "open")),
        lambda huge: errors.InvalidHours(huge, 500_000, "expected days"),
        lambda huge: errors.InvalidDuration(huge, "a text"),
        lambda huge: errors.InvalidRecurrence(huge, "why"),
        lambda huge: errors.UnknownZone(huge, "why"),
        lambda huge: errors.UnknownHolidays("country", huge, ("US",)),
        lambda huge: errors.UnknownPriority(huge, ("low",)),
        lambda huge: errors.NoTarget(huge, "low", ()),
    ],
)
def test_a_huge_value_is_not_repeated_whole(make: Callable[[str], errors.SupportSLAError]) -> None:
    """A message stays readable."""
    assert len(str(make("x" * 1_000_000))) < 400
