"""One Flight client per server and process, opened by the process that uses it."""

from __future__ import annotations

import json
import os
from typing import Any

import pyarrow.flight as flight

from semtel.errors import ServerError
from semtel.failures import CALL_ERRORS, failure_of
from semtel.retry import Failure
from semtel.settings import Settings
from semtel.trailers import TrailerCatcher
from semtel.watchdog import GRACE_S, within

PROTOCOL = 1

# A live server answers server_info in milliseconds; 10 s leave room for one that is starting or very busy.
FIRST_CALL_S = 10.0

_CHANNEL_OPTIONS = [
    # One host name may stand for several servers: use all of them evenly.
    ("grpc.lb_policy_name", "round_robin"),
    # Notice a vanished server while a long exchange is open, as contracted: 30 s / 10 s.
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.http2.max_pings_without_data", 0),
    # gRPC's own pause between connects grows to two minutes; a server that is back must be found in seconds.
    ("grpc.initial_reconnect_backoff_ms", 500),
    ("grpc.max_reconnect_backoff_ms", 3_000),
    ("grpc.min_reconnect_backoff_ms", 5_000),
]


class Connection:
    """A Flight client for one server, which knows the trailers of its calls."""

    def __init__(self, uri: str, settings: Settings) -> None:
        self.host = uri.partition("://")[2]
        self._trailers = TrailerCatcher()
        tls = {"tls_root_certs": settings.tls_root_certs} if settings.tls_root_certs else {}
        self.flight = flight.FlightClient(uri, middleware=[self._trailers], generic_options=_CHANNEL_OPTIONS, **tls)
        token = settings.token_here()
        self._headers = [(b"authorization", f"Bearer {token}".encode())] if token else []

    def options(self, timeout_s: float) -> flight.FlightCallOptions:
        """Options of one call: its deadline and the token."""
        return flight.FlightCallOptions(timeout=max(timeout_s, 0.001), headers=self._headers)

    def failure(self, error: Exception) -> Failure:
        """Translate an error of the call that this thread made last."""
        return failure_of(error, self._trailers.last(), self.host)

    def server_info(self, timeout_s: float) -> dict[str, Any] | Failure:
        """Ask the server for its version and limits."""
        try:
            results = list(self.flight.do_action(flight.Action("server_info", b"{}"), self.options(timeout_s)))
        except CALL_ERRORS as error:
            return self.failure(error)
        return json.loads(results[0].body.to_pybytes())


# By process, because gRPC does not survive a fork. A connection of the parent is left alone in the child:
# closing it there could hang.
_connections: dict[tuple[int, str, Settings, str | None], Connection] = {}


def connection(uri: str, settings: Settings, timeout_s: float) -> Connection | Failure:
    """Return this process's connection to a server.

    The first time it is opened and tried by one short call, under a watchdog: that finds a server of another
    protocol, and a process in which calls hang, before an hour is spent on the first batch.

    Raises
    ------
    StuckError
        In a process in which calls ignore their time limit.
    ServerError
        Where the server speaks another protocol.
    """
    key = _key(uri, settings)
    if known := _connections.get(key):
        return known
    limit_s = min(timeout_s, FIRST_CALL_S)
    made = within(limit_s + GRACE_S, lambda: _connect(uri, settings, limit_s))
    # Threads that came here together each made one; the first that was kept serves them all.
    return made if isinstance(made, Failure) else _connections.setdefault(key, made)


def forget(uri: str, settings: Settings) -> None:
    """Let the next call to a server begin with the short one, as the first did."""
    _connections.pop(_key(uri, settings), None)


def _key(uri: str, settings: Settings) -> tuple[int, str, Settings, str | None]:
    return (os.getpid(), uri, settings, settings.token_here())


def _connect(uri: str, settings: Settings, timeout_s: float) -> Connection | Failure:
    server = Connection(uri, settings)
    info = server.server_info(timeout_s)
    if isinstance(info, Failure):
        return info
    if info.get("protocol") != PROTOCOL:
        raise ServerError(
            "protocol",
            f"semtel server {server.host} speaks protocol {info.get('protocol')}, this package {PROTOCOL}: "
            "install the package of the server's version.",
        )
    return server
