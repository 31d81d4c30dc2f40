import pickle
import threading
import time

import fake_server
import pyarrow as pa
import pyarrow.dataset
import pyarrow.flight as flight
import pytest
from fake_server import FakeServer, Fault

from semtel import Client, SemtelError
from semtel.cancellation import Cancellation
from semtel.errors import (
    AnswerError,
    CancelledError,
    InvalidRequestError,
    LabelError,
    NotFoundError,
    ServerError,
    UnauthenticatedError,
    UnavailableError,
)

ALL = ["topic", "expertise", "satisfaction"]


def conversations(rows: int) -> list:
    return [
        [
            {
                "role": "user",
                "content": f"row {n} [[topic=T{n}]] [[expertise=E{n}]] [[satisfaction.sat_gratitude={n}]]",
            }
        ]
        for n in range(rows)
    ]


def table(rows: int) -> pa.Table:
    return pa.table({"key": [f"k{n}" for n in range(rows)], "messages": conversations(rows), "n": list(range(rows))})


def labels(result: pa.Table, name: str = "topic") -> list:
    return [row[name]["label"] for row in result.select([name]).to_pylist()]


def test_every_row_gets_its_own_labels_in_order(server: FakeServer):
    client = Client(server.target, batch_rows=7)
    result = client.classify(table(100), ALL, id="key", passthrough=["n"]).read_all()
    assert result.schema.names == ["key", "n", *ALL]
    assert result["key"].to_pylist() == [f"k{n}" for n in range(100)]
    assert labels(result) == [f"T{n}" for n in range(100)]
    assert labels(result, "expertise") == [f"E{n}" for n in range(100)]
    assert [row["sat_gratitude"] for row in result["satisfaction"].to_pylist()] == list(range(100))
    assert len(server.seen) == 15


def test_only_the_conversation_and_a_row_number_travel(server: FakeServer):
    Client(server.target).classify(table(3), "topic", id="key", passthrough="n").read_all()
    assert server.seen[0].schema.names == ["row", "conversation"]
    assert server.seen[0].schema.field("row").type == pa.int32()
    assert server.options[0] == {
        "classifiers": ["topic"],
        "conversation": "conversation",
        "id": "row",
        "job_id": server.options[0]["job_id"],
    }


def test_results_keep_their_order_when_later_slices_are_answered_first(server: FakeServer):
    server.delay_by_row = lambda row: 0.3 if row % 20 == 0 else 0.0
    result = Client(server.target, batch_rows=5, in_flight=4).classify(table(60), "topic").read_all()
    assert labels(result) == [f"T{n}" for n in range(60)]


def test_no_more_exchanges_than_in_flight(server: FakeServer):
    server.answer_delay_s = 0.05
    Client(server.target, batch_rows=1, in_flight=3).classify(table(20), "topic").read_all()
    assert server.most_running == 3


def test_slices_are_bounded_by_bytes(server: FakeServer):
    data = pa.table({"conversation": ["x" * 1000] * 64})
    Client(server.target, batch_bytes=10_000).classify(data, "topic").read_all()
    assert all(batch.column("conversation").nbytes <= 10_000 for batch in server.seen)
    assert sum(batch.num_rows for batch in server.seen) == 64


@pytest.mark.parametrize(
    "type_",
    [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string())],
    ids=str,
)
def test_text_of_every_layout(server: FakeServer, type_):
    texts = [None, "", *(f"[[topic=T{n}]]" for n in range(2, 30))]
    column = pa.array(texts).cast(type_) if type_ != pa.string_view() else pa.array(texts, type_)
    data = pa.table({"text": pa.chunked_array([column.slice(0, 11), column.slice(11)])})
    result = Client(server.target, batch_rows=4).classify(data, "topic", conversation="text").read_all()
    assert labels(result) == [None, None, *(f"T{n}" for n in range(2, 30))]
    assert {batch.column("conversation").type for batch in server.seen} <= {pa.string(), pa.large_string()}
    rows = result["topic"].to_pylist()
    assert [row["error_code"] for row in rows[:3]] == ["null", "empty", None]


