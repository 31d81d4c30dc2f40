"""The column function as a pandas UDF: Series in, DataFrames out."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pyspark.sql.functions import pandas_udf
from pyspark.sql.types import StructType

from semtel.column_labeller import ColumnLabeller
from semtel.spark.one_column import one_column


def pandas_kind(labeller: ColumnLabeller, result: StructType) -> Any:
    """Wrap a labeller as a pandas UDF over an iterator of Series."""

    def run(conversations: Iterator[pd.Series]) -> Iterator[pd.DataFrame]:
        arrays = (pa.array([_plain(value) for value in series]) for series in map(one_column, conversations))
        for labels in labeller.label(arrays):
            columns = zip(labels.type, labels.flatten(), strict=True)
            yield pd.DataFrame({field.name: column.to_pylist() for field, column in columns})

    return pandas_udf(run, result)  # type: ignore[call-overload]


def _plain(value: Any) -> Any:
    """Undo numpy: Spark makes an array of each list, and pyarrow takes an empty one for numbers."""
    if isinstance(value, np.ndarray):
        return [_plain(element) for element in value]
    if isinstance(value, dict):
        return {name: _plain(element) for name, element in value.items()}
    return value
