"""Executors in processes of their own: pickling, --py-files, forked workers and task retry are real."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import marked
import pyspark
import pytest
from conftest import PACKAGE

JOB = Path(__file__).with_name("cluster_job.py")
ROWS = 500


@pytest.mark.timeout(240)
@pytest.mark.skipif(not marked.DATA.exists(), reason=f"the shared conversations are not at {marked.DATA}")
def test_a_job_with_two_executors_labels_every_row_in_three_ways(java, real_target, tmp_path):
    source = tmp_path / "chats.jsonl"
    source.write_text("\n".join(map(json.dumps, marked.conversations(ROWS))))
    package = shutil.make_archive(str(tmp_path / "semtel"), "zip", PACKAGE, "semtel")
    home = Path(pyspark.__file__).parent
    conf = {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.log.level": "ERROR",
        # Without these, executors would find the checkout as well.
        "spark.executorEnv.PYTHONNOUSERSITE": "1",
        "spark.executorEnv.PYTHONPATH": "",
    }
    command = [str(home / "bin/spark-submit"), "--master", "local-cluster[2,1,1024]", "--driver-memory", "512m"]
    command += [part for name, value in conf.items() for part in ("--conf", f"{name}={value}")]
    command += ["--py-files", package, str(JOB), str(source), real_target, ",".join(marked.CLASSIFIERS), str(tmp_path)]
    environment = {
        **os.environ,
        "SPARK_HOME": str(home),
        "PYSPARK_PYTHON": sys.executable,
        "SPARK_WORKER_DIR": str(tmp_path / "work"),
    }
    environment.pop("PYTHONPATH", None)
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=200)
    assert (tmp_path / "result.json").exists(), done.stdout + done.stderr
    assert (tmp_path / "died").exists()
    result = json.loads((tmp_path / "result.json").read_text())
    places = result.pop("places")
    assert len(places) == 2
    assert all("semtel.zip" in place for place in places)
    answers = []
    for rows in result.values():
        rows.sort(key=lambda row: row["n"])
        assert [row["n"] for row in rows] == list(range(ROWS))
        assert [row["n"] for row in rows if marked.found(row) != marked.expected(row["n"])] == []
        answers.append([marked.answered(row) for row in rows])
    assert answers[0] == answers[1] == answers[2]
