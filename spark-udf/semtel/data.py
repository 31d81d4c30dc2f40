"""Any Arrow data as a stream of record batches."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from semtel.errors import InvalidRequestError


def reader_of(data: Any) -> pa.RecordBatchReader:
    """Read a Table, RecordBatch, RecordBatchReader, dataset, anything with ``__arrow_c_stream__``, or batches.

    Raises
    ------
    InvalidRequestError
        Where ``data`` is none of these.
    """
    if isinstance(data, pa.RecordBatchReader):
        return data
    if isinstance(data, pa.RecordBatch):
        return pa.RecordBatchReader.from_batches(data.schema, [data])
    if isinstance(data, pa.Table):
        return data.to_reader()
    if hasattr(data, "scanner"):
        return data.scanner().to_reader()
    if hasattr(data, "__arrow_c_stream__"):
        return pa.RecordBatchReader.from_stream(data)
    if isinstance(data, Iterable):
        return _reader_of_batches(data)
    raise InvalidRequestError(
        "bad_data",
        f"Cannot read {type(data).__name__} as Arrow data; pass a pyarrow Table or record batches.",
    )


def _reader_of_batches(batches: Iterable[pa.RecordBatch]) -> pa.RecordBatchReader:
    source = iter(batches)
    first = next(source, None)
    if not isinstance(first, pa.RecordBatch):
        what = "nothing" if first is None else type(first).__name__
        raise InvalidRequestError("bad_data", f"Expected an iterable of record batches; it yields {what}.")
    return pa.RecordBatchReader.from_batches(first.schema, itertools.chain([first], source))
