"""``semtel run`` from any kind of file into any other, read back by pyarrow."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.feather
import pyarrow.json
import pyarrow.parquet as pq
import pytest

TEXTS = {"a": "Is it a cold? [[topic=Health]]", 'b, "c"\n': "Where to? [[topic=Travel]] 🥚", "d": None}
EXPECTED = [("a", "ok", "Health"), ('b, "c"\n', "ok", "Travel"), ("d", "skipped", None)]


def read(path: Path) -> list[tuple]:
    """``(id, status, label)`` of every row."""
    if path.suffix == ".csv" or path.name.endswith(".csv.gz"):
        options = pyarrow.csv.ConvertOptions(strings_can_be_null=True, quoted_strings_can_be_null=False)
        newlines = pyarrow.csv.ParseOptions(newlines_in_values=True)
        table = pyarrow.csv.read_csv(path, parse_options=newlines, convert_options=options)
        return [(row["id"], row["topic.status"], row["topic.label"]) for row in table.to_pylist()]
    if path.suffix == ".parquet":
        table = pq.read_table(path)
    elif path.suffix == ".arrow":
        table = pyarrow.feather.read_table(path)
    else:
        table = pyarrow.json.read_json(path)
    return [(row["id"], row["topic"]["status"], row["topic"]["label"]) for row in table.to_pylist()]


@pytest.mark.parametrize(
    ("source", "target"),
    [("in.csv", "out.parquet"), ("in.parquet", "out.csv"), ("in.parquet", "out.arrow"), ("in.csv", "out.jsonl.gz")],
)
def test_every_file_is_read_and_what_is_written_pyarrow_reads(source, target, semtel_server, tmp_path):
    rows = pa.table({"id": list(TEXTS), "conversation": pa.array(TEXTS.values(), pa.string())})
    if source == "in.csv":
        pyarrow.csv.write_csv(rows, tmp_path / source)
    else:
        pq.write_table(rows, tmp_path / source)
    output = tmp_path / target
    address = ("--server", semtel_server.target)
    done = semtel_server.run("run", str(tmp_path / source), "-c", "topic", "-o", str(output), *address)
    assert done.returncode == 0, done.stderr
    assert read(output) == EXPECTED
    assert json.loads(Path(f"{output}.semtel.json").read_text())["rows"] == len(EXPECTED)
