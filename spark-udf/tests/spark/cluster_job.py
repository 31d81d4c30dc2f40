"""A job for spark-submit: labels a file of marked conversations in three ways and writes what came of it.

The first attempt of one task dies in the middle.
"""

import json
import os
import sys
from pathlib import Path

import pyarrow as pa
from pyspark import TaskContext
from pyspark.sql import SparkSession

import semtel.spark

source, target, classifiers, output = sys.argv[1], sys.argv[2], sys.argv[3].split(","), Path(sys.argv[4])
died = str(output / "died")
spark = SparkSession.builder.getOrCreate()


def where(batches):
    """Tell which process a task runs in, and where its semtel comes from."""
    for batch in batches:
        place = f"{os.getcwd()} {semtel.spark.__file__}"
        yield pa.record_batch({"place": [place] * batch.num_rows})


def dies_once(batches):
    for batch in batches:
        for start in range(0, batch.num_rows, 20):
            if start and TaskContext.get().partitionId() == 0 and not Path(died).exists():
                Path(died).touch()
                os._exit(1)
            yield batch.slice(start, 20)


frame = spark.read.json(source).repartition(4)
options = {"target": target, "batch_rows": 32}
ways = {"mapInArrow": semtel.spark.classify(frame.mapInArrow(dies_once, frame.schema), classifiers, **options)}
for kind in ("pandas", "arrow"):
    label = semtel.spark.classify_udf(classifiers, kind=kind, **options)
    ways[kind] = frame.select("n", label("messages").alias("labels")).select("n", "labels.*")
result = {way: [row.asDict(recursive=True) for row in labelled.collect()] for way, labelled in ways.items()}
result["places"] = sorted({row.place for row in spark.range(0, 8, 1, 8).mapInArrow(where, "place string").collect()})
(output / "result.json").write_text(json.dumps(result))
spark.stop()
