"""Every door of Spark answers as the plain client does, in this process and over Spark Connect, on each version."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import marked
import pytest
from conftest import PACKAGE
from connect_server import connect_server
from doors import DOORS

import semtel.spark

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
def source(tmp_path_factory, reference):
    return marked.write(tmp_path_factory.mktemp("chats") / "chats.jsonl")


@pytest.mark.parametrize("door", DOORS)
def test_spark(spark, source, real_target, reference, door):
    marked.check(DOORS[door](spark, source, real_target), reference)


@pytest.fixture(scope="module")
def over_connect(java, source, real_target, tmp_path_factory):
    """What the job found whose only way to Spark is a Connect server: it has no JVM and no SparkContext."""
    folder = tmp_path_factory.mktemp("connect")
    output = folder / "result.json"
    job = str(Path(__file__).with_name("connect_job.py"))
    package = shutil.make_archive(str(folder / "semtel"), "zip", PACKAGE, "semtel")
    with connect_server(folder) as remote:
        arguments = [remote, package, real_target, str(source), str(output)]
        done = subprocess.run([sys.executable, job, *arguments], capture_output=True, text=True, timeout=200)
    assert output.exists(), done.stdout + done.stderr
    return json.loads(output.read_text())


@pytest.mark.parametrize("door", DOORS)
def test_spark_connect(over_connect, reference, door):
    assert over_connect["session"].startswith("pyspark.sql.connect")
    assert "semtel.zip" in over_connect["place"]
    marked.check(over_connect["rows"][door], reference)


@pytest.mark.parametrize(
    ("mistake", "sentence"),
    [
        ("classifier", ["NotFoundError", '"topics"', '"topic"']),
        ("column", ["InvalidRequestError", '"n" cannot hold conversations', "would do: messages"]),
        ("name", ["InvalidRequestError", 'already has a column "topic"', "prefix="]),
        ("address", ["UnavailableError", "No semtel server answers at 127.0.0.1:1", "`semtel serve`"]),
    ],
)
def test_mistakes_over_connect_are_said_at_once(over_connect, mistake, sentence):
    assert [part for part in sentence if part not in over_connect["mistakes"][mistake]] == []


def test_what_was_labelled_is_not_missing(spark, source, real_target):
    frame = spark.read.json(str(source)).limit(20).cache()
    done = semtel.spark.classify(frame, marked.CLASSIFIERS, target=real_target).drop("messages").cache()
    options = {"on": "n", "classifiers": marked.CLASSIFIERS, "target": real_target}
    assert semtel.spark.missing(frame, done, **options).count() == 0
    assert semtel.spark.missing(frame, done.where("n > 4"), **options).count() == 5