@pytest.mark.parametrize("text", [pa.string(), pa.large_string(), pa.string_view(), "dictionary"], ids=str)
@pytest.mark.parametrize("list_", [pa.list_, pa.large_list], ids=["list", "large_list"])
def test_message_lists_of_every_layout(server: FakeServer, text, list_):
    text = pa.dictionary(pa.int32(), pa.string()) if text == "dictionary" else text
    type_ = list_(pa.struct([("content", text), ("extra", pa.int64()), ("role", text)]))
    rows = [None, [], *conversations(30)]
    plain = pa.array(rows, list_(pa.struct([("content", pa.string()), ("extra", pa.int64()), ("role", pa.string())])))
    data = pa.record_batch({"messages": plain.cast(type_)}).slice(1)
    result = Client(server.target, batch_rows=4).classify(data, "topic").read_all()
    assert labels(result) == [None, *(f"T{n}" for n in range(30))]


def test_any_arrow_data_is_read(server: FakeServer):
    data = table(10)
    expected = [f"T{n}" for n in range(10)]

    class Stream:
        def __arrow_c_stream__(self, requested_schema=None):
            return data.__arrow_c_stream__(requested_schema)

    batch = data.combine_chunks().to_batches()[0]
    forms = [data, batch, data.to_reader(), pyarrow.dataset.dataset(data), iter([batch]), [batch], Stream()]
    for form in forms:
        assert labels(Client(server.target).classify(form, "topic").read_all()) == expected, type(form)


def test_data_of_no_rows_gives_the_schema_and_asks_nothing(server: FakeServer):
    result = Client(server.target).classify(table(5).slice(0, 0), ALL, id="key").read_all()
    assert result.num_rows == 0
    assert result.schema.names == ["key", *ALL]
    assert server.seen == []


@pytest.mark.parametrize("data", [object(), 3, [], ["x"]], ids=str)
def test_data_that_is_not_arrow_is_refused(server: FakeServer, data):
    with pytest.raises(InvalidRequestError, match=r"Arrow|record batches"):
        Client(server.target).classify(data, "topic")


@pytest.mark.parametrize("fault", [Fault(swap=True), Fault(double=True)], ids=["swapped", "doubled"])
def test_a_row_in_another_place_is_an_error_and_not_a_wrong_label(server: FakeServer, fault):
    server.fail_next(fault)
    with pytest.raises(AnswerError, match="other rows") as raised:
        Client(server.target).classify(table(4), "topic").read_all()
    assert raised.value.code == "rows"


@pytest.mark.parametrize("fault", [Fault(drop=True), Fault(extra_batch=True)], ids=["missing row", "second batch"])
def test_too_few_or_too_many_rows_are_an_error(server: FakeServer, fault):
    server.fail_next(fault)
    with pytest.raises(AnswerError):
        Client(server.target).classify(table(4), "topic").read_all()


@pytest.mark.parametrize(
    "fault",
    [
        Fault(ledger={"rows": 4, "questions": 4, "ok": 3, **dict.fromkeys(fake_server.STATES[1:], 0)}),
        Fault(ledger={"rows": 3, "questions": 3, "ok": 3, **dict.fromkeys(fake_server.STATES[1:], 0)}),
        Fault(ledger={"rows": 4}),
        Fault(no_metadata=True),
    ],
    ids=["unbalanced", "of other rows", "incomplete", "absent"],
)
def test_a_ledger_that_does_not_balance_is_an_error(server: FakeServer, fault):
    server.fail_next(fault)
    with pytest.raises(AnswerError, match="ledger") as raised:
        Client(server.target).classify(table(4), "topic").read_all()
    assert raised.value.code == "ledger"


