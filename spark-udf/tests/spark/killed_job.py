"""A job that labels numbered rows, for a test that kills its driver: everything runs in this process's group."""

import sys

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

import semtel.spark

TOPICS = ["Health", "Food", "Travel", "Finance", "Games", "Science", "Writing"]
# All rows are one exchange: what is killed before its end has delivered no answer.
BATCH_ROWS = 10_000


def topic(n: int) -> str:
    """The label of row n."""
    return TOPICS[n % len(TOPICS)]


def labelled(spark: SparkSession, rows: int, target: str, mark: str = "chat") -> DataFrame:
    """Rows ``n`` with the label that their conversation asks for; another mark makes other conversations."""
    names = F.array(*map(F.lit, TOPICS))
    name = F.element_at(names, (F.col("n") % len(TOPICS) + 1).cast("int"))
    text = F.concat(F.lit(mark), F.col("n"), F.lit(" [[topic="), name, F.lit("]]"))
    frame = spark.range(0, rows, 1, 1).toDF("n").withColumn("conversation", text)
    return semtel.spark.classify(frame, "topic", target=target, batch_rows=BATCH_ROWS)


if __name__ == "__main__":
    session = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
    labelled(session, int(sys.argv[1]), sys.argv[2]).collect()
