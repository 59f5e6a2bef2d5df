"""The site: the table of routes, each behind the right that it asks for, and the files of the pages."""

from collections.abc import Callable, Mapping

from bottle import Bottle, HTTPError, HTTPResponse, request

from firmware.base import Broken, Refused
from web.answers import NOTHING_HERE, Answering, Answers, Unlike, sentence
from web.engine import GONE
from web.files import File
from web.passwords import Busy
from web.route import Route
from web.routes import ROUTES
from web.visitor import READING, Visitor, Visitors, shown

SENTENCES = {
    404: NOTHING_HERE,
    405: "This address does not do that.",
    500: "That is our fault; it is logged.",
}
SIGN_IN = "Sign in first."
LOCKED = "This page is locked: give your PIN."
TOKEN = "The page has lost its session: load it again."
NOT_YOURS = "That needs somebody with the right to do it: ask the owner."
BUSY = "Too many sign in at this moment: try again in some seconds."


class Site(Bottle):  # type: ignore[misc]  # bottle has no types
    """A WSGI application; stands behind the guard."""

    def __init__(
        self,
        visitors: Visitors,
        answers: Answers,
        files: Mapping[str, File],
        door: Callable[[Visitor, str], str],
        routes: tuple[Route, ...] = ROUTES,
    ) -> None:
        """`door(visitor, path)` is the path of the page that he gets where he asks for one."""
        super().__init__()
        self._visitors, self._files, self._door = visitors, files, door
        for route in routes:
            self.route(route.path, route.method, self._guarded(route, answers[route.key]))
        for path in files:
            self.get(path, callback=self._file)
        self.get("/", callback=self._file)

    def default_error_handler(self, error: HTTPError) -> HTTPResponse:
        """Never a traceback, a path or a version."""
        words = SENTENCES.get(error.status_code, "That cannot be answered.")
        return sentence(error.status_code, words, Allow=error.get_header("Allow"))

    def _guarded(self, route: Route, answer: Answering) -> Answering:
        """The answer, for those who may have it."""

        def guarded(**parts: str) -> HTTPResponse:
            visitor = self._visitors.of(request.environ)
            if not visitor.may(route.role, route.method in READING):
                return refusal(visitor)
            try:
                return answer(visitor, **parts)
            except Unlike as unlike:
                return sentence(400, str(unlike))
            except Refused as refused:
                return sentence(409, str(refused))
            except Broken:
                return sentence(503, GONE)
            except Busy:
                return sentence(429, BUSY, Retry_After="5")

        return guarded

    def _file(self) -> HTTPResponse:
        visitor = self._visitors.of(request.environ)
        file = self._files[self._door(visitor, request.path)]
        body, headers = file.as_sent("gzip" in request.get_header("Accept-Encoding", ""))
        headers |= {"Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
        same = request.get_header("If-None-Match") == headers["ETag"]
        return HTTPResponse(b"" if same else body, 304 if same else 200, headers)


def refusal(visitor: Visitor) -> HTTPResponse:
    """He may not: why, and what would help."""
    if visitor.locked:
        return sentence(401, LOCKED)
    if visitor.name is not None:
        return sentence(403, NOT_YOURS)
    if request.method not in READING and shown(request.environ):
        return sentence(403, TOKEN)
    return sentence(401, SIGN_IN)
