"""The Spark examples of both READMEs, as they stand there."""

import re
from pathlib import Path

import examples
import test_classify

import semtel.spark

FRONT_PAGE = Path(__file__).resolve().parents[3] / "README.md"


def test_the_example_on_the_front_page(spark, server, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", FRONT_PAGE.read_text(), re.DOTALL)
    [example] = [block for block in blocks if "semtel.spark.classify(" in block]
    runnable, targets = re.subn(r'target="[^"]+"', f'target="{server.target}"', example)
    assert targets == 1
    names = {"df": test_classify.chats(spark, rows=4, partitions=1)}
    exec(runnable, names)
    assert {row["topic"]["label"] for row in names["labelled"].collect()} == {"T0", "T1", "T2", "T3"}


def test_the_examples_of_the_package(spark, server, monkeypatch, tmp_path, capfd):
    monkeypatch.setenv("SEMTEL_TARGET", server.target)
    df = test_classify.chats(spark, 12, 2).select("id", "messages")
    semtel.spark.classify(df.where("id < 5"), "topic").write.parquet(str(tmp_path / "answers"))
    df.write.json(str(tmp_path / "incoming"))
    examples.run("Spark", {"spark": spark, "df": df}, tmp_path)
    assert capfd.readouterr().out.count("T7") == 2
    for name, column in [("labels", "label"), ("answers", "topic.label"), ("labelled", "topic.label")]:
        rows = spark.read.parquet(str(tmp_path / name)).select("id", column).collect()
        assert sorted((row.id, row.label) for row in rows) == [(n, f"T{n}") for n in range(12)]
