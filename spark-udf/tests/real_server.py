"""The real server with the simulated endpoint behind it, as processes of their own."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parents[2]
NODE = ROOT / "node_modules/.bin/node"
MAIN = ROOT / "src/cli/main.ts"

# The workers' code is compiled as it is loaded; a busy machine of two cores needs most of this.
START_S = 60.0

# Calls that are in flight at once, to both endpoints together.
MOST_IN_FLIGHT = 200

CONFIG = """\
listen: 127.0.0.1:{listen}
status: 127.0.0.1:{status}
prompts: [{prompts}]
models:
  default:
    endpoints:
      - {{ name: east, base_url: "http://127.0.0.1:{endpoint}/east/v1", model: simulated-small, api_key: none,
          max_concurrency: {each} }}
      - {{ name: west, base_url: "http://127.0.0.1:{endpoint}/west/v1", model: simulated-small, api_key: none,
          max_concurrency: {each} }}
timeouts: {{ drain_s: 2 }}
store: {store}
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class RealServer:
    """``semtel simulate`` and ``semtel serve`` on free ports; the server can be stopped and started again.

    With ``keeps`` it keeps its answers, also over a restart.
    """

    def __init__(self, folder: Path, control: dict[str, Any], *, keeps: bool = False) -> None:
        self._folder = folder
        self._ports = {name: free_port() for name in ("listen", "status", "endpoint")}
        self._server: subprocess.Popen | None = None
        self.config = folder / "semtel.yaml"
        self.store = folder / "store.sqlite"
        store = json.dumps({"path": str(self.store)} if keeps else "off")
        prompts = json.dumps(str(ROOT / "prompts"))
        self.config.write_text(CONFIG.format(prompts=prompts, store=store, each=MOST_IN_FLIGHT // 2, **self._ports))
        endpoint = str(self._ports["endpoint"])
        self._simulator = self._run("simulate", "--port", endpoint, "--control", json.dumps(control))
        self._wait_for(f"http://127.0.0.1:{endpoint}/semtel/stats", self._simulator)
        self.start()

    @property
    def target(self) -> str:
        return f"127.0.0.1:{self._ports['listen']}"

    @property
    def status(self) -> str:
        """Address of the status page."""
        return f"127.0.0.1:{self._ports['status']}"

    def start(self) -> None:
        self._server = self._run("serve", "--config", str(self.config))
        self._wait_for(f"http://{self.status}/readyz", self._server)

    def stop(self) -> None:
        """Kill the server as a failing machine would."""
        if self._server is not None:
            self._server.kill()
            self._server.wait()
            self._server = None

    def close(self) -> None:
        self.stop()
        self._simulator.kill()
        self._simulator.wait()

    def control(self, **changes: Any) -> None:
        """Change the simulated endpoint while it runs."""
        url = f"http://127.0.0.1:{self._ports['endpoint']}/semtel/control"
        body = json.dumps(changes).encode()
        urllib.request.urlopen(urllib.request.Request(url, body, {"content-type": "application/json"}), timeout=10)

    def seen(self, count: str) -> int:
        """One of the simulated endpoints' counts, all endpoints together."""
        url = f"http://127.0.0.1:{self._ports['endpoint']}/semtel/stats"
        with urllib.request.urlopen(url, timeout=10) as answer:
            return sum(endpoint[count] for endpoint in json.load(answer)["endpoints"].values())

    def log(self, command: str) -> str:
        return (self._folder / f"{command}.log").read_text()

    def run(self, *arguments: str) -> subprocess.CompletedProcess:
        """One ``semtel`` command to its end."""
        return subprocess.run(
            [str(NODE), str(MAIN), *arguments], cwd=self._folder, capture_output=True, text=True, timeout=200
        )

    def _run(self, command: str, *arguments: str) -> subprocess.Popen:
        log: IO[bytes] = (self._folder / f"{command}.log").open("ab")
        environment = {**os.environ, "PATH": f"{NODE.parent}:{os.environ['PATH']}"}
        with log:
            return subprocess.Popen(
                [str(NODE), str(MAIN), command, *arguments], cwd=ROOT, env=environment, stdout=log, stderr=log
            )

    def _wait_for(self, url: str, process: subprocess.Popen) -> None:
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            if process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(url, timeout=2):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        logs = "\n".join(path.read_text() for path in self._folder.glob("*.log"))
        self.close()
        raise RuntimeError(f"semtel did not get ready at {url}:\n{logs}")
