"""From what pyarrow raises to our errors: the one place that knows both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import pyarrow as pa
import pyarrow.flight as flight

from semtel.errors import (
    CancelledError,
    DeadlineError,
    EndpointsRejectedError,
    InvalidRequestError,
    NotFoundError,
    SemtelError,
    ServerError,
    UnauthenticatedError,
    UnavailableError,
)
from semtel.retry import Again, Failure

# What pyarrow can raise for a call: a status without a Flight type of its own (ABORTED, DATA_LOSS) is an OSError.
CALL_ERRORS = (pa.ArrowException, OSError)


class _Rule(NamedTuple):
    """What an exception type stands for; ``code`` is used where no trailer names one."""

    raised: type[Exception]
    raises: type[SemtelError]
    code: str
    again: Again


# By type, because pyarrow tells no status.
_RULES = (
    _Rule(flight.FlightUnavailableError, UnavailableError, "unreachable", Again.UNTIL_TIMEOUT),
    _Rule(flight.FlightTimedOutError, DeadlineError, "deadline", Again.UNTIL_TIMEOUT),
    _Rule(flight.FlightUnauthenticatedError, UnauthenticatedError, "bad_token", Again.NEVER),
    _Rule(flight.FlightUnauthorizedError, UnauthenticatedError, "bad_token", Again.NEVER),
    # Without a trailer nobody cancelled the job: the server, or something between, dropped the stream.
    _Rule(flight.FlightCancelledError, UnavailableError, "unreachable", Again.UNTIL_TIMEOUT),
    _Rule(flight.FlightInternalError, ServerError, "internal", Again.ONCE),
    _Rule(pa.ArrowKeyError, NotFoundError, "not_found", Again.NEVER),
    _Rule(pa.ArrowNotImplementedError, ServerError, "not_semtel", Again.NEVER),
    _Rule(pa.ArrowInvalid, InvalidRequestError, "bad_request", Again.NEVER),
)
_UNKNOWN = _Rule(Exception, ServerError, "internal", Again.ONCE)

# What the trailer says goes before the type: endpoints_rejected comes as ArrowInvalid, like any bad request.
_FINAL_CODES: dict[str, type[SemtelError]] = {
    "cancelled": CancelledError,
    "endpoints_rejected": EndpointsRejectedError,
}

# pyarrow's get_schema raises these as plain OSError; only the words tell.
_BY_WORDS: dict[str, type[Exception]] = {
    "unavailable": flight.FlightUnavailableError,
    "timeout": flight.FlightTimedOutError,
    "unauthenticated": flight.FlightUnauthenticatedError,
    "unauthorized": flight.FlightUnauthorizedError,
}

_PREFIX = " error, with message: "
_SUFFIXES = (". gRPC client debug context:", ". Detail: ")


def failure_of(error: Exception, trailers: Mapping[str, str], host: str) -> Failure:
    """Translate one failed attempt.

    Parameters
    ----------
    error : Exception
        One of `CALL_ERRORS`.
    trailers : mapping
        Trailers of the call.
    host : str
        The server asked, for the message.
    """
    raised_type = _type_of(error)
    rule = next((rule for rule in _RULES if issubclass(raised_type, rule.raised)), _UNKNOWN)
    code = trailers.get("semtel-error", rule.code)
    pushback_s = _pushback_s(trailers.get("grpc-retry-pushback-ms"))
    unwanted = pushback_s is not None and pushback_s < 0
    words = sentence_of(error)
    if code == "bad_request" and "larger than max" in words:
        code, words = "message_too_large", f"{words}; lower batch_bytes, or shorten the conversation"
    final = unwanted or code in _FINAL_CODES
    raised = _FINAL_CODES.get(code, rule.raises)(code, f"semtel server {host}: {words} ({code}).")
    raised.__cause__ = error
    return Failure(raised, Again.NEVER if final else rule.again, pushback_s)


def _type_of(error: Exception) -> type[Exception]:
    if type(error) is not OSError:
        return type(error)
    before, _, _ = str(error).partition(_PREFIX)
    return _BY_WORDS.get(before.removeprefix("Flight returned "), OSError)


def sentence_of(error: Exception) -> str:
    """Keep the server's own words; leave out what pyarrow and gRPC wrote around them."""
    text = str(error.args[0]) if error.args else str(error)
    for suffix in _SUFFIXES:
        text = text.partition(suffix)[0]
    before, found, after = text.partition(_PREFIX)
    return (after if found and before.startswith("Flight returned") else text).rstrip(". ")


def _pushback_s(text: str | None) -> float | None:
    """Read the wait asked for; to gRPC what is no number, or below zero, means "do not send again"."""
    if text is None:
        return None
    try:
        return int(text) / 1000
    except ValueError:
        return -1.0
