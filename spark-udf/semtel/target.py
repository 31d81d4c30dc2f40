"""The address of the servers."""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass

from semtel.errors import InvalidRequestError

DEFAULT_TARGET = "localhost:8815"
_SCHEMES = {"grpc": False, "grpc+tcp": False, "grpc+tls": True}


@dataclass(frozen=True)
class Target:
    """One or more servers that answer alike.

    Attributes
    ----------
    hosts : tuple of str
        ``host:port`` of each.
    tls : bool
        Whether the connections are encrypted.
    """

    hosts: tuple[str, ...]
    tls: bool

    def uris(self) -> tuple[str, ...]:
        """Flight locations, in the order given."""
        return tuple(f"{'grpc+tls' if self.tls else 'grpc+tcp'}://{host}" for host in self.hosts)

    def __str__(self) -> str:
        return ",".join(self.hosts)

    def is_loopback(self) -> bool:
        """Whether some host can only be reached from its own machine."""
        return any(map(_is_loopback, self.hosts))


def parse_target(text: str | None = None) -> Target:
    """Read ``[grpc+tls://]host:port[,host:port…]``.

    Parameters
    ----------
    text : str, optional
        The address; default ``$SEMTEL_TARGET``, else ``localhost:8815``.

    Raises
    ------
    InvalidRequestError
        Where a scheme is unknown or a host has no port.
    """
    text = text or os.environ.get("SEMTEL_TARGET") or DEFAULT_TARGET
    scheme, separator, rest = text.partition("://")
    if not separator:
        scheme, rest = "grpc", text
    if scheme not in _SCHEMES:
        raise InvalidRequestError(
            "bad_target", f'target "{text}" begins with "{scheme}://"; use grpc+tls:// or no scheme at all.'
        )
    hosts = tuple(host.strip() for host in rest.rstrip("/").split(","))
    for host in hosts:
        name, _, port = host.rpartition(":")
        if not name or not port.isdigit() or not 0 < int(port) < 65536:
            raise InvalidRequestError(
                "bad_target", f'target "{text}": "{host}" is not host:port, for example localhost:8815.'
            )
    return Target(hosts, _SCHEMES[scheme])


def _is_loopback(host: str) -> bool:
    name = host.rpartition(":")[0].strip("[]")
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"
