"""The columns around the call.

Spark resolves dotted, doubled and backticked names wrongly or not at all around ``mapInArrow``, so the call sees
plain names and the true ones are put back after it.
"""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import DataFrame
from pyspark.sql.types import ArrayType, DataType, StringType, StructField, StructType

from semtel.errors import InvalidRequestError


def with_plain_names(df: DataFrame) -> DataFrame:
    """Return the same columns in the same order, called c0, c1 and so on."""
    return df.toDF(*_plain_names(len(df.columns)))


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


def _plain_names(count: int) -> list[str]:
    return [f"c{position}" for position in range(count)]


def _is_conversation(type_: DataType) -> bool:
    if isinstance(type_, ArrayType) and isinstance(type_.elementType, StructType):
        return {"role", "content"} <= set(type_.elementType.names)
    return isinstance(type_, StringType)
