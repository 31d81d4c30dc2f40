"""The column function, in both kinds that Spark has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from semtel.client import Client
from semtel.column_labeller import ColumnLabeller
from semtel.errors import InvalidRequestError
from semtel.request import request_of
from semtel.spark.preflight import answer_schema
from semtel.spark.types import spark_schema


def classify_udf(
    classifiers: str | Sequence[str],
    *,
    kind: str = "auto",
    target: str | None = None,
    model: str | None = None,
    job_id: str | None = None,
    token: str | None = None,
    on_error: str = "keep",
    spark: SparkSession | None = None,
    **client: Any,
) -> Any:
    """Make a function of a conversation column.

    ``df.withColumn("labels", classify_udf(["topic"])("messages")).select("labels.topic.label")``. It is marked
    as not deterministic, because Spark would otherwise run it twice where its result is used twice.

    Parameters
    ----------
    classifiers : str or sequence of str
        Names, in the order of the struct's fields.
    kind : {"auto", "pandas", "arrow"}
        ``arrow`` needs Spark 4.1; ``auto`` takes it where it is there.
    target, model, job_id, token, on_error, **client
        As for `semtel.spark.classify`.
    spark : SparkSession, optional
        Whose executors will call it, to check the address; default the active session.

    Returns
    -------
    user-defined function
        Of one column, giving a struct with one struct per classifier.

    Raises
    ------
    semtel.errors.SemtelError
        Within seconds, as `semtel.spark.classify` does.
    """
    make = _maker(kind)
    request = request_of(classifiers, model, job_id, on_error)
    labeller = Client(target, token=token, **client)
    answers = answer_schema(spark or SparkSession.getActiveSession(), labeller, request)
    return make(ColumnLabeller(labeller, request, answers), spark_schema(answers)).asNondeterministic()


def register(spark: SparkSession, name: str, classifiers: str | Sequence[str], **options: Any) -> Any:
    """Make `classify_udf` callable from SQL: ``SELECT name(messages).topic.label FROM chats``.

    Parameters
    ----------
    spark : SparkSession
        Where SQL runs.
    name : str
        The function's name in SQL.
    classifiers, **options
        As for `classify_udf`.

    Raises
    ------
    semtel.errors.SemtelError
        As `classify_udf` does, and for the name of a function that Spark has: some versions would go on calling
        that one, others would replace it everywhere.
    """
    if name.lower() in {function for (function,) in spark.sql("SHOW SYSTEM FUNCTIONS").collect()}:
        raise InvalidRequestError("bad_option", f'Spark has a function "{name}" of its own; choose another name.')
    return spark.udf.register(name, classify_udf(classifiers, spark=spark, **options))


def _maker(kind: str) -> Any:
    if kind not in ("auto", "pandas", "arrow"):
        raise InvalidRequestError("bad_option", f'kind is "{kind}"; use "auto", "pandas" or "arrow".')
    has_arrow = hasattr(F, "arrow_udf")
    if kind == "arrow" and not has_arrow:
        raise InvalidRequestError("bad_option", 'kind="arrow" needs Spark 4.1 or later; use "pandas" here.')
    if kind == "pandas" or not has_arrow:
        from semtel.spark.pandas_kind import pandas_kind

        return pandas_kind
    from semtel.spark.arrow_kind import arrow_kind

    return arrow_kind
