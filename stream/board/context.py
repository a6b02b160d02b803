"""What every part of the board's server works with."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from stream.board.freshness import Changes, Freshness
from stream.board.marks import Marks
from stream.board.metrics import BoardMetrics
from stream.board.security import Guard
from stream.board.settings import BoardSettings
from stream.board.store import Store


@dataclass(frozen=True)
class Context:
    """The store, the marks, and what is known of their freshness."""

    settings: BoardSettings
    store: Store
    marks: Marks
    freshness: Freshness
    changes: Changes
    metrics: BoardMetrics
    guard: Guard


def _context(request: Request) -> Context:
    context: Context = request.app.state.context
    return context


Board = Annotated[Context, Depends(_context)]
