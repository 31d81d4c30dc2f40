"""A call that ignores its own time limit ends all the same.

gRPC's timers do not run in a process forked from one that already used gRPC (apache/arrow#38617), so
the limit is kept by a thread that gRPC knows nothing of.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from semtel.errors import StuckError

T = TypeVar("T")

# gRPC ends a call within milliseconds of its deadline; a busy machine may need seconds to notice.
GRACE_S = 10.0


class Task(Generic[T]):
    """A call on a daemon thread of its own, which does not keep the process alive if it is stuck."""

    def __init__(self, call: Callable[[], T], when_done: Callable[[], None] = lambda: None) -> None:
        self._call = call
        self._when_done = when_done
        self._done = threading.Event()
        self._value: T
        self._error: BaseException | None = None
        threading.Thread(target=self._run, name="semtel-call", daemon=True).start()

    def _run(self) -> None:
        try:
            self._value = self._call()
        except BaseException as error:
            self._error = error
        self._done.set()
        self._when_done()

    @property
    def done(self) -> bool:
        """Whether the call has ended, well or not."""
        return self._done.is_set()

    def result(self, timeout_s: float) -> T:
        """Return what the call returned, or raise what it raised.

        Raises
        ------
        StuckError
            When it has not ended after ``timeout_s`` seconds.
        """
        if not self._done.wait(timeout_s):
            raise stuck()
        if self._error is not None:
            raise self._error
        return self._value


def stuck() -> StuckError:
    """Say what a call that ignores its deadline usually means."""
    return StuckError(
        "stuck",
        "A call to the semtel server ignored its time limit. This happens in a process that was forked from one "
        "that had already used Arrow Flight or gRPC: start it with the multiprocessing method 'spawn'.",
    )


def within(limit_s: float, call: Callable[[], T]) -> T:
    """Run ``call`` and give up on it ``limit_s`` seconds later."""
    return Task(call).result(limit_s)
