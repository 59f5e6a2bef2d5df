"""A real Firefox, driven by WebDriver BiDi over a WebSocket of a few lines."""

import base64
import json
import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FREQUENCY = 1_000  # Hz of the tone that its microphone pretends to hear
PREFERENCES = {
    "media.navigator.permission.disabled": True,
    "media.navigator.streams.fake": True,
    "media.navigator.audio.fake_frequency": FREQUENCY,
    "media.peerconnection.ice.obfuscate_host_addresses": False,  # as with a microphone that is real
    "media.peerconnection.ice.default_address_only": False,
    "media.peerconnection.ice.loopback": True,
    "media.peerconnection.ice.force_interface": "lo",  # nothing of a test leaves this computer
    "media.autoplay.default": 0,
    "media.autoplay.blocking_policy": 0,
    "network.proxy.type": 0,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "browser.safebrowsing.update.enabled": False,
    "services.settings.server": "http://localhost:9/",
    "toolkit.telemetry.enabled": False,
}


class Wire:
    """A WebSocket of our own computer, RFC 6455: whole messages of text."""

    def __init__(self, port: int, path: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        key = base64.b64encode(os.urandom(16)).decode()
        self._socket.sendall(
            f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        self._file = self._socket.makefile("rb")
        assert b"101" in self._file.readline()
        while self._file.readline().strip():
            pass

    def send(self, text: str) -> None:
        data, mask = text.encode(), os.urandom(4)
        size = len(data)
        more = 0 if size < 126 else 2 if size < 1 << 16 else 8  # bytes that tell the size
        head = bytes([0x81, 0x80 | (size if not more else 126 if more == 2 else 127)])
        head += size.to_bytes(more, "big") if more else b""
        masked = bytes(byte ^ mask[n % 4] for n, byte in enumerate(data))
        self._socket.sendall(head + mask + masked)

    def receive(self) -> str:
        text = b""
        while True:
            first, second = self._file.read(2)
            size = second & 0x7F
            if size >= 126:
                size = int.from_bytes(self._file.read(2 if size == 126 else 8), "big")
            text += self._file.read(size)
            if first & 0x80:
                return text.decode()

    def close(self) -> None:
        self._file.close()
        self._socket.close()


class Page:
    """A tab; as much of Playwright's page as the tests use."""

    def __init__(self, firefox: "Firefox", context: str) -> None:
        self._firefox, self._context = firefox, context

    def goto(self, address: str) -> None:
        self._firefox.do("browsingContext.navigate", context=self._context, url=address, wait="complete")

    def reload(self) -> None:
        self._firefox.do("browsingContext.reload", context=self._context, wait="complete")

    def evaluate(self, script: str) -> Any:
        """What the expression gives, awaited if it promises; a function is called."""
        value = f"const it = ({script}); const value = await (typeof it === 'function' ? it() : it);"
        whole = f"(async () => {{ {value} return JSON.stringify(value); }})()"
        told = self._firefox.do(
            "script.evaluate",
            expression=whole,
            target={"context": self._context},
            awaitPromise=True,
            userActivation=True,
        )
        assert told["type"] == "success", told
        return json.loads(told["result"].get("value", "null"))

    def close(self) -> None:
        self._firefox.do("browsingContext.close", context=self._context)


class Firefox:
    """A browser that runs."""

    def __init__(self, wire: Wire) -> None:
        self._wire, self._asked = wire, 0
        self.do("session.new", capabilities={})

    def do(self, method: str, **params: Any) -> Any:
        self._asked += 1
        self._wire.send(json.dumps({"id": self._asked, "method": method, "params": params}))
        while True:
            told = json.loads(self._wire.receive())
            if told.get("id") == self._asked:
                assert told["type"] == "success", told
                return told["result"]

    def new_page(self) -> Page:
        return Page(self, self.do("browsingContext.create", type="tab")["context"])


@contextmanager
def firefox(profile: Path) -> Iterator[Firefox]:
    """One that is started on an empty profile; FileNotFoundError: there is none here."""
    path = shutil.which("firefox-esr") or shutil.which("firefox")
    if path is None:
        raise FileNotFoundError("firefox")
    lines = [f'user_pref("{name}", {json.dumps(value)});\n' for name, value in PREFERENCES.items()]
    (profile / "user.js").write_text("".join(lines))
    command = [path, "--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port", "0"]
    home = {**os.environ, "HOME": str(profile), "MOZ_DISABLE_CONTENT_SANDBOX": "1"}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=pipe, text=True, env=home) as process:
        try:
            assert process.stderr is not None
            listening = (re.search(r"BiDi listening on ws://[^:]+:(\d+)", line) for line in process.stderr)
            found = next(filter(None, listening))
            wire = Wire(int(found[1]), "/session")
            yield Firefox(wire)
            wire.close()
        finally:
            process.terminate()
