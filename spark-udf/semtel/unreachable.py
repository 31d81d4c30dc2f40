"""What to do where no server answers, in one sentence."""

from __future__ import annotations

from semtel.errors import SemtelError, UnavailableError
from semtel.target import Target

_GIVE = "give the address of its `listen` line as target= or in $SEMTEL_TARGET"

# By what gRPC tells of the connection; the first that is found in its words is said.
_HINTS = (
    ("http1.x server", f"Something else listens there, by its speech a status port or a model endpoint: {_GIVE}."),
    ("lookup failed", "This machine knows no host of that name."),
    (
        "Ssl handshake failed",
        "TLS fails: grpc+tls:// is for a server with certificates; tls_root_certs= trusts them.",
    ),
)
_NOTHING_THERE = f"Start one with `semtel serve`, or {_GIVE}"
_CERTIFICATES = {
    False: "grpc+tls://host:port where it has certificates",
    True: "without grpc+tls:// where it has no certificates",
}


def no_server(target: Target, error: SemtelError) -> UnavailableError:
    """Return the error to raise: where was asked, what to do, then gRPC's own words."""
    words = str(error)
    nothing_there = f"{_NOTHING_THERE} ({_CERTIFICATES[target.tls]})."
    hint = next((sentence for sign, sentence in _HINTS if sign in words), nothing_there)
    return UnavailableError(error.code, f"No semtel server answers at {target}. {hint} ({words.rstrip('.')}.)")
