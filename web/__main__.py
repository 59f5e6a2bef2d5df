"""`python -m web --state DIR --http PORT`: the pages, as a process of their own.

Prints its address when it listens (with --http 0 that is how the port is known), and ends with
SIGTERM or Ctrl-C.
"""

import argparse
import os
import signal
import sys
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from firmware.base import Refused
from web.addresses import local_name, own_addresses
from web.engine import engine_at
from web.house import House
from web.server import Server

if TYPE_CHECKING:
    from web.tls import Certificates

LOOPBACK, EVERYWHERE = "127.0.0.1", "0.0.0.0"


def main() -> int:
    told = _arguments().parse_args()
    told.state.mkdir(parents=True, exist_ok=True)
    os.umask(0o077)  # who may sign in is nobody else's business
    signal.signal(signal.SIGTERM, _end)
    with ExitStack() as stack:
        try:
            serve(told.state, told.http, told.https, stack)
        except Refused as refused:
            print(refused, file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            pass
    return 0


def serve(state: Path, http: int, https: int | None, stack: ExitStack) -> None:
    """Until the end; what was opened is on the stack. Refused: it cannot start."""
    certificates = _certificates(state) if https is not None else None
    house = House(state, engine_at(state), certificates)
    stack.callback(house.put_away)
    plain = Server(http, house.site, EVERYWHERE if certificates else LOOPBACK)
    house.front.http = _open(plain, "--http", stack)
    if certificates is not None and https is not None:
        secure = Server(https, house.site, EVERYWHERE, lambda: certificates.context)
        house.front.https = _open(secure, "--https", stack)
        threading.Thread(target=secure.serve, name="secure", daemon=True).start()
        certificates.follow()
        stack.callback(certificates.close)
    stack.callback(house.close)
    print(f"http://localhost:{house.front.http}/", flush=True)
    house.claim.announce()
    house.webhooks.follow()
    plain.serve()


def _certificates(state: Path) -> "Certificates":
    from web.tls import Certificates  # 0.1 s that who stays on this computer does not wait

    return Certificates(state, names)


def names() -> tuple[str, ...]:
    """Of this computer, as others know it."""
    return local_name(), *own_addresses()


def _open(server: Server, option: str, stack: ExitStack) -> int:
    """Listen: on which port. Refused: somebody else has it."""
    port: int = server.bind_addr[1]
    stack.callback(server.stop)
    try:
        server.prepare()
    except OSError as error:
        raise Refused(
            f"Port {port} cannot be used ({error.strerror or error}): choose another with {option} PORT."
        ) from error
    return int(server.bind_addr[1])


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m web", description="Bellwire's pages.")
    parser.add_argument(
        "--state", type=Path, default=Path("var"), metavar="DIR", help="the box's folder (var)"
    )
    parser.add_argument("--http", type=int, default=8080, metavar="PORT", help="8080; 0: any that is free")
    parser.add_argument(
        "--https",
        type=int,
        metavar="PORT",
        help="serve others in this network too, over TLS; without it this computer alone is served",
    )
    return parser


def _end(*_: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
