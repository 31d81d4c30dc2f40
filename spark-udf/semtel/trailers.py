"""What the server says beside a call's status: the trailers, caught by a Flight middleware."""

from __future__ import annotations

import threading

import pyarrow.flight as flight


class TrailerCatcher(flight.ClientMiddlewareFactory):
    """Keeps the trailers of the last call that each thread started."""

    def __init__(self) -> None:
        super().__init__()
        self._of_thread = threading.local()

    def start_call(self, info: flight.CallInfo) -> flight.ClientMiddleware:
        """Begin a call: forget the trailers of the one before it on this thread."""
        self._of_thread.values = {}
        return _Catch(self._of_thread.values)

    def last(self) -> dict[str, str]:
        """Headers and trailers of this thread's last call, names in lower case."""
        return getattr(self._of_thread, "values", {})


class _Catch(flight.ClientMiddleware):
    def __init__(self, values: dict[str, str]) -> None:
        super().__init__()
        self._values = values

    def received_headers(self, headers: dict[str, list[str | bytes]]) -> None:
        for name, values in headers.items():
            if values and isinstance(values[-1], str):
                self._values[name.lower()] = values[-1]
