"""Several calls at once, their results in the order of the input."""

from __future__ import annotations

import functools
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from semtel.watchdog import Task, stuck

Item = TypeVar("Item")
Result = TypeVar("Result")

# Finished results kept back by one slow call, per call in flight: enough that one straggler idles nobody
# for four times the usual time, little enough that memory stays a few batches.
WINDOW_PER_CALL = 4


def in_order(
    items: Iterable[Item], call: Callable[[Item], Result], *, in_flight: int, limit_s: float
) -> Iterator[tuple[Item, Result]]:
    """Apply ``call`` to every item, at most ``in_flight`` at a time.

    Parameters
    ----------
    items : iterable
        Read on the caller's thread, only as far as there is room.
    call : callable
        Runs on threads of its own.
    in_flight : int
        Calls at once.
    limit_s : float
        Seconds after which a call that should have ended is taken as stuck.

    Yields
    ------
    tuple
        Each item with its result, in the order of the items. The first error ends the iteration.
    """
    source = iter(items)
    pending: deque[tuple[Item, Task[Result], float]] = deque()
    woken = threading.Event()
    more = True
    while True:
        woken.clear()
        running = sum(not task.done for _, task, _ in pending)
        if pending and pending[0][1].done:
            item, task, _ = pending.popleft()
            yield item, task.result(0)
        elif more and running < in_flight and len(pending) < in_flight * WINDOW_PER_CALL:
            try:
                item = next(source)
            except StopIteration:
                more = False
                continue
            task = Task(functools.partial(call, item), woken.set)
            pending.append((item, task, time.monotonic() + limit_s))
        elif pending:
            _, task, limit = pending[0]
            if not woken.wait(max(0.0, limit - time.monotonic())) and not task.done:
                raise stuck()
        else:
            return
