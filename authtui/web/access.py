"""Who may open the page: one browser, by a link that opens once.

Three things keep out every other program and page on the same machine. The link's token cannot be
guessed, and is void after its first use. The cookie that it is exchanged for is bound to a path
that cannot be guessed either, because browsers send the cookies of 127.0.0.1 to every port of it.
And a request has to name the address that is served (a foreign name that resolves to 127.0.0.1, as
in DNS rebinding, is refused) and, where it opens a screen, come from this page.
"""

from __future__ import annotations

import secrets
from typing import Final

COOKIE: Final = "authtui-session"
_BYTES: Final = 32


class Access:
    """The link, the session it is exchanged for, and the addresses that count as this one."""

    def __init__(self, port: int) -> None:
        """`port` is the one that is served; each run has a new link."""
        self.path: Final = f"/{secrets.token_urlsafe(_BYTES)}"
        self._port = port
        self._token: str | None = secrets.token_urlsafe(_BYTES)
        self._cookie: str | None = None

    @property
    def link(self) -> str:
        """The URL to open; empty once it was opened."""
        return f"http://127.0.0.1:{self._port}/open/{self._token}" if self._token else ""

    def exchange(self, token: str) -> str | None:
        """The session's cookie for the link's token; None for another token, or a second time."""
        if self._token is None or not _same(token, self._token):
            return None
        self._token, self._cookie = None, secrets.token_urlsafe(_BYTES)
        return self._cookie

    def knows(self, cookie: str | None) -> bool:
        """Whether this is the cookie of the one session."""
        return cookie is not None and self._cookie is not None and _same(cookie, self._cookie)

    def is_address(self, host: str | None) -> bool:
        """Whether a Host header is an address of this server, not a name that resolves to it."""
        return host in (f"127.0.0.1:{self._port}", f"localhost:{self._port}")

    def is_own_page(self, origin: str | None, host: str | None) -> bool:
        """Whether an Origin header is that of this server's page at the address in `host`."""
        return self.is_address(host) and origin == f"http://{host}"


def _same(one: str, other: str) -> bool:
    return secrets.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode())
