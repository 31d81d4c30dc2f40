"""What is asked of every batch of one call."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow.flight as flight

from semtel.errors import InvalidRequestError

# The two columns that travel.
ROW = "row"
CONVERSATION = "conversation"

_JOB_ID = re.compile(r"[A-Za-z0-9._:/-]{1,128}")


@dataclass(frozen=True)
class Request:
    """Options that all exchanges of a call share."""

    classifiers: tuple[str, ...]
    model: str | None
    job_id: str
    fail_on_error: bool

    def descriptor(self) -> flight.FlightDescriptor:
        """Return the Flight descriptor: the server's ``ClassifyOptions`` as JSON."""
        options = {
            "classifiers": self.classifiers,
            "conversation": CONVERSATION,
            "id": ROW,
            "job_id": self.job_id,
            **self._model(),
        }
        return flight.FlightDescriptor.for_command(json.dumps(options))

    def schema_descriptor(self) -> flight.FlightDescriptor:
        """Return the Flight descriptor that asks for the answer columns, of no data."""
        return flight.FlightDescriptor.for_command(json.dumps({"classifiers": self.classifiers, **self._model()}))

    def _model(self) -> dict[str, str]:
        return {"model": self.model} if self.model else {}


def request_of(
    classifiers: str | Sequence[str],
    model: str | None = None,
    job_id: str | None = None,
    on_error: str = "keep",
) -> Request:
    """Check the options of a call.

    Raises
    ------
    InvalidRequestError
        Naming the option and what it may be.
    """
    names = (classifiers,) if isinstance(classifiers, str) else tuple(() if classifiers is None else classifiers)
    if not all(isinstance(name, str) for name in names):
        raise InvalidRequestError("bad_option", f'classifiers are names, for example ["topic"]; got {names!r}.')
    if not names:
        raise InvalidRequestError("bad_option", 'classifiers is empty; name at least one, for example ["topic"].')
    if len(set(names)) < len(names):
        raise InvalidRequestError("bad_option", f"classifiers names one twice: {', '.join(names)}.")
    if on_error not in ("keep", "fail"):
        raise InvalidRequestError("bad_option", f'on_error is "{on_error}"; use "keep" or "fail".')
    if job_id is not None and not _JOB_ID.fullmatch(job_id):
        raise InvalidRequestError(
            "bad_option", f'job_id is "{job_id}"; use 1 to 128 letters, digits and the signs . _ : / -'
        )
    return Request(names, model, job_id or str(uuid.uuid4()), on_error == "fail")
