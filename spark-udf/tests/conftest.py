import fake_server
import pytest


@pytest.fixture
def server():
    """A fresh fake server in this process."""
    started = fake_server.FakeServer()
    yield started
    started.shutdown()
