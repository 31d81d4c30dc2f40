"""Labels a DataFrame: every column stays, one struct column per classifier is appended."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import pyarrow as pa
from pyspark.sql import DataFrame

from semtel.client import Client
from semtel.conversation import conversation_name
from semtel.new_names import check_new_names
from semtel.request import Request, request_of
from semtel.spark.columns import declared_schema, usable_names, with_plain_names
from semtel.spark.preflight import answer_schema
from semtel.spark.types import spark_schema


def classify(
    df: DataFrame,
    classifiers: str | Sequence[str],
    *,
    target: str | None = None,
    conversation: str | None = None,
    model: str | None = None,
    job_id: str | None = None,
    token: str | None = None,
    on_error: str = "keep",
    prefix: str = "",
    **client: Any,
) -> DataFrame:
    """Label every row of a DataFrame.

    Nothing is sent before an action runs. Limit *before* classifying: a limit after it still pays for the rows that
    Spark reads ahead. Cache or write the result before using it twice.

    Parameters
    ----------
    df : DataFrame
        Its columns may have any names and order.
    classifiers : str or sequence of str
        Names, in the order of the new columns.
    target : str, optional
        ``host:port[,host:port…]`` as the executors reach it; default the driver's ``$SEMTEL_TARGET``, else
        ``localhost:8815``.
    conversation : str, optional
        The column to judge, text or ``array<struct<role, content>>``; default ``conversation``, else ``messages``.
    model : str, optional
        Logical model; default each classifier's own.
    job_id : str, optional
        Default a new one, the same for all tasks.
    token : str, optional
        Default ``$SEMTEL_TOKEN`` of the executors (and of the driver, for the first question).
    on_error : {"keep", "fail"}
        Whether a row without a label is kept, with its status, or fails the job.
    prefix : str
        Put before the names of the new columns.
    **client
        Further arguments of `semtel.Client`.

    Returns
    -------
    DataFrame
        The columns of ``df``, then one struct per classifier; the same rows.

    Raises
    ------
    semtel.errors.SemtelError
        Within seconds: no server at the address, a loopback address on a cluster, an unknown classifier, no such
        column (the message names those that would do), or a column of a new name (a ValueError).
    """
    request = request_of(classifiers, model, job_id, on_error)
    spark = df.sparkSession
    name = conversation_name(conversation, df.columns, usable_names(df.schema))
    new_names = [prefix + classifier for classifier in request.classifiers]
    case_sensitive = spark.conf.get("spark.sql.caseSensitive", "false") == "true"
    check_new_names(df.columns, new_names, case_sensitive)
    labeller = Client(target, token=token, **client)
    answers = answer_schema(spark, labeller, request)
    run = _label_batches(labeller, df.columns.index(name), request, answers)
    declared = declared_schema(df.schema, spark_schema(answers))
    return with_plain_names(df).mapInArrow(run, declared).toDF(*df.columns, *new_names)


def _label_batches(
    client: Client, position: int, request: Request, answers: pa.Schema
) -> Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """Make the function that the executors run; it carries settings only, never a connection."""

    def run(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for rows, columns in client.answers(batches, position, request, answers):
            arrays = [*rows.columns, *columns]
            yield pa.RecordBatch.from_arrays(arrays, [f"c{n}" for n in range(len(arrays))])

    return run
