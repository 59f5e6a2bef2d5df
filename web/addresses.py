"""The addresses of this computer, as others on its network reach it."""

import socket
from contextlib import suppress
from ipaddress import ip_address

# Nothing is sent to these; the kernel only says from which address of ours it would go. The first two are
# for examples (RFC 5737, RFC 3849), and lie behind the default route wherever there is one; the others find
# the address in a network without a way out, which is what many offices' boxes see.
FAR = ("192.0.2.1", "10.255.255.255", "192.168.255.255", "172.31.255.255", "169.254.255.255")
FAR_6 = ("2001:db8::1", "fd00::1")


def own_addresses() -> tuple[str, ...]:
    """Without loopback and what only counts on one cable, the most likely first."""
    found = [_towards(socket.AF_INET, each) for each in FAR]
    found += [_towards(socket.AF_INET6, each) for each in FAR_6]
    found += _named()
    return tuple(dict.fromkeys(each for each in found if each and not _lonely(each)))


def _lonely(address: str) -> bool:
    known = ip_address(address)
    return known.is_loopback or (known.version == 6 and known.is_link_local)


def _towards(family: int, far: str) -> str:
    with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        probe.connect((far, 9))
        return str(probe.getsockname()[0])
    return ""


def _named() -> list[str]:
    with suppress(OSError):
        found = socket.getaddrinfo(socket.gethostname(), None, type=socket.SOCK_DGRAM)
        return [str(each[4][0]).partition("%")[0] for each in found]
    return []


def local_name() -> str:
    """By which mDNS knows this computer."""
    return f"{socket.gethostname().partition('.')[0].casefold() or 'bellwire'}.local"
