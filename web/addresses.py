"""The addresses of this computer, as others on its network reach it."""

import re
import socket
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path

# Nothing is sent there; the kernel only says from which address of ours it would go. It is an example's
# (RFC 5737), and lies behind the default route wherever there is one.
FAR = "192.0.2.1"
LOCAL = re.compile(r"\|-- (\d+(?:\.\d+){3})\n\s+/32 host LOCAL")
TABLES = Path("/proc/net/fib_trie"), Path("/proc/net/if_inet6")  # of Linux


def own_addresses() -> tuple[str, ...]:
    """Without loopback and what counts on one cable only; the one that leads outside first."""
    found = [_outward(), *_fourth(), *_sixth()]
    return tuple(dict.fromkeys(each for each in found if each and not _lonely(each)))


def local_name() -> str:
    """By which mDNS knows this computer."""
    return f"{socket.gethostname().partition('.')[0].casefold() or 'bellwire'}.local"


def _lonely(address: str) -> bool:
    known = ip_address(address)
    return known.is_loopback or (known.version == 6 and known.is_link_local)


def _outward() -> str:
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect((FAR, 9))
        return str(probe.getsockname()[0])
    return ""


def _fourth() -> list[str]:
    with suppress(OSError):
        return LOCAL.findall(TABLES[0].read_text("ascii"))
    return []


def _sixth() -> list[str]:
    with suppress(OSError):
        rows = TABLES[1].read_text("ascii").splitlines()
        return [str(ip_address(bytes.fromhex(row.split()[0]))) for row in rows]
    return []
