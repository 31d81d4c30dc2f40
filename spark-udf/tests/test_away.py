import socket

import pyarrow as pa

from semtel import Client
from semtel.away import RETRY_S, Away

ABC = ["a", "b", "c"]


def test_servers_take_turns():
    assert [Away().in_turn(ABC, first, 0.0) for first in (0, 1, 5)] == [ABC, ["b", "c", "a"], ["c", "a", "b"]]


def test_a_silent_server_comes_last_until_it_answers():
    away = Away()
    away.silent("a", 0.0)
    assert away.in_turn(ABC, 0, 1.0) == ["b", "c", "a"]
    away.answered("a")
    assert away.in_turn(ABC, 0, 1.0) == ABC


def test_after_its_time_one_batch_tries_a_silent_server():
    away = Away()
    away.silent("a", 0.0)
    assert [away.in_turn(ABC, 0, RETRY_S)[0] for _ in range(3)] == ["a", "b", "b"]
    assert away.in_turn(ABC, 0, 2 * RETRY_S)[0] == "a"


def test_servers_that_are_all_silent_are_tried_in_turn():
    away = Away()
    for uri in ABC:
        away.silent(uri, 0.0)
    assert away.in_turn(ABC, 1, 1.0) == ["b", "c", "a"]


def test_a_machine_that_says_nothing_does_not_keep_the_others_from_answering(server):
    # The kernel takes connections, and nobody ever speaks.
    with socket.create_server(("127.0.0.1", 0)) as silent:
        target = f"127.0.0.1:{silent.getsockname()[1]},{server.target}"
        rows = pa.table({"id": list(range(40)), "conversation": [f"chat {n}" for n in range(40)]})
        answers = Client(target, batch_rows=2).classify(rows, ["topic"], id="id").read_all()
    assert answers["id"].to_pylist() == rows["id"].to_pylist()
    assert {answer["status"] for answer in answers["topic"].to_pylist()} == {"ok"}
    assert len(server.seen) == 20
