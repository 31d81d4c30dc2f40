"""A stream that is stopped and started again from its checkpoint: every row is labelled, none is there twice."""

import time

import pytest
from pyspark.sql import functions as F

import semtel.spark

CHAT = "id long, conversation string"

pytestmark = pytest.mark.timeout(120)


def text():
    return F.concat(F.lit("hello [[topic=T"), F.col("id"), F.lit("]]"))


def write_chats(spark, folder, ids):
    spark.range(ids.start, ids.stop, 1, 1).withColumn("conversation", text()).write.mode("append").json(str(folder))


def assert_once_each(rows, ids):
    assert sorted(row.id for row in rows) == list(ids)
    assert [row.id for row in rows if row.topic.label != f"T{row.id}"] == []


def written_by(stream, folder):
    """Start a stream that writes files, from its checkpoint where there is one."""
    return (
        stream.option("checkpointLocation", str(folder / "checkpoint"))
        .format("parquet")
        .option("path", str(folder / "out"))
    )


def batch_writer(folder, target):
    """What `foreachBatch` runs: it labels a micro-batch and writes it where a second try overwrites it."""

    def run(batch, number):
        labelled = semtel.spark.classify(batch, "topic", target=target)
        labelled.write.mode("overwrite").parquet(str(folder / "out" / f"batch={number}"))

    return run


@pytest.mark.parametrize("way", ["mapInArrow", "foreachBatch"])
def test_files_in_micro_batches(spark, server, tmp_path, way):
    source = tmp_path / "in"

    def run(files):
        for ids in files:
            write_chats(spark, source, ids)
        chats = spark.readStream.schema(CHAT).option("maxFilesPerTrigger", 1).json(str(source))
        if way == "mapInArrow":
            stream = written_by(semtel.spark.classify(chats, "topic", target=server.target).writeStream, tmp_path)
        else:
            write = batch_writer(tmp_path, server.target)
            stream = chats.writeStream.foreachBatch(write).option("checkpointLocation", str(tmp_path / "checkpoint"))
        query = stream.trigger(availableNow=True).start()
        query.awaitTermination()
        return len(query.recentProgress)

    assert run([range(0, 40), range(40, 60)]) >= 2
    assert run([range(60, 100)]) >= 1
    assert_once_each(spark.read.parquet(str(tmp_path / "out")).collect(), range(100))
    assert sum(batch.num_rows for batch in server.seen) == 100


def test_a_stream_killed_in_the_middle_of_a_micro_batch_asks_that_one_again(spark, server, tmp_path):
    source = tmp_path / "in"
    for ids in (range(0, 30), range(30, 60), range(60, 90)):
        write_chats(spark, source, ids)
    chats = spark.readStream.schema(CHAT).option("maxFilesPerTrigger", 1).json(str(source))
    labelled = semtel.spark.classify(chats, "topic", target=server.target, batch_rows=10, in_flight=1)

    def start():
        return written_by(labelled.writeStream, tmp_path).trigger(availableNow=True).start()

    # The first micro-batch makes three exchanges: with four the second has begun, and does not end.
    server.delay_by_row = lambda row: 60 if len(server.seen) > 3 else 0
    query = start()
    until(lambda: len(server.seen) >= 4)
    query.stop()
    server.delay_by_row = lambda row: 0
    start().awaitTermination()
    assert_once_each(spark.read.parquet(str(tmp_path / "out")).collect(), range(90))
    assert 90 < sum(batch.num_rows for batch in server.seen) <= 120


def test_a_rate_source(spark, server, tmp_path):
    source = spark.readStream.format("rate").option("rowsPerSecond", 50).option("numPartitions", 2).load()
    chats = source.select(F.col("value").alias("id")).withColumn("conversation", text())
    labelled = semtel.spark.classify(chats, "topic", target=server.target)

    def labels():
        return spark.read.schema(labelled.schema).parquet(str(tmp_path / "out")).collect()

    for least in (1, 2):
        before = sum(batch.num_rows for batch in server.seen)
        query = written_by(labelled.writeStream, tmp_path).start()
        until(lambda enough=before + 50 * least: sum(batch.num_rows for batch in server.seen) >= enough)
        query.stop()
    rows = labels()
    assert len(rows) >= 50
    assert_once_each(rows, range(len(rows)))


def until(true):
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)
