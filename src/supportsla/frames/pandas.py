"""The accessor `sla` of pandas: `import supportsla.frames.pandas`, and every Series of stamps has it."""

from __future__ import annotations

from typing import Any

from supportsla.errors import InvalidTable, MissingExtra

from .accessors import Accessor
from .questions import Question, answer_of, series

try:
    import pandas as pd
except ImportError:
    raise MissingExtra("supportsla.frames.pandas", "pandas") from None

__all__ = ["SLA"]


@pd.api.extensions.register_series_accessor("sla")
class SLA(Accessor[Any]):
    """What a Series of stamps answers, as a Series of its index and name; another Series is aligned with it first.

    >>> import pandas as pd
    >>> import supportsla.frames.pandas
    >>> from supportsla import BusinessCalendar, business_hours
    >>> desk = BusinessCalendar("America/Chicago", "Mo-Fr 07:00-19:00")
    >>> opened = pd.Series(pd.to_datetime(["2026-06-12 17:00"]).tz_localize("America/Chicago"))
    >>> print(opened.sla.deadline(desk, business_hours(4)).to_string())
    0   2026-06-15 09:00:00-05:00
    """

    _others = (pd.Series,)

    def _answer(self, question: Question, *others: Any) -> Any:
        index = self._column.index
        try:
            aligned = [other if other.index.equals(index) else other.reindex(index) for other in others]
        except ValueError:
            raise InvalidTable(
                ("the Series have other labels, and some twice, so that rows cannot be paired",)
            ) from None
        columns = [series(column) for column in (self._column, *aligned)]
        return answer_of(question, columns).to_native()
