"""The whole way, from Spark to the model endpoint and back, with answers that prove whose they are."""

import json

import marked
import pyarrow as pa
import pytest

import semtel
import semtel.spark

ROWS = 2002
OPTIONS = {"batch_rows": 48}

pytestmark = [
    pytest.mark.skipif(not marked.DATA.exists(), reason=f"the shared conversations are not at {marked.DATA}"),
    pytest.mark.timeout(300),
]


@pytest.fixture(scope="module")
def table():
    return pa.Table.from_pylist(marked.conversations(ROWS))


@pytest.fixture(scope="module")
def by_client(table, real_target):
    """Answers of the plain client, by row."""
    reader = semtel.Client(real_target, **OPTIONS).classify(table, marked.CLASSIFIERS, id="n")
    return {row["n"]: row for row in reader.read_all().to_pylist()}


def frame(spark, table):
    return spark.createDataFrame(table).repartition(5)


def check(rows, by_client):
    """Every row is there once, has its own labels, and equals the plain client's answer."""
    assert sorted(row["n"] for row in rows) == list(range(ROWS))
    wrong = [row["n"] for row in rows if marked.found(row) != marked.expected(row["n"])]
    assert wrong == []
    different = [row["n"] for row in rows if marked.answered(row) != marked.answered(by_client[row["n"]])]
    assert different == []


def test_the_plain_client_gives_every_row_its_own_labels(by_client):
    check(list(by_client.values()), by_client)


def test_map_in_arrow_gives_every_row_its_own_labels(spark, real_target, table, by_client):
    labelled = semtel.spark.classify(frame(spark, table), marked.CLASSIFIERS, target=real_target, **OPTIONS)
    check(labelled.collect(), by_client)


@pytest.mark.parametrize("kind", ["pandas", "arrow"])
def test_a_column_function_gives_every_row_its_own_labels(spark, real_target, table, by_client, kind):
    label = semtel.spark.classify_udf(marked.CLASSIFIERS, kind=kind, target=real_target, **OPTIONS)
    check(
        frame(spark, table).select("n", label("messages").alias("labels")).select("n", "labels.*").collect(), by_client
    )


@pytest.mark.parametrize("by", ["in this process", "by server"])
def test_semtel_run_gives_every_row_its_own_labels(tmp_path, semtel_server, real_target, by_client, by):
    given, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    given.write_text("".join(json.dumps(row) + "\n" for row in marked.conversations(ROWS)), encoding="utf-8")
    asked = ["-c", ",".join(marked.CLASSIFIERS), "--id", "n", "-o", str(out), "--yes"]
    where = ["--server", real_target] if by == "by server" else ["--config", str(semtel_server.config)]
    ended = semtel_server.run("run", str(given), *asked, *where)
    assert ended.returncode == 0, ended.stderr
    check([json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()], by_client)
