"""One request to a server of somebody else, which must not become one to ourselves or to a neighbour.

The name is looked up once, and the connection goes to what was found and judged, so that a second answer
cannot lead it elsewhere. Redirects are not followed; no step waits longer than `PATIENCE`, nor all longer
than `LONGEST`, however slowly somebody answers.
"""

import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

from firmware.base import Refused
from web.addresses import own_addresses

PATIENCE = 3.0  # s, for each step (RELIABILITY G-10)
LONGEST = 10.0  # s, from the first byte of ours to the last of theirs
READ = 16 * 1024  # bytes of the answer that are looked at
PORTS = {"http": 80, "https": 443}

Address = IPv4Address | IPv6Address
WRAPPED = IPv6Network("64:ff9b::/96")  # an address of the old kind, seen through a translator (RFC 6052)
Judge = Callable[[Address, bool], bool]


def may_reach(address: Address, own: bool) -> bool:
    """May a request leave to that address? `own`: the owner has allowed this host in his own network."""
    plain = getattr(address, "ipv4_mapped", None) or address
    if plain.is_loopback or plain.is_link_local or plain.is_unspecified or plain.is_multicast:
        return False
    if any(getattr(address, each, None) for each in ("sixtofour", "teredo")) or plain in WRAPPED:
        return False
    if str(plain) in own_addresses():
        return False
    return plain.is_global or (own and plain.is_private)


def checked(url: str) -> SplitResult:
    """An address of a server, in its parts. Refused: it is none, or says more than one."""
    try:
        parts = urlsplit(url)
        port = parts.port
        (parts.hostname or "").encode("idna")  # as the look-up will
    except ValueError:
        parts, port = urlsplit(""), None
    strange = not all(32 < ord(each) < 127 for each in url)
    if strange or parts.scheme not in PORTS or not parts.hostname or parts.username is not None or port == 0:
        raise Refused("A server's address begins with https:// and has a name: https://example.com/bellwire")
    return parts


@dataclass(frozen=True)
class Outward:
    """Asks servers. `judge` is `may_reach`."""

    judge: Judge = may_reach
    trust: Callable[[], ssl.SSLContext] = ssl.create_default_context

    def post(self, url: str, body: bytes, headers: Mapping[str, str], own: bool = False) -> str:
        """ "" when it was taken, else what went wrong."""
        try:
            parts = checked(url)
            connection = self._connected(parts, own)
        except Refused as refused:
            return str(refused)
        except OSError as fault:
            return f"It cannot be reached ({fault.strerror or fault})."
        over = threading.Timer(LONGEST, _cut, (connection.sock,))
        over.daemon = True
        over.start()
        try:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("POST", path, body, {**headers, "Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.read(READ)
        except (OSError, ValueError, http.client.HTTPException) as fault:
            return f"It does not answer ({type(fault).__name__})."
        finally:
            over.cancel()
            connection.close()
        return "" if answer.status // 100 == 2 else f"It answered {answer.status}."

    def _connected(self, parts: SplitResult, own: bool) -> http.client.HTTPConnection:
        """OSError: it cannot be reached. Refused: it lies where it must not."""
        host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
        places = found(host, port)
        if not places or not all(self.judge(ip_address(each.partition("%")[0]), own) for each in places):
            raise Refused(f"{host} is in the office's own network: that has to be allowed for it.")
        connection = http.client.HTTPConnection(host, port, timeout=PATIENCE)
        line = socket.create_connection((places[0], port), PATIENCE)
        secure = parts.scheme == "https"
        connection.sock = self.trust().wrap_socket(line, server_hostname=host) if secure else line
        return connection


def found(host: str, port: int) -> list[str]:
    """The addresses of a name. OSError: there are none, or its servers take long to say so."""
    places: list[str] = []

    def look() -> None:
        with suppress(OSError, UnicodeError):
            every = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            places.extend(str(each[4][0]) for each in every)

    looking = threading.Thread(target=look, name="name", daemon=True)  # the system's own look-up has no limit
    looking.start()
    looking.join(PATIENCE)
    if not places:
        raise OSError("there is no such name, or nobody says where it is")
    return places


def _cut(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