def test_columns_and_fields_are_taken_by_name(server: FakeServer):
    server.fail_next(Fault(reorder_columns=True))
    result = Client(server.target).classify(table(4), ALL).read_all()
    assert result.schema.names == ALL
    assert result.schema.field("topic").type == fake_server.answer_type("topic")
    assert labels(result) == ["T0", "T1", "T2", "T3"]


def test_refused_exchanges_are_sent_again_after_the_time_the_server_asks_for(server: FakeServer):
    busy = Fault(
        flight.FlightUnavailableError("full"),
        {"semtel-error": "overloaded", "grpc-retry-pushback-ms": "150"},
    )
    server.fail_next(busy, busy)
    started = time.monotonic()
    result = Client(server.target).classify(table(4), "topic").read_all()
    assert time.monotonic() - started >= 0.3
    assert labels(result) == ["T0", "T1", "T2", "T3"]


def test_not_admitted_is_sent_again(server: FakeServer):
    server.fail_next(Fault(flight.FlightTimedOutError("waited"), {"semtel-error": "not_admitted"}))
    assert len(Client(server.target).classify(table(4), "topic").read_all()) == 4


def test_internal_is_sent_once_more_only(server: FakeServer):
    broken = Fault(flight.FlightInternalError("a bug"), {"semtel-error": "internal"})
    server.fail_next(broken)
    assert len(Client(server.target).classify(table(4), "topic").read_all()) == 4
    server.fail_next(broken, broken)
    with pytest.raises(ServerError, match="a bug") as raised:
        Client(server.target).classify(table(4), "topic").read_all()
    assert raised.value.code == "internal"


