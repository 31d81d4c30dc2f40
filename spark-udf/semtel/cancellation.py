"""Ending calls that nobody waits for any more."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

import pyarrow.flight as flight

from semtel.errors import CancelledError


class Cancellation:
    """Cancels the streams entered into it, now and later, and wakes those asleep between attempts."""

    def __init__(self) -> None:
        self._cancelled = threading.Event()
        self._lock = threading.Lock()
        self._streams: set[flight.FlightStreamReader] = set()

    def cancel(self) -> None:
        """Cancel every open stream; a later one is cancelled as it is entered."""
        with self._lock:
            self._cancelled.set()
            streams = tuple(self._streams)
        for stream in streams:
            stream.cancel()

    def sleep(self, seconds: float) -> None:
        """Wait.

        Raises
        ------
        CancelledError
            As soon as `cancel` is called.
        """
        if self._cancelled.wait(seconds):
            raise CancelledError("cancelled", "The call was cancelled by its caller.")

    @contextlib.contextmanager
    def covering(self, stream: flight.FlightStreamReader) -> Iterator[None]:
        """Let `cancel` end ``stream`` while the block runs."""
        with self._lock:
            self._streams.add(stream)
            cancelled = self._cancelled.is_set()
        if cancelled:
            stream.cancel()
        try:
            yield
        finally:
            with self._lock:
                self._streams.discard(stream)
