"""Things that break in the middle of a Spark job."""

import os
import signal
import threading
import time
from pathlib import Path

import fake_server
import pytest
from pyspark import TaskContext
from pyspark.errors import PythonException
from test_classify import ALL, assert_own_labels, chats

import semtel.spark

# An answer that nobody waits for to its end.
HELD_S = 60


def parent_of(pid: int) -> int | None:
    try:
        # The name, in brackets, may hold blanks; the parent is the second field after it.
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return None


def children(parent: int) -> list[int]:
    return [int(path.name) for path in Path("/proc").glob("[0-9]*") if parent_of(int(path.name)) == parent]


def python_workers(spark) -> list[int]:
    """Process ids of the forked Python workers: children of pyspark.daemon, which is a child of the JVM."""
    return [worker for daemon in children(spark.sparkContext._gateway.proc.pid) for worker in children(daemon)]


def dies_once(flag: str):
    """A stage whose process ends abruptly in the middle of the first attempt of partition 0."""

    def run(batches):
        for batch in batches:
            for start in range(0, batch.num_rows, 20):
                if start and TaskContext.get().partitionId() == 0 and not Path(flag).exists():
                    Path(flag).touch()
                    os._exit(1)
                yield batch.slice(start, 20)

    return run


def test_a_task_that_dies_in_the_middle_is_tried_again_and_every_row_is_there_once(spark, server, tmp_path):
    flag = str(tmp_path / "died")
    frame = chats(spark, 200)
    broken = frame.mapInArrow(dies_once(flag), frame.schema)
    rows = semtel.spark.classify(broken, ALL, target=server.target, batch_rows=10).collect()
    assert Path(flag).exists()
    assert sorted(row.id for row in rows) == list(range(200))
    assert_own_labels(rows)


@pytest.mark.parametrize("way", ["mapInArrow", "pandas", "arrow"])
def test_a_worker_killed_while_it_waits_for_answers_costs_no_row(spark, server, way):
    server.answer_delay_s = HELD_S
    frame = chats(spark, 200)
    killed = []

    def kill():
        deadline = time.monotonic() + 60
        while len(server.seen) < 4 and time.monotonic() < deadline:
            time.sleep(0.02)
        # Of those that come again.
        server.answer_delay_s = 0
        for pid in python_workers(spark):
            os.kill(pid, signal.SIGKILL)
            killed.append(pid)

    killer = threading.Thread(target=kill)
    killer.start()
    if way == "mapInArrow":
        rows = semtel.spark.classify(frame, ALL, target=server.target, batch_rows=10).collect()
        labels = None
    else:
        label = semtel.spark.classify_udf(ALL, kind=way, target=server.target, batch_rows=10)
        rows = frame.withColumn("labels", label("messages")).collect()
        labels = lambda row: row["labels"]  # noqa: E731
    killer.join()
    assert killed
    assert [row.id for row in rows] == list(range(200))
    assert_own_labels(rows, *([labels] if labels else []))
    assert sum(batch.num_rows for batch in server.seen) > 200


def test_a_server_gone_for_seconds_costs_no_row(spark):
    server = fake_server.FakeServer()
    # A few are answered.
    server.delay_by_row = lambda row: HELD_S if len(server.seen) > 6 else 0
    back = []

    def restart():
        deadline = time.monotonic() + 60
        while len(server.seen) <= 6 and time.monotonic() < deadline:
            time.sleep(0.02)
        server.leave()
        time.sleep(6)
        back.append(fake_server.FakeServer(server.port))

    restarter = threading.Thread(target=restart)
    restarter.start()
    rows = semtel.spark.classify(chats(spark, 400), ALL, target=server.target, batch_rows=10).collect()
    restarter.join()
    assert [row.id for row in rows] == list(range(400))
    assert_own_labels(rows)
    assert back[0].seen
    back[0].shutdown()


def test_a_cancelled_job_cancels_its_exchanges(spark, server):
    server.answer_delay_s = HELD_S
    frame = semtel.spark.classify(chats(spark, 200), "topic", target=server.target, batch_rows=10)
    ended = []

    def collect():
        try:
            frame.collect()
        except Exception as error:
            ended.append(error)

    job = threading.Thread(target=collect)
    job.start()
    deadline = time.monotonic() + 60
    while server.running < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert server.running >= 2
    spark.sparkContext.cancelAllJobs()
    job.join(30)
    assert not job.is_alive()
    assert ended
    deadline = time.monotonic() + HELD_S / 2
    while server.running and time.monotonic() < deadline:
        time.sleep(0.05)
    assert server.running == 0


def test_answers_of_other_rows_fail_the_task_and_label_no_row(spark, server):
    server.fail_next(fake_server.Fault(swap=True))
    rows = semtel.spark.classify(chats(spark, 20, 1), ALL, target=server.target).collect()
    assert_own_labels(rows)
    assert len(server.seen) == 2
    server.fail_next(*[fake_server.Fault(swap=True)] * 4)
    with pytest.raises(PythonException, match="other rows"):
        semtel.spark.classify(chats(spark, 20, 1), ALL, target=server.target).collect()
