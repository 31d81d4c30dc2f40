"""What any Arrow Flight client can do: pyarrow's own, without a line of semtel."""

import json

import pyarrow as pa
import pyarrow.flight as flight
import pytest

CHATS = [f"Question {n} [[topic={topic}]]" for n, topic in enumerate(["Health", "Food", "Travel"] * 20)]


@pytest.fixture(scope="module")
def client(semtel_server):
    with flight.FlightClient(f"grpc://{semtel_server.target}") as opened:
        yield opened


def command(**options):
    return flight.FlightDescriptor.for_command(json.dumps(options))


def action(client, name, body=b""):
    [result] = client.do_action(flight.Action(name, body))
    return json.loads(result.body.to_pybytes())


def test_do_exchange_answers_each_batch_in_order_with_its_ledger(client):
    table = pa.table({"n": pa.array(range(60), pa.int32()), "conversation": CHATS})
    writer, reader = client.do_exchange(command(classifiers=["topic"], id="n", job_id="flight"))
    with writer:
        writer.begin(table.schema)
        for start in (0, 25, 50):
            [batch] = table.slice(start, 25).combine_chunks().to_batches()
            writer.write_with_metadata(batch, f"from {start}".encode())
        writer.done_writing()
        answers = list(reader)
    assert [chunk.data.num_rows for chunk in answers] == [25, 25, 10]
    rows = [row for chunk in answers for row in chunk.data.to_pylist()]
    assert [row["n"] for row in rows] == list(range(60))
    assert all(f"[[topic={row['topic']['label']}]]" in chat for row, chat in zip(rows, CHATS, strict=True))
    told = [json.loads(chunk.app_metadata.to_pybytes()) for chunk in answers]
    assert [metadata["ledger"]["ok"] for metadata in told] == [25, 25, 10]
    assert [metadata["echo"] for metadata in told] == ["ZnJvbSAw", "ZnJvbSAyNQ==", "ZnJvbSA1MA=="]


def test_a_path_names_classifiers_with_defaults_for_the_rest(client):
    table = pa.table({"conversation": CHATS[:3]})
    writer, reader = client.do_exchange(flight.FlightDescriptor.for_path("topic"))
    with writer:
        writer.begin(table.schema)
        writer.write_table(table)
        writer.done_writing()
        assert [row["topic"]["label"] for row in reader.read_all().to_pylist()] == ["Health", "Food", "Travel"]


def test_get_schema_and_list_flights_tell_the_answer_columns(client):
    schema = client.get_schema(command(classifiers=["topic", "satisfaction"])).schema
    assert schema.names == ["topic", "satisfaction"]
    assert schema.field("satisfaction").type.field("score").type == pa.float64()
    flights = {info.descriptor.path[0].decode(): info for info in client.list_flights()}
    assert {"topic", "expertise", "satisfaction"} <= set(flights)
    assert flights["topic"].schema.names == ["topic"]
    assert flights["topic"].total_records == -1
    assert client.get_flight_info(command(classifiers=["topic"])).schema.names == ["topic"]


def test_actions_tell_health_server_and_job(client):
    assert action(client, "health") == {"status": "SERVING"}
    info = action(client, "server_info")
    assert info["protocol"] == 1
    assert {"version", "batch_rows", "message_bytes"} <= set(info)
    test_do_exchange_answers_each_batch_in_order_with_its_ledger(client)
    assert action(client, "get_job", b'{"job_id": "flight"}')["ledger"]["rows"] >= 60
    assert action(client, "cancel_job", b'{"job_id": "flight"}')["state"] == "CANCELLED"
    with pytest.raises(flight.FlightCancelledError):
        test_do_exchange_answers_each_batch_in_order_with_its_ledger(client)


def test_mistakes_are_errors_that_name_what_to_do(client):
    with pytest.raises(pa.ArrowInvalid, match=r"clasifiers.*classifiers"):
        client.get_schema(command(clasifiers=["topic"]))
    with pytest.raises(KeyError, match="topic"):
        client.get_schema(command(classifiers=["topik"]))
    with pytest.raises(NotImplementedError):
        client.do_get(flight.Ticket(b"")).read_all()
