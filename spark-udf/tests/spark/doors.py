"""The ways to ask from Spark: each takes a session and a file of marked conversations, and gives back labelled rows."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import marked
from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F

import semtel.spark

SCHEMA = "n long, messages array<struct<role: string, content: string>>"
OPTIONS = {"batch_rows": 48}


def conversations(spark: SparkSession, source: Path) -> DataFrame:
    return spark.read.schema(SCHEMA).json(str(source)).repartition(3)


def map_in_arrow(spark: SparkSession, source: Path, target: str) -> list[Row]:
    frame = conversations(spark, source)
    return semtel.spark.classify(frame, marked.CLASSIFIERS, target=target, **OPTIONS).collect()


def column_function(kind: str) -> Callable[[SparkSession, Path, str], list[Row]]:
    def door(spark: SparkSession, source: Path, target: str) -> list[Row]:
        label = semtel.spark.classify_udf(marked.CLASSIFIERS, kind=kind, target=target, **OPTIONS)
        labelled = conversations(spark, source).select("n", label("messages").alias("labels"))
        return labelled.select("n", "labels.*").collect()

    return door


def sql(spark: SparkSession, source: Path, target: str) -> list[Row]:
    semtel.spark.register(spark, "semtel_labels", marked.CLASSIFIERS, target=target, **OPTIONS)
    conversations(spark, source).createOrReplaceTempView("chats")
    return spark.sql("SELECT n, labels.* FROM (SELECT n, semtel_labels(messages) AS labels FROM chats)").collect()


def streaming(spark: SparkSession, source: Path, target: str) -> list[Row]:
    frame = spark.readStream.schema(SCHEMA).option("pathGlobFilter", source.name).json(str(source.parent))
    labelled = semtel.spark.classify(frame, marked.CLASSIFIERS, target=target, **OPTIONS)
    name = f"labelled_{uuid.uuid4().hex}"
    query = labelled.writeStream.format("memory").queryName(name).trigger(availableNow=True).start()
    query.awaitTermination()
    return spark.table(name).collect()


DOORS: dict[str, Callable[[Any, Path, str], list[Row]]] = {
    "mapInArrow": map_in_arrow,
    "pandas_udf": column_function("pandas"),
    # Spark 4.1 brought it.
    **({"arrow_udf": column_function("arrow")} if hasattr(F, "arrow_udf") else {}),
    "SQL": sql,
    "streaming": streaming,
}
