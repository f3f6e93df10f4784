"""The key set that `authtui decode` verifies with: out of a file, or fetched from a URL."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from authtui.commands import EXIT_CANNOT_TELL, EXIT_USAGE
from authtui.machine.files import read_file, unread_reason
from authtui.record import NamedTuple
from authtui.redaction import printable, safe_text

if TYPE_CHECKING:
    import httpx

_LARGEST: Final = 1_000_000
_SECONDS: Final = 10.0
_ATTEMPTS: Final = 4


class KeySetText(NamedTuple):
    """The text of a key set; or why it could not be had, and the exit code that belongs to it."""

    text: str | None
    error: str | None = None
    code: int = EXIT_USAGE


def read_key_set(where: str | None, *, offline: bool) -> KeySetText:
    """The key set in a file or behind a URL, if one is named; a URL has 10 s to answer."""
    if where is None:
        return KeySetText(None)
    if "://" in where:
        return _fetch_key_set(where, offline=offline)
    shown = printable(where, 200)
    facts = read_file(where, _LARGEST)
    if facts.kind == "too-large":
        return KeySetText(None, f"the key set {shown} is too large to be one", EXIT_CANNOT_TELL)
    if facts.data is None:
        return KeySetText(None, f"cannot read the key set {shown}: {unread_reason(facts)}")
    return _checked(facts.data, shown)


def _checked(data: bytes, shown: str) -> KeySetText:
    from authtui.tokens.keyset import KeySetProblem, parse_key_set

    if len(data) > _LARGEST:
        return KeySetText(None, f"the key set {shown} is too large to be one", EXIT_CANNOT_TELL)
    text = data.decode("utf-8", "replace")
    found = parse_key_set(text)
    if isinstance(found, KeySetProblem):
        return KeySetText(None, f"{shown}: {found.statement}", EXIT_CANNOT_TELL)
    return KeySetText(text)


def _fetch_key_set(url: str, *, offline: bool) -> KeySetText:
    """The one connection this command makes, and only because the user gave a URL."""
    from authtui.exchanges.hosts import is_loopback

    shown = safe_text(url, 200)
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return KeySetText(None, f"{shown} is not a URL")
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))):
        return KeySetText(None, "a key set is fetched over https only (http for loopback)")
    if parts.username is not None or parts.password is not None:
        return KeySetText(None, "the URL of a key set must not hold a user name or password")
    if offline:
        return KeySetText(None, "--offline forbids fetching the key set; give a file instead")
    return _get(url, shown)


def _get(url: str, shown: str) -> KeySetText:
    import httpx

    def failed(reason: str) -> KeySetText:
        return KeySetText(None, f"{shown}: {reason}", EXIT_CANNOT_TELL)

    deadline = time.monotonic() + _SECONDS
    try:
        start = target = httpx.URL(url)
        with httpx.Client(timeout=_SECONDS, follow_redirects=False) as client:
            for _ in range(_ATTEMPTS):
                with client.stream("GET", target, headers={"Accept": "application/json"}) as answer:
                    if answer.is_redirect and answer.next_request is not None:
                        target = answer.next_request.url
                        if (target.scheme, target.netloc) != (start.scheme, start.netloc):
                            return failed("it redirects to another host, which is not followed")
                    elif answer.status_code != 200:
                        return failed(f"the server answered {answer.status_code}")
                    else:
                        data = _body(answer, deadline)
                        if data is None:
                            return failed("too large or too slow")
                        return _checked(data, shown)
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        reason = safe_text(str(error), 200) or type(error).__name__
        text = f"cannot fetch the key set from {shown}: {reason}"
        return KeySetText(None, text, EXIT_CANNOT_TELL)
    return failed("too many redirects")


def _body(answer: httpx.Response, deadline: float) -> bytes | None:
    data = b""
    for chunk in answer.iter_bytes():
        data += chunk
        if len(data) > _LARGEST or time.monotonic() > deadline:
            return None
    return data
