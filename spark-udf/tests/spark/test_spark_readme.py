import examples
from test_classify import chats

import semtel.spark


def test_the_examples_for_spark(spark, server, monkeypatch, tmp_path, capfd):
    monkeypatch.setenv("SEMTEL_TARGET", server.target)
    df = chats(spark, 12, 2).select("id", "messages")
    semtel.spark.classify(df.where("id < 5"), "topic").write.parquet(str(tmp_path / "answers"))
    df.write.json(str(tmp_path / "incoming"))
    examples.run("Spark", {"spark": spark, "df": df}, tmp_path)
    assert capfd.readouterr().out.count("T7") == 2
    for name, column in [("labels", "label"), ("answers", "topic.label"), ("labelled", "topic.label")]:
        rows = spark.read.parquet(str(tmp_path / name)).select("id", column).collect()
        assert sorted((row.id, row.label) for row in rows) == [(n, f"T{n}") for n in range(12)]
