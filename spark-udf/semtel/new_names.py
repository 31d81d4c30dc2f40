"""The names of the columns that a call adds to a frame."""

from __future__ import annotations

from collections.abc import Sequence

from semtel.errors import InvalidRequestError


def check_new_names(existing: Sequence[str], new: Sequence[str], case_sensitive: bool) -> None:
    """Refuse a name that would make two columns indistinguishable.

    Raises
    ------
    InvalidRequestError
        A ValueError that names the column.
    """
    fold = str if case_sensitive else str.lower
    there = {fold(name) for name in existing}
    for name in new:
        if fold(name) in there:
            raise InvalidRequestError(
                "column_exists",
                f'The frame already has a column "{name}"; drop or rename it, or give the new ones a prefix=.',
            )
