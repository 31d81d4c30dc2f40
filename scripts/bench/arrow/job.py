"""Labels the conversations of an Arrow file with Spark, twice: the second time every answer is in the store.

Prints one JSON object for each run: ``{"seconds", "sources"}``, the rows by where their answers came from.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import DataFrame, SparkSession

import semtel.spark


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--input", type=Path, required=True, help="Arrow file; its Parquet twin is written beside it")
    parser.add_argument("--output", type=Path, required=True, help="folder for the answers; replaced if it is there")
    parser.add_argument("--target", required=True, help="host:port of the server")
    return parser.parse_args()


def start_spark() -> SparkSession:
    """Start Spark in this machine's processes."""
    os.environ["PYSPARK_PYTHON"] = sys.executable
    session = (
        SparkSession.builder.master("local[2]")
        .appName("semtel bench")
        .config("spark.driver.memory", "1g")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    return session


def run(spark: SparkSession, chats: DataFrame, options: argparse.Namespace) -> None:
    """Label, write, and count what was written; only the first two are timed."""
    started = time.perf_counter()
    labelled = semtel.spark.classify(chats, "topic", target=options.target)
    labelled.drop("conversation").write.mode("overwrite").parquet(str(options.output))
    seconds = time.perf_counter() - started
    sources = spark.read.parquet(str(options.output)).groupBy("topic.source").count().collect()
    print(json.dumps({"seconds": seconds, "sources": {row["source"]: row["count"] for row in sources}}), flush=True)


def main() -> None:
    """Run the job twice in one session."""
    options = arguments()
    parquet = options.input.with_suffix(".parquet")
    with pa.memory_map(str(options.input)) as source:
        pq.write_table(pa.ipc.open_file(source).read_all(), parquet, row_group_size=10_000)
    spark = start_spark()
    chats = spark.read.parquet(str(parquet))
    run(spark, chats, options)
    run(spark, chats, options)
    spark.stop()


if __name__ == "__main__":
    main()
