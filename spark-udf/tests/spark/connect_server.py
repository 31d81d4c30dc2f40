"""A Spark Connect server in a process of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pyspark
import pytest
from real_server import free_port

# A JVM on a busy machine of two cores.
START_S = 60.0


@contextmanager
def connect_server(folder: Path) -> Iterator[str]:
    """Start a server, give its address, and stop it."""
    home, port = Path(pyspark.__file__).parent, free_port()
    # Spark 4 has it in its package; scripts/test-spark-3.5.sh puts it into that of 3.5.
    if not list(home.glob("jars/spark-connect_*.jar")):
        pytest.skip("PySpark's jars do not hold the Connect server")
    settings = {
        "spark.connect.grpc.binding.port": port,
        "spark.driver.host": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.sql.warehouse.dir": folder / "warehouse",
    }
    command = [str(home / "bin/spark-submit"), "--class", "org.apache.spark.sql.connect.service.SparkConnectServer"]
    command += ["--master", "local[2]", "--driver-memory", "1g"]
    command += [part for name, value in settings.items() for part in ("--conf", f"{name}={value}")]
    environment = {
        **os.environ,
        "SPARK_HOME": str(home),
        "PYSPARK_PYTHON": sys.executable,
        # Its workers get the package from the job.
        "PYTHONPATH": "",
    }
    log = folder / "server.log"
    with log.open("wb") as out:
        # A group of its own, so that the JVM and the Python workers end together.
        server = subprocess.Popen(
            [*command, "spark-internal"], env=environment, cwd=folder, stdout=out, stderr=out, start_new_session=True
        )
    try:
        _wait_for(port, server, log)
        yield f"sc://127.0.0.1:{port}"
    finally:
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def _wait_for(port: int, server: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError(f"the Connect server did not start:\n{log.read_text()}")
