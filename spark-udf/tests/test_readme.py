import examples
import polars as pl
import pyarrow as pa
import pytest

ROWS = {"id": list(range(20)), "messages": [[{"role": "user", "content": f"[[topic=T{n}]]"}] for n in range(20)]}


@pytest.fixture(autouse=True)
def target(server, monkeypatch):
    monkeypatch.setenv("SEMTEL_TARGET", server.target)


def test_the_example_for_arrow_data(capsys):
    examples.run("Any Arrow data", {"table": pa.table(ROWS)})
    assert '"T19"' in capsys.readouterr().out


def test_the_example_for_polars():
    frame = pl.DataFrame(ROWS)
    names = examples.run("Polars", {"df": frame, "lf": frame.lazy()})
    assert names["labelled"].unnest("topic")["label"].to_list() == [f"T{n}" for n in range(20)]
    assert names["chosen"].height == 10
