"""A process forked after Flight was used: calls hang in it, and the client says so instead of hanging too."""

import multiprocessing
import time

import pyarrow as pa

from semtel import Client, SemtelError, connection, watchdog

DATA = pa.table({"conversation": ["[[topic=Health]]"]})


def label(target, queue, limit_s):
    if limit_s is not None:
        connection.FIRST_CALL_S = watchdog.GRACE_S = connection.GRACE_S = limit_s
    started = time.monotonic()
    try:
        result = Client(target).classify(DATA, "topic").read_all()["topic"][0]["label"].as_py()
    except SemtelError as error:
        result = error.code
    queue.put((result, time.monotonic() - started))


def in_child(method, target, limit_s=None):
    context = multiprocessing.get_context(method)
    queue = context.Queue()
    process = context.Process(target=label, args=(target, queue, limit_s), daemon=True)
    process.start()
    answer = queue.get(timeout=60)
    process.join(10)
    assert process.exitcode == 0
    return answer


def test_a_child_forked_after_use_is_right_or_raises_within_seconds(server):
    Client(server.target).schema("topic")
    result, seconds = in_child("fork", server.target, limit_s=0.5)
    assert result in ("Health", "stuck")
    assert seconds < 30


def test_a_spawned_child_classifies(server):
    Client(server.target).schema("topic")
    assert in_child("spawn", server.target)[0] == "Health"
