import os

import fake_server
import marked
import pyarrow as pa
import pytest
import real_server

from semtel import Client


@pytest.fixture
def server():
    """A fresh fake server in this process."""
    started = fake_server.FakeServer()
    yield started
    started.shutdown()


@pytest.fixture(scope="session")
def semtel_server(tmp_path_factory):
    """The real server, its simulated endpoint answering from marks."""
    if not real_server.NODE.exists():
        pytest.skip("node_modules is missing: run npm ci at the top of the repository")
    started = real_server.RealServer(tmp_path_factory.mktemp("semtel"), {"answers": "marked", "latency_ms": 20})
    yield started
    started.close()


@pytest.fixture(scope="session")
def real_target(request):
    """``$SEMTEL_TEST_TARGET``, a server whose endpoint answers from marks; else one started here."""
    return os.environ.get("SEMTEL_TEST_TARGET") or request.getfixturevalue("semtel_server").target


@pytest.fixture(scope="session")
def reference(real_target):
    """Answers of the plain client to the conversations that every door is asked about, by row."""
    if not marked.DATA.exists():
        pytest.skip(f"the shared conversations are not at {marked.DATA}")
    table = pa.Table.from_pylist(marked.conversations(marked.ROWS))
    reader = Client(real_target, batch_rows=48).classify(table, marked.CLASSIFIERS, id="n")
    return {row["n"]: row for row in reader.read_all().to_pylist()}
