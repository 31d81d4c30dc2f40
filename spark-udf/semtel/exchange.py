"""One slice asked of the servers, until it is answered."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import pyarrow as pa

from semtel.answers import check_rows
from semtel.away import TRIAL_S, Away
from semtel.cancellation import Cancellation
from semtel.connection import Connection, connection, forget
from semtel.errors import AnswerError
from semtel.failures import CALL_ERRORS
from semtel.ledger import check_ledger
from semtel.request import Request
from semtel.retry import Failure, RetryPolicy, T, call_again
from semtel.settings import Settings

_away = Away()
# Codes of our own for a server that gave no answer at all; one that drains or is full says so itself.
_SILENT = ("unreachable", "deadline")


def call_servers(
    settings: Settings,
    first: int,
    timeout_s: float,
    call: Callable[[Connection, float], T | Failure],
    sleep: Callable[[float], None] = time.sleep,
) -> T:
    """Make a call, going round the servers while they are away or full.

    Parameters
    ----------
    settings : Settings
        Names the servers.
    first : int
        Which server is asked first, modulo their number.
    timeout_s : float
        Time for all attempts together.
    call : callable
        One attempt: takes a connection and the seconds left.
    sleep : callable
        Waits between attempts.
    """
    uris = settings.target.uris()
    to_try: list[str] = []

    def attempt(left_s: float) -> T | Failure:
        nonlocal to_try
        to_try = to_try or _away.in_turn(uris, first, time.monotonic())
        # A silent server leaves time for those that come after it.
        share_s = left_s / len(to_try)
        uri = to_try.pop(0)
        if to_try and uri in _away:
            share_s = min(share_s, TRIAL_S)
        server = connection(uri, settings, share_s)
        result = server if isinstance(server, Failure) else call(server, left_s)
        if isinstance(result, Failure) and result.error.code in _SILENT:
            _away.silent(uri, time.monotonic())
            forget(uri, settings)
        else:
            _away.answered(uri)
        return result

    policy = RetryPolicy(hosts=len(uris))
    return call_again(attempt, policy, timeout_s, clock=time.monotonic, sleep=sleep, random=random.random)


def exchange(
    server: Connection,
    question: pa.RecordBatch,
    request: Request,
    timeout_s: float,
    cancellation: Cancellation,
) -> pa.RecordBatch | Failure:
    """Send one slice over one DoExchange and read its answer.

    Returns
    -------
    RecordBatch or Failure
        The answer, with the same rows in the same order and a ledger that balances.

    Raises
    ------
    AnswerError
        When what came back is not the answer to what was sent.
    """
    try:
        writer, reader = server.flight.do_exchange(request.descriptor(), server.options(timeout_s))
        # Leaving the writer's block closes the stream and raises the status the server ended it with.
        with cancellation.covering(reader), writer:
            writer.begin(question.schema)
            writer.write_batch(question)
            writer.done_writing()
            chunks = [(chunk.data, chunk.app_metadata) for chunk in reader if chunk.data is not None]
    except CALL_ERRORS as error:
        return server.failure(error)
    if len(chunks) != 1:
        raise AnswerError("rows", f"The server answered one batch with {len(chunks)} batches.")
    [(answer, metadata)] = chunks
    check_rows(answer, question)
    check_ledger(metadata and metadata.to_pybytes(), question.num_rows, len(request.classifiers))
    return answer
