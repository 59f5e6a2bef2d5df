"""`python -m web --state DIR --http PORT`: the pages, as a process of their own.

Prints its address when it listens (with --http 0 that is how the port is known), and ends with
SIGTERM or Ctrl-C.
"""

import argparse
import signal
import sys
from pathlib import Path

from firmware.base import Refused
from web.engine import engine_at
from web.feed import Feed
from web.files import page_files, phrases
from web.guard import Guard
from web.health import Health
from web.records import Records
from web.server import Server
from web.site import Site


def main() -> int:
    told = _arguments().parse_args()
    told.state.mkdir(parents=True, exist_ok=True)
    engine = engine_at(told.state)
    try:
        records = Records(told.state, engine)
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 1
    health = Health(engine)
    feed = Feed(engine, health.note, records.date)
    records.follow(feed.recorded)
    server = Server(told.http, Guard(Site(engine, feed, health, records, page_files(), phrases())))
    signal.signal(signal.SIGTERM, _end)
    try:
        server.prepare()
        print(f"http://localhost:{server.bind_addr[1]}/", flush=True)
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
        feed.close()
        server.stop()
        records.close()
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
