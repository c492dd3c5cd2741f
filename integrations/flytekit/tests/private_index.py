"""A package index with one wheel that requires a password."""

import base64
import io
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

WHEEL = "private_thing-1.0-py3-none-any.whl"


def _wheel():
    files = {
        "private_thing.py": "SAID = 'private'\n",
        "private_thing-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: private-thing\nVersion: 1.0\n",
        "private_thing-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{name},,\n" for name in [*files, "private_thing-1.0.dist-info/RECORD"])
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in {**files, "private_thing-1.0.dist-info/RECORD": record}.items():
            archive.writestr(name, text)
    return buffer.getvalue()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.headers.get("Authorization") != self.server.authorization:
            return self._answer(401, b"", [("WWW-Authenticate", 'Basic realm="index"')])
        if self.path == "/simple/private-thing/":
            return self._answer(200, f'<a href="/{WHEEL}">{WHEEL}</a>'.encode(), [("Content-Type", "text/html")])
        if self.path == f"/{WHEEL}":
            return self._answer(200, self.server.wheel, [])
        return self._answer(404, b"", [])

    do_HEAD = do_GET

    def _answer(self, status, body, headers):
        self.send_response(status)
        for name, value in [*headers, ("Content-Length", str(len(body)))]:
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_):
        pass


class PrivateIndex:
    """Listens on loopback; user `reader` with `password`."""

    password = "correct-horse-battery-staple"

    def __enter__(self):
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        login = base64.b64encode(f"reader:{self.password}".encode()).decode()
        self._server.authorization = f"Basic {login}"
        self._server.wheel = _wheel()
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/simple"
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
