"""How a contestant that has to be started first is asked, and that it may not be there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass


class LeftOut(Exception):
    """Why an engine is not there."""


@dataclass(frozen=True)
class Way:
    """How a contestant answers: `run` is timed, `prepare` comes before each run, `dues` reads what the last run found.

    The dues are instants of UTC in the order of the rows, or microseconds.
    """

    run: Callable[[], object]
    dues: Callable[[], object]
    prepare: Callable[[], object] | None = None

    def answers(self) -> object:
        """Run once, and read the dues."""
        if self.prepare:
            self.prepare()
        self.run()
        return self.dues()


Ways = Mapping[str, Way]
