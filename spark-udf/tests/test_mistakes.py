"""What a person reads who made a mistake: the sentence says what to change."""

import time

import pyarrow as pa
import pytest

from semtel import Client
from semtel.errors import InvalidRequestError, NotFoundError, UnavailableError

CHATS = pa.table({"id": [1], "text": ["hi"], "chat": [[{"role": "user", "content": "hi"}]]})


def said(error, ask):
    """What is said within seconds; asked again where a busy machine let nothing happen in the client's time."""
    for _ in range(5):
        started = time.monotonic()
        with pytest.raises(error) as raised:
            ask()
        # Without a limit of its own a client would wait for an hour.
        assert time.monotonic() - started < 60
        if "Deadline Exceeded" not in str(raised.value):
            break
    return str(raised.value)


def test_a_port_of_another_kind(semtel_server):
    words = said(UnavailableError, lambda: Client(semtel_server.status, timeout_s=2).schema("topic"))
    assert f"No semtel server answers at {semtel_server.status}. Something else listens there" in words
    assert "give the address of its `listen` line as target= or in $SEMTEL_TARGET." in words


def test_a_host_that_is_not_known():
    words = said(UnavailableError, lambda: Client("semtel.invalid:8815", timeout_s=2).schema("topic"))
    assert "No semtel server answers at semtel.invalid:8815. This machine knows no host of that name." in words


def test_tls_with_a_server_that_has_none(semtel_server):
    words = said(UnavailableError, lambda: Client(f"grpc+tls://{semtel_server.target}", timeout_s=2).schema("topic"))
    assert "TLS fails: grpc+tls:// is for a server with certificates" in words


def test_nothing_at_the_address():
    words = said(UnavailableError, lambda: Client("127.0.0.1:1", timeout_s=2).schema("topic"))
    assert "No semtel server answers at 127.0.0.1:1. Start one with `semtel serve`, or give" in words
    assert "(grpc+tls://host:port where it has certificates)" in words
    words = said(UnavailableError, lambda: Client("grpc+tls://127.0.0.1:1", timeout_s=2).schema("topic"))
    assert "(without grpc+tls:// where it has no certificates)" in words


def test_a_server_that_is_gone_since_the_last_call(server):
    client = Client(server.target, timeout_s=1)
    client.schema("topic")
    server.shutdown()
    assert f"No semtel server answers at {server.target}. Start one" in said(
        UnavailableError, lambda: client.schema("topic")
    )


def test_a_classifier_that_is_almost_right(semtel_server):
    words = said(NotFoundError, lambda: Client(semtel_server.target).schema("topics"))
    assert 'There is no classifier "topics"; did you mean "topic"?' in words


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("id", 'The column "id" cannot hold conversations: they are text, or lists of {role, content}.'),
        ("chta", 'There is no column "chta" to classify.'),
        (None, 'There is no column "conversation" or "messages" to classify.'),
    ],
)
def test_a_column_that_will_not_do(server, column, words):
    found = said(InvalidRequestError, lambda: Client(server.target).classify(CHATS, "topic", conversation=column))
    assert found == f"{words} These would do: text, chat."
