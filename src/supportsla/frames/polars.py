"""The namespace `sla` of Polars: `import supportsla.frames.polars`, and every expression and series has it."""

from __future__ import annotations

from typing import Any

from supportsla.errors import MissingExtra

from .accessors import Accessor
from .kinds import expression
from .questions import Question, answer_of, series

try:
    import polars as pl
except ImportError:
    raise MissingExtra("supportsla.frames.polars", "polars") from None

__all__ = ["SLA", "SeriesSLA"]


@pl.api.register_expr_namespace("sla")
class SLA(Accessor[pl.Expr]):
    """What an expression of stamps answers, as an expression; a text names another column. Lazy frames stay lazy.

    >>> import polars as pl
    >>> import supportsla.frames.polars
    >>> from supportsla import BusinessCalendar, business_hours
    >>> desk = BusinessCalendar("America/Chicago", "Mo-Fr 07:00-19:00")
    >>> tickets = pl.DataFrame({"opened": ["2026-06-12 17:00"]})
    >>> opened = pl.col("opened").str.to_datetime(time_zone="America/Chicago")
    >>> print(tickets.select(opened.sla.deadline(desk, business_hours(4))).item())
    2026-06-15 09:00:00-05:00
    """

    _others = (pl.Expr, str)

    def _answer(self, question: Question, *others: Any) -> pl.Expr:
        columns = (pl.col(other) if isinstance(other, str) else other for other in others)
        answer: pl.Expr = expression(question, [self._column, *columns])
        return answer


@pl.api.register_series_namespace("sla")
class SeriesSLA(Accessor[pl.Series]):
    """What a series of stamps answers, as a series of its name.

    >>> import polars as pl
    >>> import supportsla.frames.polars
    >>> from supportsla import BusinessCalendar
    >>> desk = BusinessCalendar("America/Chicago", "Mo-Fr 07:00-19:00")
    >>> opened = pl.Series(["2026-06-13 17:00"]).str.to_datetime(time_zone="America/Chicago")
    >>> print(opened.sla.next_open(desk).item())
    2026-06-15 07:00:00-05:00
    """

    _others = (pl.Series,)

    def _answer(self, question: Question, *others: Any) -> pl.Series:
        columns = [series(column) for column in (self._column, *others)]
        answer: pl.Series = answer_of(question, columns).to_native()
        return answer
