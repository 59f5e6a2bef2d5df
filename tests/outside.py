"""What lies outside the box: a server on the loopback address, and a folder with a table and a database."""

import json
import sqlite3
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

from firmware.rim.lookups import FOLDER


class Server(HTTPServer):
    """Answers every request with `reply(path, body)`: a status and bytes."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[str, str, Any]] = []
        self.reply: Callable[[str, Any], tuple[int, bytes]] = lambda path, body: (200, b'{"name": "Hansen"}')
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who asked has given up."""

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def _answer(self) -> None:
        size = int(self.headers.get("Content-Length", 0))
        body = json.loads(self.rfile.read(size)) if size else None
        self.server.asked.append((self.command, self.path, body))
        status, text = self.server.reply(self.path, body)
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        if status == 302:
            self.send_header("Location", "/secret")
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = _answer  # noqa: N815  # the names that http.server looks for

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


def made_tables(state: Path) -> Path:
    """Customers in a table and orders in a database of that state folder."""
    folder = state / FOLDER
    folder.mkdir()
    (folder / "customers.csv").write_text("number,name,balance\n4242,Hansen,12.50\n17,Jensen,0\n", "utf-8")
    db = sqlite3.connect(folder / "orders.db")
    with db:
        db.execute("CREATE TABLE orders (number TEXT, state TEXT)")
        db.execute("INSERT INTO orders VALUES ('4242', 'sent'), ('17', 'lost')")
    db.close()
    return state
