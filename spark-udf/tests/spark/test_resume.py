"""What is paid a second time when a part of a Spark job is killed, or does its work twice: the server keeps answers."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing

import killed_job
import pytest
import real_server

ROWS = 3_000
# Calls after which answers come no more, so that there is something to save and much is left.
HELD_AT = 300
LATENCY_MS = 20
HELD_MS = 600_000
# What a crash may cost besides the calls in flight: the answers of a second, or a thousand (docs/store.md).
UNSAVED = 1_000

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    if not real_server.NODE.exists():
        pytest.skip("node_modules is missing: run npm ci at the top of the repository")
    started = real_server.RealServer(
        tmp_path_factory.mktemp("keeps"), {"answers": "marked", "latency_ms": LATENCY_MS}, keeps=True
    )
    yield started
    started.close()


def until(true):
    deadline = time.monotonic() + 120
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def saved(server):
    with closing(sqlite3.connect(f"file:{server.store}?mode=ro", uri=True)) as store:
        return store.execute("SELECT count(*) FROM answers").fetchone()[0]


def until_some_are_saved(server, calls, had):
    """Let no more be answered after so many calls, and wait for the answers before them to be saved."""
    until(lambda: server.seen("requests") >= calls)
    server.control(latency_ms=HELD_MS)
    until(lambda: saved(server) > had)


def assert_own_labels(rows):
    assert sorted(row.n for row in rows) == list(range(ROWS))
    assert [row.n for row in rows if row.topic.label != killed_job.topic(row.n)] == []


def test_a_job_killed_and_started_again_pays_only_for_what_was_in_flight_or_not_saved(spark, server):
    before = server.seen("requests")
    # A group of its own, so that driver, JVM and workers die at once.
    job = subprocess.Popen([sys.executable, killed_job.__file__, str(ROWS), server.target], start_new_session=True)
    until_some_are_saved(server, before + HELD_AT, 0)
    os.killpg(job.pid, signal.SIGKILL)
    job.wait()
    server.control(latency_ms=LATENCY_MS)
    rows = killed_job.labelled(spark, ROWS, server.target).collect()
    assert_own_labels(rows)
    assert any(row.topic.source == "store" for row in rows)
    assert server.seen("requests") - before - ROWS <= real_server.MOST_IN_FLIGHT


def test_a_server_killed_in_the_middle_asks_again_only_what_was_in_flight_or_not_saved(spark, server):
    before, had = server.seen("requests"), saved(server)

    def restart():
        until_some_are_saved(server, before + HELD_AT, had)
        server.stop()
        server.control(latency_ms=LATENCY_MS)
        server.start()

    restarter = threading.Thread(target=restart)
    restarter.start()
    rows = killed_job.labelled(spark, ROWS, server.target, "killed").collect()
    restarter.join()
    assert_own_labels(rows)
    assert any(row.topic.source == "store" for row in rows)
    assert server.seen("requests") - before - ROWS <= real_server.MOST_IN_FLIGHT + UNSAVED


def test_a_frame_that_is_worked_out_twice_at_once_and_once_more_later_is_paid_once(spark, server):
    before = server.seen("requests")
    frame = killed_job.labelled(spark, ROWS, server.target, "twice")
    results = [[], []]
    copies = [threading.Thread(target=lambda rows=rows: rows.extend(frame.collect())) for rows in results]
    for copy in copies:
        copy.start()
    for copy in copies:
        copy.join()
    results.append(frame.collect())
    for rows in results:
        assert_own_labels(rows)
    assert server.seen("requests") - before == ROWS
