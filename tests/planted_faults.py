"""Faults that the tests of lifecycle, clocks and arrays must see: each is planted in a copy, whose tests must fail.

    python tests/planted_faults.py [NAME ...]

Prints a line a fault, and exits with 1 if one survives, or if the library as it is does not pass.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

PROJECT = Path(__file__).resolve().parent.parent
LIFECYCLE = ("tests/test_case.py", "tests/test_workflow.py", "tests/test_desk.py", "tests/test_case_laws.py")
CLOCKS = ("tests/test_clocks.py", "tests/test_clock_laws.py", "tests/test_clock_oracle.py")
VERSIONS = ("tests/test_versions.py",)
ARRAYS = ("tests/test_vector.py",)
TABLES = ("tests/test_vector_readings.py",)
WORKERS = ("tests/test_workers.py", "tests/test_dask.py")
GROUPS = (LIFECYCLE, CLOCKS, VERSIONS, ARRAYS, TABLES, WORKERS)
PATIENCE = 120


class Fault(NamedTuple):
    """What is wrong, in which module, and how: a text that stands there once, what takes its place, and who sees."""

    name: str
    module: str
    right: str
    wrong: str
    tests: tuple[str, ...] = LIFECYCLE


FAULTS = [
    Fault(
        "a timer is stamped with now instead of its due",
        "lifecycle",
        "event = firing(version, case, timer, due)",
        "event = firing(version, case, timer, EPOCH + until)",
    ),
    Fault(
        "an event is handled without catching up first",
        "lifecycle",
        "past = _caught_up(plan, case, event.at - EPOCH)",
        "past = list[_Happened]()",
    ),
    Fault(
        "one timer fires instead of all",
        "lifecycle",
        "while (pending := pending_timers(plan, case)) and pending[0][0] - EPOCH <= until:",
        "if (pending := pending_timers(plan, case)) and pending[0][0] - EPOCH <= until:",
    ),
    Fault(
        "a timer fires after what comes in at its instant",
        "lifecycle",
        "and pending[0][0] - EPOCH <= until:",
        "and pending[0][0] - EPOCH < until:",
    ),
    Fault(
        "of two timers at one instant the later row fires first",
        "timing",
        "sorted((pending for pending in dues if",
        "sorted((pending for pending in reversed(dues) if",
    ),
    Fault(
        "of two timers the later due fires first",
        "timing",
        "key=lambda pending: pending[0])",
        "key=lambda pending: EPOCH - pending[0])",
    ),
    Fault(
        "a view forgets the company",
        "case",
        "same_company = actor.company is not None and actor.company == case.opened.company",
        "same_company = actor.company is not None",
    ),
    Fault(
        "a role does not matter to a view",
        "case",
        'return actor.role == case.opened.requester.role == "client" and actor.id',
        "return actor.id",
    ),
    Fault(
        "no company is a company to share",
        "case",
        "same_company = actor.company is not None and actor.company == case.opened.company",
        "same_company = actor.company == case.opened.company",
    ),
    Fault(
        "an internal comment is in a client's copy",
        "case",
        "isinstance(event, MESSAGES):\n        return event.public\n",
        "isinstance(event, MESSAGES):\n        return True\n",
    ),
    Fault(
        "a reminder is sent after its move",
        "lifecycle",
        'superseded=notice.kind == "reminder" and happened.after.visit != case.visit',
        "superseded=False",
    ),
    Fault(
        "a reminder falls due after its move",
        "presets",
        "Timer(Remind(), every=day, times=3, zone=zone)",
        "Timer(Remind(), every=day, times=4, zone=zone)",
    ),
    Fault(
        "reminders are counted from the one before",
        "presets",
        "Timer(Remind(), every=day, times=3, zone=zone)",
        'Timer(Remind(), every=day, times=3, since="fired", zone=zone)',
    ),
    Fault(
        "a timer of an earlier visit counts as fired",
        "case",
        '    draft["fired"] = ()\n',
        "",
    ),
    Fault(
        "a priority changes without an explanation",
        "judging",
        'PriorityChanged: ("to", "explanation")',
        'PriorityChanged: ("to",)',
    ),
    Fault(
        "a client changes a priority",
        "judging",
        'PriorityChanged: ("support",)',
        'PriorityChanged: ("client", "support")',
    ),
    Fault(
        "a further update of a closed case has a key of its own",
        "notices",
        'case.visit if kind == "open_follow_up" else case.version',
        "case.version",
    ),
    Fault(
        "a clock is missed at its due, though done then",
        "promises",
        "if done <= due:",
        "if done < due:",
        CLOCKS,
    ),
    Fault(
        "a clock is past due only after its due",
        "promises",
        'return "late" if at >= due else "pending"',
        'return "late" if at > due else "pending"',
        CLOCKS,
    ),
    Fault(
        "an internal comment is a first response",
        "exchanges",
        "if event.public and role in _SAYS else ()",
        "if role in _SAYS else ()",
        CLOCKS,
    ),
    Fault(
        "what the system sends is a first response",
        "exchanges",
        '_SAYS = {"client": "client_update", "support": "reply"}',
        '_SAYS = {"client": "client_update", "support": "reply", "system": "reply"}',
        CLOCKS,
    ),
    Fault(
        "a wait moves no due",
        "terms",
        "amount += waited",
        "pass",
        CLOCKS,
    ),
    Fault(
        "a raised priority forgets the old due",
        "terms",
        "return new if due_under(new, pauses) < due_under(old, pauses) else old",
        "return new",
        CLOCKS,
    ),
    Fault(
        "a lowered priority counts from the change",
        "terms",
        '*_terms(scope, exchange, priority, exchange.started), "from_start")',
        '*_terms(scope, exchange, priority, at), "from_start")',
        CLOCKS,
    ),
    Fault(
        "a clock that is done is priced anew",
        "exchanges",
        "        if self.live is not None:\n            self.live.price(at, priority)",
        "        if self.found:\n            self.found[-1].price(at, priority)",
        CLOCKS,
    ),
    Fault(
        "the cadence goes on from the answer when the wait ends",
        "exchanges",
        "            self.halted = None\n            self.begin(at)",
        "            self.begin(at, self.halted and Exchange(self.metric.name, self.halted.started, self.priority))",
        CLOCKS,
    ),
    Fault(
        "time between closing and reopening counts",
        "exchanges",
        "            self.live.pauses += self.idle\n",
        "",
        CLOCKS,
    ),
    Fault(
        "what fell due since the last event has not happened",
        "logs",
        "step = advance(plan, replay(log), now)",
        "step = advance(plan, replay(log), log[-1].at)",
        CLOCKS,
    ),
    Fault(
        "the next due is the present one",
        "clocks",
        "if due.at - EPOCH > log.now]",
        "if due.at - EPOCH >= log.now]",
        CLOCKS,
    ),
    Fault(
        "a warning is no change",
        "clocks",
        'yield Due(comes, "warning", reading.metric)',
        "pass",
        CLOCKS,
    ),
    Fault(
        "a wait through two statuses is two waits",
        "clocks",
        "while first and pauses[first - 1][1] == since:",
        "if first and pauses[first - 1][1] == since:",
        CLOCKS,
    ),
    Fault(
        "a version is in force only after its instant",
        "plan",
        "bisect_right(plan.index.starts, at) - 1",
        "max(bisect_right(plan.index.starts, at - timedelta(microseconds=1)) - 1, 0)",
        VERSIONS,
    ),
    Fault(
        "before the first version, the first one judges",
        "plan",
        "    if at < plan.index.starts[0]:\n",
        "    if False:\n",
        VERSIONS,
    ),
    Fault(
        "a clock is judged by the version in force at its end",
        "clocks",
        "yield _reading(_scope(plan, channel, exchange.started), exchange, log.now)",
        "yield _reading(_scope(plan, channel, exchange.done or exchange.started), exchange, log.now)",
        VERSIONS,
    ),
    Fault(
        "a clock goes on by the version in force, not its own",
        "exchanges",
        "        if self.live is None and self.halted is None:\n            self.turn(at)\n",
        "        self.turn(at)\n",
        VERSIONS,
    ),
    Fault(
        "what starts the next clock is for the old version",
        "exchanges",
        "        self.turn(clock.started)\n",
        "",
        VERSIONS,
    ),
    Fault(
        "what is not started is shown by the version in force now",
        "clocks",
        "latest = log.opened.channel, version_of(plan, log.at - EPOCH).plan",
        "latest = log.opened.channel, version_of(plan, log.now).plan",
        VERSIONS,
    ),
    Fault(
        "all timers are of the version in force when the status was entered",
        "timing",
        "version_of(plan, _since(case, since) - EPOCH)",
        "version_of(plan, case.entered - EPOCH)",
        VERSIONS,
    ),
    Fault(
        "all timers are of the version in force at the latest event",
        "timing",
        "version_of(plan, _since(case, since) - EPOCH)",
        "version_of(plan, case.at - EPOCH)",
        VERSIONS,
    ),
    Fault(
        "of two versions' timers at one instant the older version's fires first",
        "timing",
        "sorted(found, key=lambda row: row[:2])",
        "sorted(found, key=lambda row: row[1])",
        VERSIONS,
    ),
    Fault(
        "an event is judged by the newest version",
        "lifecycle",
        "judged(judge_at(plan, event.at), case, event)",
        "judged(plan, case, event)",
        VERSIONS,
    ),
    Fault(
        "a move that follows from an event is the newest version's",
        "lifecycle",
        "_where_to(judge_at(plan, event.at), case, event)",
        "_where_to(plan, case, event)",
        VERSIONS,
    ),
    Fault(
        "a grid goes on by the version in force at the answer",
        "clocks",
        "priced(_scope(plan, channel, ended.started), ended)",
        "priced(_scope(plan, channel, done), ended)",
        VERSIONS,
    ),
    Fault(
        "an amount that is due beyond the compiled years is not searched for",
        "vector/kernel",
        "return _either(odd, beyond)",
        "return _either(odd, None)",
        ARRAYS,
    ),
    Fault(
        "an open boundary is taken for a closed one",
        "vector/kernel",
        'return int(side == "close")',
        "return 1",
        ARRAYS,
    ),
    Fault(
        "no amount at all moves a closed start to the last closing",
        "vector/kernel",
        "np.copyto(found, at, where=np.asarray(amounts) == 0)",
        "np.copyto(found, found, where=np.asarray(amounts) == 0)",
        ARRAYS,
    ),
    Fault(
        "what is out of range is answered as if it were missing",
        "vector/columns",
        "np.where(self.missing(rows), NONE, NONE + 1)",
        "np.where(self.missing(rows), NONE, NONE)",
        ARRAYS,
    ),
    Fault(
        "years before those compiled are not looked at",
        "vector/kernel",
        "if timeline.first_year > FIRST_YEAR and",
        "if timeline.first_year > LAST_YEAR and",
        ARRAYS,
    ),
    Fault(
        "keys are taken to be as far apart as the farthest",
        "vector/grids",
        "np.min(keys[depth:] - keys[:-depth], initial=length)",
        "np.max(keys[depth:] - keys[:-depth], initial=1)",
        ARRAYS,
    ),
    Fault(
        "a key counts as reached a tick late",
        "vector/grids",
        "np.append(finer, _FAR)",
        "np.append(finer + 1, _FAR)",
        ARRAYS,
    ),
    Fault(
        "a cell of several keys is cut at the first alone",
        "vector/grids",
        "inside[nth_in_cell < level]",
        "inside[nth_in_cell < 1]",
        ARRAYS,
    ),
    Fault(
        "one amount for all rows crosses a closing a tick early",
        "vector/arrays",
        "used = after - amount + left",
        "used = after - amount",
        ARRAYS,
    ),
    Fault(
        "one amount for all rows is due later the later it starts in a gap",
        "vector/arrays",
        "dues + closes[window] - keys",
        "dues + length - keys",
        ARRAYS,
    ),
    Fault(
        "the dues of one amount are kept for both boundaries",
        "vector/kernel",
        "grids.dues(amounts, first)",
        "grids.dues(amounts, 1)",
        ARRAYS,
    ),
    Fault(
        "an amount that is not positive is used up as if it were",
        "vector/kernel",
        "if np.minimum.reduce(amounts) > 0:",
        "if np.minimum.reduce(amounts) > NONE:",
        ARRAYS,
    ),
    Fault(
        "rows that had to be searched for are not looked at for errors",
        "vector/__init__",
        "chunks(found.size if self.kernel.searched else 0)",
        "chunks(0 if self.kernel.searched else found.size)",
        ARRAYS,
    ),
    Fault(
        "a slot of equally long windows is too narrow for one and the cell after it",
        "vector/grids",
        "(width + cell + 1).bit_length()",
        "width.bit_length()",
        ARRAYS,
    ),
    Fault(
        "a slot of equally long windows ends with its window, not a tick later",
        "vector/grids",
        "closes + 1",
        "closes + 0",
        ARRAYS,
    ),
    Fault(
        "windows are counted as equally long where the first are",
        "vector/grids",
        "(closes - opens == width).all()",
        "(closes - opens == width)[:2].all()",
        ARRAYS,
    ),
    Fault(
        "keys are taken to be at even steps where the first are",
        "vector/grids",
        "np.array_equal(keys, np.arange(count) * step)",
        "np.array_equal(keys[:2], np.arange(count)[:2] * step)",
        ARRAYS,
    ),
    Fault(
        "the end of all years is an answer",
        "vector/arrays",
        "self.last - 1 - self.start",
        "self.last - self.start",
        ARRAYS,
    ),
    Fault(
        "a row that is missing in part is refused for the rest of it",
        "vector/__init__",
        "known & ~column.fair(rows)",
        "~column.missing(rows) & ~column.fair(rows)",
        ARRAYS,
    ),
    Fault(
        "no amount at all is due at the opening after",
        "vector/kernel",
        'amounts >= (first := int(side != "open")):',
        'amounts >= (first := int(side != "open" and amounts > 0)):',
        ARRAYS,
    ),
    Fault(
        "the dues of one amount take more levels than two looks",
        "vector/arrays",
        "before.depth + max(reached.depth, 1)",
        "before.depth + reached.depth + 2",
        ARRAYS,
    ),
    Fault(
        "a day counted back ends at a midnight that is none",
        "vector/kernel",
        "ended := closed & (self._clock",
        "ended := ~closed & (self._clock",
        ARRAYS,
    ),
    Fault(
        "what is done at the due is late in a table",
        "vector/clock_tables",
        "kept, late = at <= due, at <= limit",
        "kept, late = at < due, at <= limit",
        TABLES,
    ),
    Fault(
        "a clock of a table that has not started is cancelled, not forgotten",
        "vector/folds",
        "unborn = self.started[live] > ends",
        "unborn = self.started[live] > ends + 2**60",
        TABLES,
    ),
    Fault(
        "a lowered priority counts from the change in a table",
        "vector/term_tables",
        "((how == FAIR) & lowered)",
        "((how == FAIR) & ~lowered)",
        TABLES,
    ),
    Fault(
        "a pause that begins at the due moves it in a table",
        "vector/term_tables",
        "on = (due[rows] > low) |",
        "on = (due[rows] >= low) |",
        TABLES,
    ),
    Fault(
        "each task compiles its calendar anew",
        "frames/workers",
        "question._replace(calendar=_kept(question.calendar))",
        "question",
        WORKERS,
    ),
    Fault(
        "a stream is cut within a case",
        "frames/workers",
        'pc.index(table["case"], table["case"][-1]).as_py()',
        "len(table) - 1",
        WORKERS,
    ),
    Fault(
        "the events of a log stay in the partitions that they are in",
        "frames/dask",
        'events.shuffle(on="case")',
        "events",
        WORKERS,
    ),
    Fault(
        "a log is brought together in one partition",
        "frames/dask",
        'events.shuffle(on="case")',
        "events.repartition(npartitions=1)",
        WORKERS,
    ),
    Fault(
        "a frame of Dask is computed when it is asked",
        "frames/dask",
        "asked = frame[[*dict.fromkeys(names)]]",
        "asked = frame[[*dict.fromkeys(names)]].persist()",
        WORKERS,
    ),
]


def survives(fault: Fault | None, tests: tuple[str, ...]) -> bool:
    """Whether the tests pass on a copy of the library with the fault in it."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "src"
        shutil.copytree(PROJECT / "src", source, ignore=shutil.ignore_patterns("__pycache__"))
        if fault is not None:
            module = source / "supportsla" / f"{fault.module}.py"
            text = module.read_text(encoding="utf-8")
            if text.count(fault.right) != 1:
                raise SystemExit(
                    f"{fault.name}: {fault.right!r} stands {text.count(fault.right)} times in {fault.module}"
                )
            module.write_text(text.replace(fault.right, fault.wrong), encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "-q", "-x", "--no-cov", "-p", "no:cacheprovider", *tests]
        command.append("--hypothesis-profile=faults")
        command += ["-o", f"pythonpath={source} tests"]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
        environment["HYPOTHESIS_STORAGE_DIRECTORY"] = folder
        try:
            done = subprocess.run(
                command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False, timeout=PATIENCE
            )
        except subprocess.TimeoutExpired:
            return False
        if fault is None and done.returncode:
            print(done.stdout, done.stderr, sep="\n")
        return done.returncode == 0


def main(names: list[str]) -> int:
    """Plant them one by one, each in a copy of its own, as many at a time as there are processors."""
    chosen = [fault for fault in FAULTS if not names or fault.name in names]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        if not all(pool.map(survives, [None] * len(GROUPS), GROUPS)):
            print("the library as it is does not pass, so nothing is proved")
            return 1
        survivors = 0
        for fault, survived in zip(chosen, pool.map(survives, chosen, [fault.tests for fault in chosen]), strict=True):
            survivors += survived
            print(f"{'SURVIVES' if survived else 'seen':<9} {fault.name}", flush=True)
    return int(survivors > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
