"""The answer to one slice: proved to belong to it, and brought into the declared schema."""

from __future__ import annotations

import pyarrow as pa

from semtel.errors import AnswerError, LabelError
from semtel.request import ROW

_GOOD = ("ok", "skipped")


def check_rows(answer: pa.RecordBatch, question: pa.RecordBatch) -> None:
    """Compare the row numbers that came back with those sent.

    Raises
    ------
    AnswerError
        Where a row is missing, doubled, foreign or in another place.
    """
    sent = question.column(ROW)
    position = answer.schema.get_field_index(ROW)
    if position < 0 or not answer.column(position).equals(sent):
        raise AnswerError(
            "rows",
            f"The server answered other rows than the {len(sent)} sent (from row {sent[0]}): got {answer.num_rows} "
            "rows that do not carry the same numbers in the same order.",
        )


def conform(answer: pa.RecordBatch, schema: pa.Schema) -> list[pa.StructArray]:
    """Select the answer columns by name and cast them to the declared types.

    Spark matches columns and struct fields by position, so order matters down to the fields.

    Raises
    ------
    AnswerError
        Where a column or field is missing or cannot be cast.
    """
    try:
        return [_conform_struct(answer.column(field.name), field.type) for field in schema]
    except (KeyError, pa.ArrowException, AttributeError) as error:
        raise AnswerError(
            "schema",
            "The server's answer does not fit the schema it declared at the start of the job "
            f"(was a classifier changed meanwhile?): {error}",
        ) from error


def _conform_struct(column: pa.StructArray, type_: pa.StructType) -> pa.StructArray:
    if column.type == type_:
        return column
    there = {field.name: child for field, child in zip(column.type, column.flatten(), strict=True)}
    fields = list(type_)
    children = [there[field.name].cast(field.type) for field in fields]
    return pa.StructArray.from_arrays(children, fields=fields, mask=column.is_null())


def check_labels(columns: list[pa.StructArray], schema: pa.Schema) -> None:
    """Refuse any answer that is neither ok nor skipped.

    Raises
    ------
    LabelError
        Naming the classifier and what the first such row says.
    """
    for field, column in zip(schema, columns, strict=True):
        statuses = column.field("status").to_pylist()
        bad = next((row for row, status in enumerate(statuses) if status not in _GOOD), None)
        if bad is not None:
            answer = column[bad].as_py()
            raise LabelError(
                "label",
                f"{field.name}: a row is {answer['status']}/{answer['error_code']}: {answer['error_message']} "
                '(on_error="fail" was asked for)',
            )
