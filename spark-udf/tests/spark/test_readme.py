"""The Spark examples of both READMEs, as they stand there."""

import re
from pathlib import Path

import pytest
import test_classify

READMES = [Path(__file__).resolve().parents[2] / "README.md", Path(__file__).resolve().parents[3] / "README.md"]


@pytest.mark.parametrize("readme", READMES, ids=["spark-udf", "semtel"])
def test_the_example_in_readme_runs(spark, server, tmp_path, monkeypatch, readme):
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", readme.read_text(), re.DOTALL)
    [example] = [block for block in blocks if "semtel.spark.classify(" in block]
    runnable, targets = re.subn(r'target="[^"]+"', f'target="{server.target}"', example)
    assert targets == 1
    names = {"df": test_classify.chats(spark, rows=4, partitions=1)}
    exec(runnable, names)
    assert {row["topic"]["label"] for row in names["labelled"].collect()} == {"T0", "T1", "T2", "T3"}
