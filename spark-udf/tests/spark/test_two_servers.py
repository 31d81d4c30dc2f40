"""One of two real servers is killed in the middle of a Spark job and stays away."""

import threading
import time

import marked
import pytest
import real_server

import semtel.spark

ROWS = 600
# Each server has an endpoint of its own, so that its calls tell which rows it was given.
CONTROL = {"answers": "marked", "latency_ms": 200}


def topic(n):
    return marked.TOPICS[n % len(marked.TOPICS)]


@pytest.mark.timeout(120)
def test_one_of_two_servers_killed_for_good_costs_no_row(spark, tmp_path_factory):
    servers = [real_server.RealServer(tmp_path_factory.mktemp(name), CONTROL) for name in ("stays", "dies")]
    stays, dies = servers
    at_kill = []

    def kill():
        while dies.seen("ok") < ROWS // 6:
            time.sleep(0.02)
        at_kill.append((stays.seen("ok"), dies.seen("ok")))
        dies.stop()

    chats = [(n, f"chat {n} [[topic={topic(n)}]]") for n in range(ROWS)]
    frame = spark.createDataFrame(chats, "n int, conversation string").repartition(4)
    target = ",".join(server.target for server in servers)
    labelled = semtel.spark.classify(frame, "topic", target=target, batch_rows=10, in_flight=2)
    killer = threading.Thread(target=kill, daemon=True)
    try:
        killer.start()
        rows = labelled.collect()
        killer.join(timeout=10)
        [counts] = at_kill
        # Both were given rows, and the job was not over.
        assert min(counts) > 0
        assert sum(counts) < 0.8 * ROWS
        assert sorted(row.n for row in rows) == list(range(ROWS))
        assert [row.n for row in rows if row.topic.label != topic(row.n)] == []
    finally:
        for server in servers:
            server.close()
