"""Which servers did not answer lately, as this process knows it."""

from __future__ import annotations

from collections.abc import Sequence

# A machine that vanished says nothing, so that each batch sent there waits for seconds. A server that is back is
# found within this; until then one batch in so many seconds tries it.
RETRY_S = 10.0
# For that trial: a live server answers its short call in milliseconds, a very busy one in half a second.
TRIAL_S = 1.0


class Away:
    """Servers that did not answer, and when they may be tried again."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}

    def in_turn(self, uris: Sequence[str], first: int, now: float) -> list[str]:
        """Order the servers for one round: from ``first`` on, those that are away last.

        Parameters
        ----------
        uris : sequence of str
            All servers.
        first : int
            Whose turn it is, modulo their number.
        now : float
            Seconds on any clock that does not jump.
        """
        start = first % len(uris)
        turns = sorted([*uris[start:], *uris[:start]], key=lambda uri: self._until.get(uri, now) > now)
        if turns[0] in self._until:
            # Its time is over: this batch tries it, the others go on elsewhere.
            self._until[turns[0]] = now + RETRY_S
        return turns

    def __contains__(self, uri: str) -> bool:
        """Whether a server has not answered since it could not be reached."""
        return uri in self._until

    def answered(self, uri: str) -> None:
        """Note that a server is there."""
        self._until.pop(uri, None)

    def silent(self, uri: str, now: float) -> None:
        """Note that a server could not be reached."""
        self._until[uri] = now + RETRY_S
