"""Webhooks: other programs are told what happens, signed, in order, and again until they take it.

The outbox is fed from the journal by a cursor of its own: what the disk has is told at least once, over
restarts of either process. `X-Bellwire-Signature` is `v1=` and the HMAC-SHA256 of timestamp, a dot and body.
"""

import hmac
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from hashlib import sha256
from time import time

from bottle import HTTPResponse, request

from firmware.base import Broken, Refused
from firmware.base.events import EVENTS
from firmware.rim.control_schema import Happened
from web.answers import Answers, number_in, posted, told
from web.engine import Engine
from web.outbox import Message, Outbox
from web.outward import Outward, checked
from web.shapes import HookList, Key, NewHook, NewHookAnswer, OutboxPage

QUIET = 0.2  # s without an event, then what was read is put into the outbox: one commit for a burst
BURST = 500
AGAIN = 0.5  # s before an engine that went away is looked for again
PARTING = 4.0  # s that a message on its way is waited for at the end
INNER = frozenset({"Standing", "PinChecked", "ClaimChecked"})  # events that are nobody else's


class Webhooks:
    """Two threads: one fills the outbox, one empties it."""

    def __init__(
        self,
        outbox: Outbox,
        engine: Engine,
        date: Callable[[int], str | None] = lambda at: None,
        outward: Outward | None = None,
    ) -> None:
        self._outbox, self._engine, self._date = outbox, engine, date
        self._outward = outward or Outward()
        self._closing, self._fresh = threading.Event(), threading.Event()
        self._threads: list[threading.Thread] = []
        self.answers: Answers = {
            "GET /api/webhooks": lambda visitor: told(200, HookList(outbox.hooks())),
            "POST /api/webhooks": lambda visitor: self._add(),
            "POST /api/webhooks/remove": lambda visitor: self._remove(),
            "GET /api/webhooks/outbox": lambda visitor: self._page(),
            "POST /api/webhooks/again": lambda visitor: self._again(),
        }

    def follow(self) -> None:
        """Begin to tell."""
        works = self._fill, self._empty
        self._threads = [threading.Thread(target=each, name="webhooks", daemon=True) for each in works]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """What has not been taken is told after the next start."""
        self._closing.set()
        self._fresh.set()
        for thread in self._threads:
            thread.join(PARTING)
        self._outbox.close()

    # Routes

    def _add(self) -> HTTPResponse:
        asked = posted(NewHook)
        checked(asked.url)
        if unknown := [each for each in asked.events if each not in EVENTS or each in INNER]:
            raise Refused(f"There is no event {unknown[0][:40]} to tell of.")
        return told(200, NewHookAnswer(*self._outbox.add(asked.url, asked.events, asked.own)))

    def _remove(self) -> HTTPResponse:
        self._outbox.remove(posted(Key).key)
        return told(200, HookList(self._outbox.hooks()))

    def _page(self) -> HTTPResponse:
        return told(200, OutboxPage(self._outbox.page(number_in(request.query.before))))

    def _again(self) -> HTTPResponse:
        self._outbox.again(number_in(posted(Key).key) or 0)
        self._fresh.set()
        return told(200, {})

    # From the journal

    def _fill(self) -> None:
        while not self._closing.wait(AGAIN):
            with suppress(Broken, Refused, sqlite3.Error):
                self._read()

    def _read(self) -> None:
        """A box that has told nobody yet begins with what happens from now on."""
        resume = self._outbox.resume
        newest = self._engine.state().seq
        if resume is None or resume > newest:
            resume = newest
            self._outbox.put((), resume)
        burst: list[Happened] = []
        with closing(self._engine.watch(resume, lasting=True, idle=QUIET)) as events:
            for event in events:
                if event is not None:
                    burst.append(event)
                if burst and (event is None or len(burst) >= BURST):
                    self._put(burst)
                    burst = []
                if self._closing.is_set():
                    return

    def _put(self, burst: list[Happened]) -> None:
        shown = [(each, self._date(each.at)) for each in burst if each.type not in INNER]
        self._outbox.put(shown, burst[-1].seq)
        self._fresh.set()

    # To the servers

    def _empty(self) -> None:
        while not self._closing.is_set():
            wait: float | None = AGAIN  # where the disk fails
            with suppress(sqlite3.Error):
                messages, wait = self._outbox.due()
                for message in messages:
                    self._send(message)
                if messages:
                    continue
            self._fresh.wait(wait)
            self._fresh.clear()

    def _send(self, message: Message) -> None:
        headers = {**signed(message.secret, message.body, int(time())), "X-Bellwire-Event": message.kind}
        headers["X-Bellwire-Message"] = str(message.key)
        trouble = self._outward.post(message.url, message.body, headers, message.own)
        if trouble:
            self._outbox.failed(message, trouble)
        else:
            self._outbox.done(message)


def signed(secret: str, body: bytes, now: int) -> dict[str, str]:
    """The headers by which a server knows that it was this box, and that it was now."""
    digest = hmac.new(secret.encode(), b"%d." % now + body, sha256).hexdigest()
    return {"X-Bellwire-Timestamp": str(now), "X-Bellwire-Signature": f"v1={digest}"}
