"""What a call can raise: one base class, one class per thing the caller can do about it."""

from __future__ import annotations


class SemtelError(RuntimeError):
    """Base of every error of this package.

    Attributes
    ----------
    code : str
        A short fixed word: the server's ``semtel-error`` where it sent one, else the client's own.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code

    def __reduce__(self) -> tuple[type, tuple[str, str]]:
        return type(self), (self.code, str(self))


class InvalidRequestError(SemtelError, ValueError):
    """The data, a column or an option cannot be used as given."""


class UnauthenticatedError(SemtelError):
    """The server does not accept the token."""


class NotFoundError(SemtelError):
    """The server has no such classifier, model or job."""


class EndpointsRejectedError(SemtelError):
    """Every endpoint of the model refuses the server for a lasting reason."""


class UnavailableError(SemtelError):
    """No server answered, or none had room, for as long as the call was allowed to wait."""


class CancelledError(SemtelError):
    """The job was cancelled."""


class DeadlineError(SemtelError):
    """The call's own time limit passed."""


class ServerError(SemtelError):
    """The server failed, and failed again when asked once more."""


class AnswerError(SemtelError):
    """The server's answer does not fit what was sent: other rows, a ledger that does not balance, other columns."""


class StuckError(SemtelError):
    """A call ignored its own time limit."""


class LabelError(SemtelError):
    """A row has no label, and ``on_error="fail"`` asked for an error in that case."""
