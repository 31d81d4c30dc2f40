"""The Spark types of answers."""

from __future__ import annotations

import pyarrow as pa
from pyspark.sql import types

from semtel.errors import AnswerError

# The only types an answer is made of: the kinds of declared outputs, and int32 counts.
_LEAVES: dict[pa.DataType, type[types.DataType]] = {
    pa.string(): types.StringType,
    pa.int64(): types.LongType,
    pa.int32(): types.IntegerType,
    pa.float64(): types.DoubleType,
    pa.bool_(): types.BooleanType,
}


def spark_schema(schema: pa.Schema, prefix: str = "") -> types.StructType:
    """Return the answer columns as Spark fields, names with ``prefix``."""
    return types.StructType(
        [types.StructField(prefix + field.name, _spark_type(field.type), nullable=True) for field in schema]
    )


def _spark_type(type_: pa.DataType) -> types.DataType:
    if type_ in _LEAVES:
        return _LEAVES[type_]()
    if pa.types.is_list(type_):
        return types.ArrayType(_spark_type(type_.value_type))
    if pa.types.is_struct(type_):
        return types.StructType([types.StructField(f.name, _spark_type(f.type), nullable=True) for f in type_])
    raise AnswerError("schema", f"The server declares an answer of type {type_}, which no classifier output has.")
