"""Sending again: the policy, the state of one call, and the loop, apart."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from semtel.errors import SemtelError

T = TypeVar("T")


class Again(enum.Enum):
    """What a failure asks of the sender."""

    NEVER = "never"
    ONCE = "once"
    UNTIL_TIMEOUT = "until timeout"


@dataclass(frozen=True)
class Failure:
    """One failed attempt.

    Attributes
    ----------
    error : SemtelError
        What to raise when no further attempt is made.
    again : Again
        Whether a further attempt makes sense.
    pushback_s : float, optional
        How long the server asked to wait.
    """

    error: SemtelError
    again: Again
    pushback_s: float | None = None


@dataclass(frozen=True)
class RetryPolicy:
    """Exponential back-off with full jitter.

    Attributes
    ----------
    base_s : float
        Bound of the first wait, and the least time of a further attempt; a restart of a local server takes about
        this long.
    cap_s : float
        Bound of any wait of our own; a server that is back is found within it.
    hosts : int
        Servers to try in turn; only after all of them failed is there a wait.
    """

    base_s: float = 0.2
    cap_s: float = 5.0
    hosts: int = 1


class RetryState:
    """The failures of one call so far."""

    def __init__(self, policy: RetryPolicy, deadline: float) -> None:
        self._policy = policy
        self._deadline = deadline
        self._failures = 0
        self._once_used = False

    def next_wait_s(self, failure: Failure, now: float, random: Callable[[], float]) -> float | None:
        """Seconds to wait before the next attempt, or None when the failure is final.

        Parameters
        ----------
        failure : Failure
            The attempt that just ended.
        now : float
            Seconds on the clock of the deadline.
        random : callable
            Uniform in [0, 1).
        """
        if failure.again is Again.NEVER or (failure.again is Again.ONCE and self._once_used):
            return None
        wait = self._wait_s(failure, random)
        # With less time than this an attempt ends by our own deadline, and hides why those before it failed.
        return wait if now + wait + self._policy.base_s <= self._deadline else None

    def _wait_s(self, failure: Failure, random: Callable[[], float]) -> float:
        if failure.again is Again.ONCE:
            self._once_used = True
            return 0.0
        self._failures += 1
        if self._failures % self._policy.hosts:
            return 0.0
        return random() * self._bound_s() if failure.pushback_s is None else failure.pushback_s

    def _bound_s(self) -> float:
        rounds = self._failures // self._policy.hosts
        # 2**16 x base is far beyond the cap; a larger exponent would only overflow.
        return min(self._policy.cap_s, self._policy.base_s * 2 ** min(rounds - 1, 16))


def call_again(
    attempt: Callable[[float], T | Failure],
    policy: RetryPolicy,
    timeout_s: float,
    *,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
    random: Callable[[], float],
) -> T:
    """Call ``attempt`` until it returns something other than a `Failure`.

    Parameters
    ----------
    attempt : callable
        Takes the seconds left, returns a result or a `Failure`.
    policy : RetryPolicy
        How long to wait between attempts.
    timeout_s : float
        Time for all attempts together.
    clock, sleep, random : callable
        Time in seconds, waiting, and chance; tests pass their own.

    Raises
    ------
    SemtelError
        That of the last failure, when it is final or the time is over.
    """
    deadline = clock() + timeout_s
    state = RetryState(policy, deadline)
    while True:
        result = attempt(deadline - clock())
        if not isinstance(result, Failure):
            return result
        wait = state.next_wait_s(result, clock(), random)
        if wait is None:
            raise result.error
        sleep(wait)
