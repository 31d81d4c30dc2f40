"""Goes through every door over Spark Connect, where there is no SparkContext, and writes down what came of it."""

import json
import sys
from pathlib import Path

from doors import DOORS, conversations
from pyspark.sql import SparkSession

import semtel.spark

remote, source, target, output = sys.argv[1], Path(sys.argv[2]), sys.argv[3], Path(sys.argv[4])
spark = SparkSession.builder.remote(remote).getOrCreate()


def said(ask):
    """Tell what a mistake is answered with."""
    try:
        ask()
    except semtel.SemtelError as error:
        return f"{type(error).__name__}: {error}"
    return "nothing"


frame = conversations(spark, source)
mistakes = {
    "classifier": said(lambda: semtel.spark.classify(frame, "topics", target=target)),
    "column": said(lambda: semtel.spark.classify(frame, "topic", conversation="n", target=target)),
    "name": said(lambda: semtel.spark.classify(frame.withColumnRenamed("n", "topic"), "topic", target=target)),
    "address": said(lambda: semtel.spark.classify(frame, "topic", target="127.0.0.1:1")),
}
rows = {name: [row.asDict(recursive=True) for row in door(spark, source, target)] for name, door in DOORS.items()}
output.write_text(json.dumps({"session": type(spark).__module__, "mistakes": mistakes, "rows": rows}))
spark.stop()
