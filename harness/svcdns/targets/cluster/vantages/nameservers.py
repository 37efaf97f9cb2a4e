"""The DNS servers that the user names."""

from __future__ import annotations

import ipaddress
import socket

from svcdns.client import Direct
from svcdns.errors import UsageError

_DNS_PORT = 53


def server(text: str) -> Direct:
    """Return the server at ``HOST[:PORT]``: a name, an IPv4 address, or an IPv6 address, in brackets before a port.

    Raises:
        UsageError: if the text has another form, the name cannot be resolved here, or the port is out of range.
    """
    host, port = _parts(text)
    if not port.isdecimal():
        raise UsageError(f"--nameserver {text}: {port!r} is not a port number")
    return Direct(_address(host, text), int(port))


def _parts(text: str) -> tuple[str, str]:
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        return host, rest.removeprefix(":") or str(_DNS_PORT)
    if text.count(":") > 1:
        return text, str(_DNS_PORT)
    host, _, port = text.partition(":")
    return host, port or str(_DNS_PORT)


def _address(host: str, text: str) -> str:
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        pass
    try:
        return str(socket.getaddrinfo(host, None, type=socket.SOCK_DGRAM)[0][4][0])
    except (OSError, UnicodeError) as error:
        raise UsageError(
            f"--nameserver {text}: {host!r} is neither an address nor a name that this host can resolve; "
            "give HOST or HOST:PORT, with an IPv6 address in brackets before a port"
        ) from error
