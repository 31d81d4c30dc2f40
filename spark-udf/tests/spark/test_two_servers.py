"""One of two real servers is killed in the middle of a Spark job and stays away."""

import threading
import time

import marked
import pytest
import real_server

import semtel.spark

ROWS = 600
# Each server has an endpoint of its own, so that its calls tell which rows it was given; what the one that dies was
# given it does not answer before.
LATENCY_MS = {"stays": 20, "dies": 600_000}


def topic(n):
    return marked.TOPICS[n % len(marked.TOPICS)]


@pytest.mark.timeout(120)
def test_one_of_two_servers_killed_for_good_costs_no_row(spark, tmp_path_factory):
    servers = [
        real_server.RealServer(tmp_path_factory.mktemp(name), {"answers": "marked", "latency_ms": latency_ms})
        for name, latency_ms in LATENCY_MS.items()
    ]
    stays, dies = servers
    killed = threading.Event()

    def kill():
        # Both were given rows.
        while stays.seen("ok") == 0 or dies.seen("requests") == 0:
            time.sleep(0.02)
        killed.set()
        dies.stop()

    chats = [(n, f"chat {n} [[topic={topic(n)}]]") for n in range(ROWS)]
    frame = spark.createDataFrame(chats, "n int, conversation string").repartition(4)
    target = ",".join(server.target for server in servers)
    labelled = semtel.spark.classify(frame, "topic", target=target, batch_rows=10, in_flight=2)
    killer = threading.Thread(target=kill, daemon=True)
    try:
        killer.start()
        rows = labelled.collect()
        assert killed.is_set()
        killer.join()
        assert dies.seen("ok") == 0
        assert sorted(row.n for row in rows) == list(range(ROWS))
        assert [row.n for row in rows if row.topic.label != topic(row.n)] == []
    finally:
        for server in servers:
            server.close()
