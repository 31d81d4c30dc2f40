"""The real server is killed in the middle of a Spark job and comes back ten seconds later."""

import threading
import time

import marked
import pytest

import semtel.spark

AWAY_S = 10
ROWS = 600


def topic(n):
    return marked.TOPICS[n % len(marked.TOPICS)]


@pytest.mark.timeout(240)
def test_a_server_killed_for_ten_seconds_costs_no_row(spark, semtel_server):
    chats = [(n, f"chat {n} [[topic={topic(n)}]]") for n in range(ROWS)]
    frame = spark.createDataFrame(chats, "n int, conversation string").repartition(4)
    labelled = semtel.spark.classify(frame, "topic", target=semtel_server.target, batch_rows=10, in_flight=2)
    away = []

    before = semtel_server.seen("requests")

    def restart():
        deadline = time.monotonic() + 60
        while semtel_server.seen("requests") < before + ROWS // 20 and time.monotonic() < deadline:
            time.sleep(0.02)
        semtel_server.stop()
        away.append(time.monotonic())
        time.sleep(AWAY_S)
        semtel_server.start()

    semtel_server.control(latency_ms=300)
    restarter = threading.Thread(target=restart)
    restarter.start()
    rows = labelled.collect()
    ended = time.monotonic()
    restarter.join()
    semtel_server.control(latency_ms=20)
    assert ended - away[0] > AWAY_S
    assert sorted(row.n for row in rows) == list(range(ROWS))
    assert [row.n for row in rows if row.topic.label != topic(row.n)] == []
