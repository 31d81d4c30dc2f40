"""The column function as an Arrow UDF: arrays in, arrays out."""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
from pyspark.sql.functions import arrow_udf
from pyspark.sql.types import StructType

from semtel.column_labeller import ColumnLabeller
from semtel.spark.one_column import one_column


def arrow_kind(labeller: ColumnLabeller, result: StructType) -> Any:
    """Wrap a labeller as an Arrow UDF over an iterator of arrays."""

    def run(conversations: Iterator[pa.Array]) -> Iterator[pa.Array]:
        yield from labeller.label(map(one_column, conversations))

    return arrow_udf(run, result)  # type: ignore[call-overload]
