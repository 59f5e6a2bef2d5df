"""A browser without a window: asks the site itself, keeps its cookies, shows the token of its session."""

import io
import json
from typing import Any

from web.house import House

PASSWORD = "correct horse battery"
Headers = dict[str, str]


class Answer:
    """A response, read whole; of a stream no more than its head."""

    def __init__(self, status: str, headers: list[tuple[str, str]], body: Any) -> None:
        self.status = int(status.split()[0])
        self.headers = {name.title(): value for name, value in headers}
        self.cookies = [value for name, value in headers if name.title() == "Set-Cookie"]
        self.stream = body
        streams = self.headers.get("Content-Type") == "text/event-stream"
        self.body = b"" if streams else b"".join(body)

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Browser:
    """At one computer; `csrf` is what its page knows."""

    def __init__(self, house: House, address: str = "192.168.1.20", scheme: str = "") -> None:
        self.cookies: dict[str, str] = {}
        self.csrf = ""
        self._site, self._address = house.site, address
        self._scheme = scheme or ("http" if address == "127.0.0.1" else "https")

    def show(self, token: str) -> None:
        """Have a session."""
        self.cookies["__Host-bellwire" if self._scheme == "https" else "bellwire"] = token

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        sent = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        path, _, query = path.partition("?")
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path.encode().decode("latin-1"),  # as WSGI wants it
            "QUERY_STRING": query.encode().decode("latin-1"),
            "REMOTE_ADDR": self._address,
            "HTTP_HOST": "localhost",
            "CONTENT_TYPE": "application/json" if body is not None else "",
            "CONTENT_LENGTH": str(len(sent)),
            "wsgi.input": io.BytesIO(sent),
            "wsgi.errors": io.StringIO(),
            "wsgi.url_scheme": self._scheme,
            "HTTP_COOKIE": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "HTTP_X_BELLWIRE_TOKEN": self.csrf,
            **{name: value.encode().decode("latin-1") for name, value in headers.items()},
        }
        told: list[Any] = []
        body = self._site(environ, lambda status, headers, exc=None: told.extend((status, headers)))
        answer = Answer(told[0], told[1], body)
        for cookie in answer.cookies:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, **headers)

    def post(self, path: str, fields: Any = None, **headers: str) -> Answer:
        return self.ask("POST", path, {} if fields is None else fields, **headers)

    def sign_in(self, name: str, password: str = PASSWORD) -> Answer:
        answer = self.post("/api/sign-in", {"name": name, "password": password})
        if answer.status == 200:
            self.csrf = answer.json["csrf"]
        return answer
