"""`python -m web --state DIR --http PORT`: the pages, as a process of their own.

Prints its address when it listens (with --http 0 that is how the port is known), and ends with
SIGTERM or Ctrl-C.
"""

import argparse
import os
import signal
import sys
from pathlib import Path

from firmware.base import Refused
from web.engine import engine_at
from web.house import House
from web.server import Server


def main() -> int:
    told = _arguments().parse_args()
    told.state.mkdir(parents=True, exist_ok=True)
    os.umask(0o077)  # who may sign in is nobody else's business
    try:
        house = House(told.state, engine_at(told.state))
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 1
    server = Server(told.http, house.site)
    signal.signal(signal.SIGTERM, _end)
    try:
        server.prepare()
        print(f"http://localhost:{server.bind_addr[1]}/", flush=True)
        house.claim.announce()
        server.serve()
    except KeyboardInterrupt:
        pass
    except OSError as error:
        print(
            f"Port {told.http} cannot be used ({error.strerror or error}): choose another with --http PORT.",
            file=sys.stderr,
        )
        return 1
    finally:
        house.close()
        server.stop()
        house.put_away()
    return 0


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m web", description="Bellwire's pages.")
    parser.add_argument(
        "--state", type=Path, default=Path("var"), metavar="DIR", help="the box's folder (var)"
    )
    parser.add_argument("--http", type=int, default=8080, metavar="PORT", help="8080; 0: any that is free")
    return parser


def _end(*_: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
