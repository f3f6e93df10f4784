"""What can still be shown of a credential document the client cannot read.

The client stops at the first fault; a user still wants to see what the document holds. Other
encodings, a byte order mark, comments and trailing commas are overlooked here, and from a text
that stays broken the known fields are picked out one by one.
"""

from __future__ import annotations

import json
import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from authtui.client_json.tree import JsonFault, parse
from authtui.redaction import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

PUBLIC: Final = frozenset(
    [
        "auth_mode",
        "last_refresh",
        "account_id",
        "workspace_id",
        "chatgpt_user_id",
        "agent_runtime_id",
        "registered_at",
        "email",
        "plan_type",
        "region",
    ]
)
"""Fields whose text is no secret."""
_NESTED: Final = {
    "tokens": ("id_token", "access_token", "refresh_token", "account_id"),
    "agent_identity": (
        "account_id",
        "workspace_id",
        "chatgpt_user_id",
        "agent_runtime_id",
        "agent_private_key",
        "registered_at",
        "email",
        "plan_type",
        "task_id",
    ),
}
_TOP: Final = (
    "auth_mode",
    "OPENAI_API_KEY",
    "last_refresh",
    "agent_identity",
    "personal_access_token",
)
# An unclosed string or comment reaches to the end: were it given up, the search for its end would
# begin again at each later quote, and take the square of the text's length.
_COMMENT_OR_COMMA: Final = re.compile(
    r'("(?:[^"\\]++|\\.)*+(?:"|\\?\Z))|//[^\n]*|/\*.*?(?:\*/|\Z)|,(?=\s*[}\]])', re.DOTALL
)
_LARGEST: Final = 1_000_000


def salvage(data: bytes | str) -> Mapping[str, Any] | None:
    """The fields of a damaged document; texts that may be secret as `Secret`. Never raises."""
    text = data if isinstance(data, str) else _decoded(data)
    whole = len(text) <= _LARGEST  # a text that is cut off has no end that could be read
    text = text[:_LARGEST].lstrip("\ufeff")
    node = parse(text if whole else "")
    if isinstance(node, JsonFault) and whole:
        node = parse(_COMMENT_OR_COMMA.sub(lambda found: found[1] or "", text))
    if isinstance(node, JsonFault):
        found: Any = _picked(text)
    else:
        found = node.plain()
    if not isinstance(found, dict) or not found:
        return None
    return MappingProxyType({key: _guarded(key, value) for key, value in found.items()})


def _decoded(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    return data.decode("utf-8", "replace")


def _guarded(key: str, value: object) -> object:
    if isinstance(value, dict):
        return MappingProxyType({name: _guarded(name, inner) for name, inner in value.items()})
    if isinstance(value, list):
        return tuple(_guarded(key, inner) for inner in value)
    if isinstance(value, str) and key not in PUBLIC:
        return Secret(value)
    return value


def _picked(text: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in _TOP:
        value = _string(text, name)
        if value is not None:
            found[name] = value
    for outer, names in _NESTED.items():
        at = re.search(rf'"{outer}"\s*:\s*\{{', text)
        if at is None:
            continue
        body = text[at.end() :].split("}", 1)[0]
        inner = {name: _string(body, name) for name in names}
        kept = {name: value for name, value in inner.items() if value is not None}
        if kept:
            found[outer] = kept
    return found


def _string(text: str, name: str) -> str | None:
    found = re.search(rf'"{name}"\s*:\s*("(?:[^"\\\n]|\\.)*")', text)
    if found is None:
        return None
    try:
        return str(json.loads(found[1]))
    except ValueError:
        return None
