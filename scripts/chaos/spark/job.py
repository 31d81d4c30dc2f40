"""Labels numbered conversations with Spark and counts what came of them.

Each conversation says which label and row number its answer must have. Two executors have processes of their own.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

import pyspark
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

import semtel.spark

# Two executors of one core and 1 GiB each.
MASTER = "local-cluster[2,1,1024]"
# A task of this many rows works for seconds; what a killed one repeats is found in the store.
TASK_ROWS = 5_000
LABELS = ["Health", "Food", "Travel", "Finance", "Games", "Science", "Writing"]
# A short chat has some 300 characters.
FILLER = "I have read about it for a while and I am still not sure what to do next. " * 3


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--target", required=True, help="host:port of the server")
    parser.add_argument("--folder", type=Path, required=True, help="where answers, counts and logs are written")
    return parser.parse_args()


def start_spark(folder: Path) -> SparkSession:
    """Start a cluster on this machine; slow tasks get a second copy."""
    os.environ["SPARK_HOME"] = str(Path(pyspark.__file__).parent)
    os.environ["SPARK_WORKER_DIR"] = str(folder / "work")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    session = (
        SparkSession.builder.master(MASTER)
        .appName("semtel chaos")
        .config("spark.driver.memory", "1g")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.shuffle.partitions", "4")
        .config("spark.speculation", "true")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    return session


def conversations(spark: SparkSession, rows: int) -> DataFrame:
    """Make ``n``, the ``label`` of row n, and a conversation that is marked with both."""
    labels = F.array(*map(F.lit, LABELS))
    label = F.element_at(labels, (F.pmod(F.hash("n"), F.lit(len(LABELS))) + 1).cast("int"))
    text = F.format_string(f"Chat %d about %s. {FILLER}[[marked=%s]] [[marked.row=%d]]", "n", "label", "label", "n")
    numbered = spark.range(0, rows, 1, max(4, rows // TASK_ROWS)).toDF("n").withColumn("label", label)
    return numbered.withColumn("conversation", text)


def counts(answers: DataFrame, rows: int) -> dict[str, object]:
    """Count rows by what became of them."""
    labelled = F.col("marked.status") == "ok"
    own = (F.col("marked.label") == F.col("label")) & (F.col("marked.row") == F.col("n"))
    found = answers.agg(
        F.count("n").alias("found"),
        F.count_distinct("n").alias("distinct"),
        F.count_if((F.col("n") < 0) | (F.col("n") >= rows)).alias("foreign"),
        F.count_if(labelled & ~F.coalesce(own, F.lit(False))).alias("wrong"),
    ).first()
    by_status = answers.groupBy(F.concat_ws("/", "marked.status", "marked.error_code").alias("status")).count()
    by_source = answers.groupBy("marked.source").count()
    return {
        "lost": rows - found["distinct"] + found["foreign"],
        "doubled": found["found"] - found["distinct"],
        "wrong": found["wrong"],
        "statuses": {row["status"]: row["count"] for row in by_status.collect()},
        "sources": {row["source"]: row["count"] for row in by_source.collect()},
    }


def main() -> None:
    """Label, write, read back, count."""
    options = arguments()
    spark = start_spark(options.folder)
    chats = conversations(spark, options.rows)
    written = str(options.folder / "answers")
    labelled = semtel.spark.classify(chats, "marked", target=options.target)
    labelled.drop("conversation").write.mode("overwrite").parquet(written)
    found = counts(spark.read.parquet(written), options.rows)
    (options.folder / "counts.json").write_text(json.dumps(found))
    spark.stop()


if __name__ == "__main__":
    main()
