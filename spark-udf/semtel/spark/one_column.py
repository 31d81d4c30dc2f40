"""What a column function is called with."""

from __future__ import annotations

from typing import TypeVar

from semtel.errors import InvalidRequestError

Column = TypeVar("Column")


def one_column(given: Column) -> Column:
    """Return the column; Spark hands over several columns, or none, as a tuple.

    Raises
    ------
    InvalidRequestError
        Telling how many there were.
    """
    if isinstance(given, tuple):
        raise InvalidRequestError(
            "bad_option", f"The function takes one column, the conversation; it was called with {len(given)}."
        )
    return given
