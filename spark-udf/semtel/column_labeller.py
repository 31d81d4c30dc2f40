"""Labels for arrays of conversations, one result per array: what a column function needs."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyarrow as pa

from semtel.client import Client
from semtel.request import Request


@dataclass(frozen=True)
class ColumnLabeller:
    """Settings and schema, never a connection: it can be pickled."""

    client: Client
    request: Request
    answers: pa.Schema

    def label(self, conversations: Iterable[pa.Array]) -> Iterator[pa.StructArray]:
        """Label arrays of any length.

        Reads ahead while answers are awaited, yet gives back exactly one struct per array, of its length.
        """
        lengths: deque[int] = deque()

        def batches() -> Iterator[pa.RecordBatch]:
            for column in conversations:
                lengths.append(len(column))
                yield pa.RecordBatch.from_arrays([column], ["conversation"])

        type_ = pa.struct(list(self.answers))
        nothing = pa.array([], type_)
        parts: list[pa.StructArray] = []
        rows = 0
        for _, columns in self.client.answers(batches(), 0, self.request, self.answers):
            while lengths[0] == 0:
                lengths.popleft()
                yield nothing
            parts.append(pa.StructArray.from_arrays(columns, fields=list(type_)))
            rows += len(parts[-1])
            if rows == lengths[0]:
                lengths.popleft()
                yield pa.concat_arrays(parts)
                parts, rows = [], 0
        for _ in lengths:
            yield nothing
