"""The columns around the call.

Spark resolves dotted, doubled and backticked names wrongly or not at all around ``mapInArrow``, so the call sees
plain names and the true ones are put back after it.
"""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql.types import (
    ArrayType,
    CharType,
    DataType,
    NullType,
    StringType,
    StructField,
    StructType,
    VarcharType,
)

from semtel.errors import InvalidRequestError


def with_plain_names(df: DataFrame) -> DataFrame:
    """Return the same columns in the same order, called c0, c1 and so on."""
    return df.toDF(*_plain_names(len(df.columns)))


def plain_name(frame: str, df: DataFrame, name: str) -> str:
    """Return what `with_plain_names` calls a column; ``frame`` is what the caller calls ``df``.

    Raises
    ------
    InvalidRequestError
        Where there is no such column, or several.
    """
    if df.columns.count(name) != 1:
        count = "several columns" if name in df.columns else "no column"
        raise InvalidRequestError("missing_column", f'{frame} has {count} "{name}"; it has {", ".join(df.columns)}.')
    return _plain_names(len(df.columns))[df.columns.index(name)]


def declared_schema(given: StructType, answers: StructType) -> StructType:
    """Return the schema of the call's result: the columns as given, then the answers, under plain names."""
    fields = [*given.fields, *answers.fields]
    return StructType(
        [
            StructField(name, field.dataType, field.nullable, field.metadata)
            for name, field in zip(_plain_names(len(fields)), fields, strict=True)
        ]
    )


def usable_names(schema: StructType) -> list[str]:
    """Names of the columns whose type can hold conversations."""
    return [field.name for field in schema.fields if _is_conversation(field.dataType)]


def _plain_names(count: int) -> list[str]:
    return [f"c{position}" for position in range(count)]


def _is_conversation(type_: DataType) -> bool:
    if isinstance(type_, ArrayType) and isinstance(type_.elementType, StructType):
        return {"role", "content"} <= set(type_.elementType.names)
    # A column, or a list, in which nothing was ever seen holds no conversation of another type.
    if isinstance(type_, ArrayType):
        return isinstance(type_.elementType, NullType)
    return isinstance(type_, (StringType, CharType, VarcharType, NullType))
