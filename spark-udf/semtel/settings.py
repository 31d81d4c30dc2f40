"""The settings of a client: checked once, then trusted; small enough to travel to every executor."""

from __future__ import annotations

import numbers
import os
from dataclasses import dataclass

from semtel.errors import InvalidRequestError
from semtel.target import Target, parse_target

_PEM = b"-----BEGIN CERTIFICATE-----"


@dataclass(frozen=True)
class Settings:
    """What `semtel.Client` was given.

    Attributes
    ----------
    target : Target
        The servers.
    token : str, optional
        None: ``$SEMTEL_TOKEN`` of the process that makes the call.
    tls_root_certs : bytes, optional
        PEM; None: those of the system.
    timeout_s : float
        Time for one batch, every attempt and all waiting included.
    batch_rows, batch_bytes : int
        Upper bounds of one exchange.
    in_flight : int
        Exchanges at once.
    """

    target: Target
    token: str | None
    tls_root_certs: bytes | None
    timeout_s: float
    batch_rows: int
    batch_bytes: int
    in_flight: int

    def token_here(self) -> str | None:
        """Return the token of this process."""
        return self.token or os.environ.get("SEMTEL_TOKEN") or None


def settings_of(
    target: str | None,
    token: str | None,
    tls_root_certs: bytes | str | None,
    timeout_s: float,
    batch_rows: int,
    batch_bytes: int,
    in_flight: int,
) -> Settings:
    """Check the arguments of `semtel.Client`.

    Raises
    ------
    InvalidRequestError
        Naming the argument and its bound.
    """
    bounds = (
        ("timeout_s", timeout_s, numbers.Real, "number"),
        ("batch_rows", batch_rows, numbers.Integral, "whole number"),
        ("batch_bytes", batch_bytes, numbers.Integral, "whole number"),
        ("in_flight", in_flight, numbers.Integral, "whole number"),
    )
    for name, value, kind, word in bounds:
        if not isinstance(value, kind) or not value > 0:
            raise InvalidRequestError("bad_option", f"{name} is {value!r}; it must be a {word} greater than 0.")
    certs = tls_root_certs.encode() if isinstance(tls_root_certs, str) else tls_root_certs
    if certs is not None and _PEM not in certs:
        raise InvalidRequestError(
            "bad_option", "tls_root_certs holds no PEM certificate; give the content of the file, not its path."
        )
    return Settings(parse_target(target), token, certs, timeout_s, batch_rows, batch_bytes, in_flight)
