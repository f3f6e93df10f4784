"""Hosts and origins of URLs: how they are written, which are this machine, which are allowed."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from authtui.redaction import safe_text

REDIRECTS = (301, 302, 303, 307, 308)
UNREADABLE = "⟨unreadable⟩"
"""Shown in place of an address that cannot be parsed."""


class Origin(NamedTuple):
    """Scheme, host and port of a URL (RFC 6454): where a credential for it may go."""

    scheme: str
    host: str
    port: int


def origin_of(url: str) -> Origin:
    """The origin of a URL; without a port, its scheme's own. Raises ValueError for a broken URL."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return Origin(parts.scheme, parts.hostname or "", port)


def host_name(host: str) -> str:
    """A host without its port and brackets, in lower case."""
    text = host.lower().rstrip(".")
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, by its name or address; nothing is looked up."""
    name = host_name(host)
    if name == "localhost" or name.endswith(".localhost"):
        return True
    import ipaddress

    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def allowed_entry(entry: str) -> str:
    """A named host as `is_allowed` compares it: `host`, for any port of it, or `host:port`."""
    text = entry.strip().lower()
    name = host_name(text)
    port = text.rpartition(":")[2]
    has_port = port.isdigit() and (text.startswith("[") or text.count(":") == 1)
    return f"{name}:{port}" if has_port else name


def is_allowed(origin: Origin, entries: frozenset[str]) -> bool:
    """Whether an origin is one of the entries that `allowed_entry` made."""
    name = host_name(origin.host)
    return name in entries or f"{name}:{origin.port}" in entries


def redirect_host(status: int, location: str | None, url: str, origin: Origin) -> str | None:
    """The other host that an answer redirects `url` to, safe to show.

    None where the answer is not a redirect, or one that stays at `origin`.
    """
    if status not in REDIRECTS or not location:
        return None
    try:
        goal = origin_of(urljoin(url, location))
    except ValueError:
        return UNREADABLE
    return None if goal == origin else safe_text(goal.host or UNREADABLE, 120)
