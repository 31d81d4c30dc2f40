"""From record batches of any size to slices small enough for one exchange."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import pyarrow as pa

from semtel.conversation import plain_column
from semtel.request import CONVERSATION, ROW

# Row numbers are int32 and begin again after this many.
_ROW_NUMBERS = 1 << 31

_QUESTION_NAMES = [ROW, CONVERSATION]


class Slice(NamedTuple):
    """Some rows of the input, and what is sent of them."""

    rows: pa.RecordBatch
    question: pa.RecordBatch


def slices(batches: Iterable[pa.RecordBatch], conversation: int, batch_rows: int, batch_bytes: int) -> Iterator[Slice]:
    """Cut batches into slices; every row is in exactly one, in order.

    Parameters
    ----------
    batches : iterable of RecordBatch
        Input; the columns are not copied.
    conversation : int
        Position of the conversation column.
    batch_rows, batch_bytes : int
        Bounds of a slice; a single row may be larger than ``batch_bytes``.
    """
    first = 0
    for batch in batches:
        for start in range(0, batch.num_rows, batch_rows):
            rows = batch.slice(start, batch_rows)
            column = plain_column(rows.column(conversation))
            for offset, length in _parts(column, 0, len(column), batch_bytes):
                numbers = pa.array((n % _ROW_NUMBERS for n in range(first, first + length)), pa.int32())
                question = pa.RecordBatch.from_arrays([numbers, column.slice(offset, length)], _QUESTION_NAMES)
                yield Slice(rows.slice(offset, length), question)
                first += length


def _parts(column: pa.Array, offset: int, length: int, max_bytes: int) -> Iterator[tuple[int, int]]:
    """Halve a range until each part fits."""
    if length > 1 and column.slice(offset, length).nbytes > max_bytes:
        half = length // 2
        yield from _parts(column, offset, half, max_bytes)
        yield from _parts(column, offset + half, length - half, max_bytes)
    elif length:
        yield offset, length
