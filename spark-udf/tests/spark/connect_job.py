"""Goes through every door over Spark Connect, where there is no SparkContext, and writes down what came of it."""

import json
import sys
from pathlib import Path

import pyarrow as pa
from doors import DOORS, conversations
from pyspark.sql import SparkSession

import semtel.spark

remote, package, target = sys.argv[1:4]
source, output = map(Path, sys.argv[4:])
spark = SparkSession.builder.remote(remote).getOrCreate()
spark.addArtifacts(package, pyfile=True)


def where(batches):
    """Tell where a worker's semtel comes from."""
    for _ in batches:
        yield pa.record_batch([pa.array([semtel.spark.__file__])], ["place"])


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
[place] = spark.range(0, 1, 1, 1).mapInArrow(where, "place string").collect()
found = {"session": type(spark).__module__, "place": place.place, "mistakes": mistakes, "rows": rows}
output.write_text(json.dumps(found))
spark.stop()
