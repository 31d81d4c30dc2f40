"""Labels a file of conversations with Spark, writes Parquet, and shows what came of it.

Needs a running semtel server. Each input line is ``{"id", "messages": [{"role", "content"}]}``; further fields
are kept.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import textwrap
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

import semtel.spark

CLASSIFIERS = ["topic", "expertise", "satisfaction"]
# Two tasks at a time, as on two cores; a failed task is tried again up to four times.
MASTER = "local[2,4]"
PARTITIONS = 4
EXAMPLES = 10
TEXT_WIDTH = 44


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--target", help="host:port of the server (default: $SEMTEL_TARGET, else localhost:8815)")
    parser.add_argument("--input", required=True, help="conversations, one JSON object a line")
    parser.add_argument("--output", required=True, help="folder for the Parquet files; replaced if it is there")
    parser.add_argument("--job-id", help="name of the job on the server (default: a new one)")
    return parser.parse_args()


@contextlib.contextmanager
def stderr_to(path: Path) -> Iterator[None]:
    """Let what is started meanwhile write its stderr to a file: the JVM, whose warnings would bury the result."""
    ours = os.dup(2)
    with path.open("wb") as log:
        os.dup2(log.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(ours, 2)
        os.close(ours)


def start_spark() -> SparkSession:
    """Start Spark in this machine's processes."""
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    session = (
        SparkSession.builder.master(MASTER)
        .appName("semtel demo")
        .config("spark.driver.memory", "1g")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.shuffle.partitions", str(PARTITIONS))
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    return session


def label(spark: SparkSession, options: argparse.Namespace) -> DataFrame:
    """Label every conversation once; what is shown afterwards is read from the files written."""
    chats = spark.read.json(options.input).repartition(PARTITIONS)
    labelled = semtel.spark.classify(
        chats, CLASSIFIERS, conversation="messages", target=options.target, job_id=options.job_id
    )
    labelled.write.mode("overwrite").parquet(options.output)
    return spark.read.parquet(options.output)


def counts(labels: DataFrame, name: str) -> list[tuple[str, int]]:
    """Rows per label of a classifier, the most frequent first; a row without a label counts by its status."""
    value = F.coalesce(F.col(f"{name}.label"), F.concat(F.lit("("), F.col(f"{name}.status"), F.lit(")")))
    rows = labels.groupBy(value.alias("label")).count().orderBy(F.desc("count"), "label").collect()
    return [(row["label"], row["count"]) for row in rows]


def print_counts(labels: DataFrame, name: str) -> None:
    """Print how often each label of a classifier occurs."""
    print(f"\n{name}")
    found = counts(labels, name)
    most = max(count for _, count in found)
    for label_, count in found:
        print(f"  {label_:<24}{count:>5}  {'█' * max(1, round(30 * count / most))}")


def print_scores(labels: DataFrame) -> None:
    """Print the range and mean of the satisfaction score."""
    score = F.col("satisfaction.score")
    row = labels.select(
        F.count(score).alias("rows"),
        F.min(score).alias("least"),
        F.avg(score).alias("mean"),
        F.max(score).alias("most"),
    ).first()
    print("\nsatisfaction (score: what pleased the user minus what did not)")
    if not row["rows"]:
        print("  no row has a score")
        return
    print(f"  {row['rows']} rows, from {row['least']:.0f} to {row['most']:.0f}, mean {row['mean']:.1f}")


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print columns as wide as their widest cell."""
    widths = [max(map(columns_of, column)) for column in zip(head, *rows, strict=True)]
    for line in (head, ["─" * width for width in widths], *rows):
        cells = (cell + " " * (width - columns_of(cell)) for cell, width in zip(line, widths, strict=True))
        print("  " + "  ".join(cells).rstrip())


def columns_of(text: str) -> int:
    """Count the terminal columns of a text: East Asian letters take two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def print_examples(labels: DataFrame) -> None:
    """Print the first rows by id."""
    print("\nexamples")
    rows = labels.orderBy("id").limit(EXAMPLES).collect()
    table = []
    for row in rows:
        text = next((message["content"] or "" for message in row["messages"] or [] if message["role"] == "user"), "")
        score = row["satisfaction"]["score"]
        table.append(
            [
                str(row["id"]),
                textwrap.shorten(text, TEXT_WIDTH, placeholder=" …"),
                row["topic"]["label"] or f"({row['topic']['status']})",
                row["expertise"]["label"] or f"({row['expertise']['status']})",
                f"({row['satisfaction']['status']})" if score is None else f"{score:.0f}",
            ]
        )
    print_table(["id", "first message", *CLASSIFIERS], table)


def main() -> int:
    """Run the job; 1 where it could not be done."""
    options = arguments()
    output = Path(options.output)
    output.parent.mkdir(parents=True, exist_ok=True)
    log = output.with_suffix(".spark.log")
    with stderr_to(log):
        spark = start_spark()
    try:
        labels = label(spark, options)
    except semtel.SemtelError as error:
        print(f"job: {error}", file=sys.stderr)
        return 1
    except Exception as error:
        print(f"job: {error}\nSpark's own words are in {log}.", file=sys.stderr)
        return 1
    print(f"{labels.count()} conversations, {len(CLASSIFIERS)} classifiers")
    print_counts(labels, "topic")
    print_counts(labels, "expertise")
    print_scores(labels)
    print_examples(labels)
    print(f"\nThe labels are in {output} (Parquet; Spark's log is {log}).")
    spark.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
