"""The column function as a pandas UDF: Series in, DataFrames out."""

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pyarrow as pa
from pyspark.sql.functions import pandas_udf
from pyspark.sql.types import StructType

from semtel.spark.column_labeller import ColumnLabeller


def pandas_kind(labeller: ColumnLabeller, result: StructType) -> Any:
    """Wrap a labeller as a pandas UDF over an iterator of Series."""

    def run(conversations: Iterator[pd.Series]) -> Iterator[pd.DataFrame]:
        arrays = (pa.Array.from_pandas(series) for series in conversations)
        for labels in labeller.label(arrays):
            columns = zip(labels.type, labels.flatten(), strict=True)
            yield pd.DataFrame({field.name: column.to_pylist() for field, column in columns})

    return pandas_udf(run, result)  # type: ignore[call-overload]
