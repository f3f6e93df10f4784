"""Addresses as text: their host, and what of them may be shown."""

from __future__ import annotations

import re
from typing import Final

from authtui.redaction import redact_text

_LOOPBACK: Final = re.compile(r"localhost|127(?:\.\d{1,3}){3}|\[?::1\]?", re.IGNORECASE)


def host_of(url: str) -> str:
    """The host of an address, without user information and port."""
    rest = url.split("://", 1)[-1].split("/", 1)[0].split("?", 1)[0].rsplit("@", 1)[-1]
    if rest.startswith("["):
        return rest.split("]", 1)[0] + "]"
    shown = redact_text(rest)
    # In small letters a token by mistake would no longer be known for one.
    return shown if shown != rest else rest.rsplit(":", 1)[0].lower() or url


def shown_url(url: str) -> str:
    """An address without user information, query and fragment: those may be secrets."""
    scheme, mark, rest = url.partition("://")
    if not mark:
        scheme, rest = "", url
    rest = rest.split("?", 1)[0].split("#", 1)[0]
    authority, slash, path = rest.partition("/")
    return redact_text(f"{scheme}{mark}{authority.rsplit('@', 1)[-1]}{slash}{path}")[:120]


def is_url(text: str) -> bool:
    """Whether a text is an http address with a host."""
    scheme, mark, rest = text.strip().partition("://")
    return bool(mark) and scheme.lower() in ("http", "https") and bool(host_of(rest))


def has_http_scheme(url: str) -> bool:
    """Whether an address begins as one that the client's HTTP library takes."""
    return url.lower().startswith(("http://", "https://"))


def is_loopback(host: str) -> bool:
    """Whether a host is this machine itself, by its name or its address."""
    return _LOOPBACK.fullmatch(host) is not None


def port_of(authority: str) -> int | None:
    """The port that an authority (`host:port`) names, or None where it names none that can be."""
    digits = authority.rpartition(":")[2]
    if ":" not in authority or not (digits.isascii() and digits.isdigit()):
        return None
    port = int(digits[:6])
    return port if port <= 65_535 else None


def listener_port(url: str) -> int | None:
    """The port at which an address of this machine would be answered; None for other machines."""
    scheme, mark, rest = url.partition("://")
    authority = rest.partition("/")[0].rpartition("@")[2]
    port = port_of(authority)
    host = authority.rpartition(":")[0] if port is not None else authority
    if not mark or not is_loopback(host):
        return None
    return port if port is not None else (443 if scheme.lower() == "https" else 80)


def host_and_port(url: str) -> str:
    """The host, with its port, of an address; without userinfo."""
    rest = url.split("://", 1)[-1]
    return rest.split("/", 1)[0].rsplit("@", 1)[-1] or url
