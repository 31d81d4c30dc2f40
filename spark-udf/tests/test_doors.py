"""Every door but Spark's answers alike; Spark's are in spark/test_spark_doors.py. The reference is the plain client."""

import json

import marked
import polars as pl
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest

import semtel.polars  # noqa: F401


@pytest.fixture(scope="module")
def frame():
    return pl.from_arrow(pa.Table.from_pylist(marked.conversations(marked.ROWS)))


def test_the_plain_client(reference):
    marked.check(list(reference.values()), reference)


def test_polars(frame, real_target, reference):
    labelled = frame.semtel.classify(marked.CLASSIFIERS, target=real_target, batch_rows=48)
    marked.check(labelled.to_dicts(), reference)


@pytest.mark.parametrize("engine", ["in-memory", "streaming"])
def test_lazy_polars(frame, real_target, reference, engine):
    labelled = frame.lazy().semtel.classify(marked.CLASSIFIERS, target=real_target, batch_rows=48)
    marked.check(labelled.collect(engine=engine).to_dicts(), reference)


def given_table():
    return pa.Table.from_pylist(marked.conversations(marked.ROWS))


def write_arrow(path):
    table = given_table()
    with pa.ipc.new_file(path, table.schema) as file:
        file.write_table(table)


def write_csv(path):
    rows = [{"n": row["n"], "messages": json.dumps(row["messages"])} for row in marked.conversations(marked.ROWS)]
    pyarrow.csv.write_csv(pa.Table.from_pylist(rows), path)


def read_lines(path, _):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def read_csv(path, like):
    """Rows of the types of others; a column ``topic.label`` is the field of a struct."""
    table = pa.Table.from_pylist(like).flatten()
    options = pyarrow.csv.ConvertOptions(
        column_types=table.schema, strings_can_be_null=True, quoted_strings_can_be_null=False
    )
    rows = []
    for flat in pyarrow.csv.read_csv(path, convert_options=options).to_pylist():
        row = {}
        for name, value in flat.items():
            struct, _, field = name.partition(".")
            if field:
                row.setdefault(struct, {})[field] = value
            else:
                row[name] = value
        rows.append(row)
    return rows


FORMATS = {
    ".jsonl": (marked.write, read_lines),
    ".arrow": (write_arrow, lambda path, _: pa.ipc.open_file(path).read_all().to_pylist()),
    ".parquet": (
        lambda path: pyarrow.parquet.write_table(given_table(), path),
        lambda path, _: pyarrow.parquet.read_table(path).to_pylist(),
    ),
    ".csv": (write_csv, read_csv),
}


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("by", ["in this process", "by server"])
def test_semtel_run(tmp_path, semtel_server, real_target, reference, by, suffix):
    given, out = tmp_path / f"in{suffix}", tmp_path / f"out{suffix}"
    write, read = FORMATS[suffix]
    write(given)
    asked = ["-c", ",".join(marked.CLASSIFIERS), "--id", "n", "-o", str(out), "--yes"]
    where = ["--server", real_target] if by == "by server" else ["--config", str(semtel_server.config)]
    ended = semtel_server.run("run", str(given), *asked, *where)
    assert ended.returncode == 0, ended.stderr
    marked.check(read(out, list(reference.values())), reference)
