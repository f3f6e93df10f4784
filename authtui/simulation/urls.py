"""Addresses as text: their host, and what of them may be shown."""

from __future__ import annotations

from authtui.redaction import redact_text


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