@pytest.mark.parametrize(
    ("error", "code", "expected"),
    [
        (pa.ArrowInvalid("no such option"), "bad_option", InvalidRequestError),
        (pa.ArrowInvalid("all rejected"), "endpoints_rejected", SemtelError),
        (flight.FlightUnauthenticatedError("bad token"), "bad_token", UnauthenticatedError),
        (flight.FlightCancelledError("job cancelled"), "cancelled", CancelledError),
        (KeyError("no model x"), "unknown_model", NotFoundError),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_other_errors_are_raised_with_the_servers_code_and_words(server: FakeServer, error, code, expected):
    server.fail_next(Fault(error, {"semtel-error": code}))
    with pytest.raises(expected, match=str(error.args[0])) as raised:
        Client(server.target).classify(table(4), "topic").read_all()
    assert isinstance(raised.value, SemtelError)
    assert raised.value.code == code
    assert "gRPC client debug" not in str(raised.value)
    assert pickle.loads(pickle.dumps(raised.value)).code == code
    assert len(server.seen) == 0


def test_a_server_that_goes_away_and_comes_back_loses_no_row():
    first = FakeServer()
    target, port = first.target, first.port
    reader = Client(target, batch_rows=5, in_flight=2).classify(table(60), "topic")
    head = reader.read_next_batch()
    first.shutdown()
    second: list[FakeServer] = []
    back = threading.Timer(1.5, lambda: second.append(FakeServer(port)))
    back.start()
    rest = pa.Table.from_batches([head, *reader])
    back.join()
    assert labels(rest) == [f"T{n}" for n in range(60)]
    second[0].shutdown()


def test_a_server_that_never_comes_back_ends_in_an_error_at_the_timeout(server: FakeServer):
    client = Client(server.target, timeout_s=5)
    reader = client.classify(table(4), "topic")
    server.shutdown()
    with pytest.raises(UnavailableError) as raised:
        reader.read_all()
    assert raised.value.code == "unreachable"


def test_with_several_hosts_a_dead_one_costs_no_row_and_no_wait(server: FakeServer, monkeypatch):
    waits = []
    monkeypatch.setattr(Cancellation, "sleep", lambda _, seconds: waits.append(seconds))
    client = Client(f"127.0.0.1:1,{server.target}", batch_rows=2)
    assert labels(client.classify(table(20), "topic").read_all()) == [f"T{n}" for n in range(20)]
    assert not any(waits)


def test_dropping_the_reader_cancels_what_is_under_way(server: FakeServer):
    def until_running(calls):
        deadline = time.monotonic() + 15
        while server.running != calls and time.monotonic() < deadline:
            time.sleep(0.01)

    def delay(row):
        if row > 0:
            return 60.0
        # The first is answered once as many as may be are under way.
        until_running(4)
        return 0.0

    server.delay_by_row = delay
    reader = Client(server.target, batch_rows=1, in_flight=4).classify(table(50), "topic")
    reader.read_next_batch()
    del reader
    until_running(0)
    assert (server.running, server.cancelled, len(server.seen)) == (0, 3, 4)


def test_on_error_fail_raises_for_a_row_without_a_label(server: FakeServer):
    data = pa.table({"conversation": ["fine", None, "[[invalid]]"]})
    kept = Client(server.target).classify(data, "topic").read_all()["topic"].to_pylist()
    assert [row["status"] for row in kept] == ["ok", "skipped", "invalid"]
    with pytest.raises(LabelError, match="invalid/unreadable"):
        Client(server.target).classify(data, "topic", on_error="fail").read_all()
    assert len(Client(server.target).classify(data.slice(0, 2), "topic", on_error="fail").read_all()) == 2


def test_the_token_goes_with_every_call(server: FakeServer, monkeypatch):
    monkeypatch.setenv("SEMTEL_TOKEN", "secret")
    Client(server.target).classify(table(2), "topic").read_all()
    assert set(server.factory.tokens) == {"Bearer secret"}
    assert len(server.factory.tokens) == 3


def test_what_can_be_known_before_sending_is_said_at_once(server: FakeServer):
    client = Client(server.target)
    with pytest.raises(NotFoundError, match="topics"):
        client.classify(table(2), "topics")
    with pytest.raises(InvalidRequestError, match=r'no column "chat" to classify.* key, messages'):
        client.classify(table(2), "topic", conversation="chat")
    with pytest.raises(InvalidRequestError, match='no column "nokey"'):
        client.classify(table(2), "topic", id="nokey")
    with pytest.raises(ValueError, match='called "topic"'):
        client.classify(table(2).rename_columns(["topic", "messages", "n"]), "topic", id="topic")
    with pytest.raises(InvalidRequestError, match="on_error"):
        client.classify(table(2), "topic", on_error="raise")
    with pytest.raises(InvalidRequestError, match="job_id"):
        client.classify(table(2), "topic", job_id="two words")
    with pytest.raises(InvalidRequestError, match="empty"):
        client.classify(table(2), [])
    with pytest.raises(InvalidRequestError, match=r"classifiers are names, .* got \(1,\)"):
        client.classify(table(2), [1])
    with pytest.raises(NotFoundError, match='model "large" is not configured'):
        client.classify(table(2), "topic", model="large")
    with pytest.raises(InvalidRequestError, match='There are 2 columns "twice"'):
        client.classify(pa.table([[1], [2], ["hi"]], ["twice", "twice", "messages"]), "topic", id="twice")
    assert server.seen == []


def test_a_wrong_address_is_said_within_seconds():
    started = time.monotonic()
    with pytest.raises(UnavailableError, match=r"No semtel server answers at 127\.0\.0\.1:1\. Start one with"):
        Client("127.0.0.1:1").classify(table(2), "topic")
    # Without a limit of its own a client would wait for an hour.
    assert time.monotonic() - started < 60


def test_a_server_of_another_protocol_is_named(server: FakeServer):
    server.protocol = 2
    with pytest.raises(ServerError, match="protocol 2"):
        Client(server.target).schema("topic")


def test_a_client_travels_by_pickle(server: FakeServer):
    client = Client(server.target, batch_rows=3)
    client.schema("topic")
    copy = pickle.loads(pickle.dumps(client))
    assert labels(copy.classify(table(4), "topic").read_all()) == ["T0", "T1", "T2", "T3"]
