"""What a workspace delivers: configuration and requirements, kept in the client's home.

The client fetches it at a start, for the plans that have it, and obeys what it kept for an hour
without any request. `codex logout` leaves the file. Source: recordings of the clients 0.150 to
0.171, and the file as they write it.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from authtui.client_json.tree import Node, parse
from authtui.configuration.config import parse as parse_toml
from authtui.configuration.layer_file import FILE_LIMIT
from authtui.machine.files import read_file
from authtui.machine.observation import BundleFacts, ConfigFault, ConfigLayer, FileFacts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from authtui.machine.observation import LayerKind

BUNDLE_FILE: Final = "cloud-config-bundle-cache.json"
BUNDLE_NAME: Final = "enterprise-managed"
_MOST: Final = 50
_FOR_ANOTHER: Final = "it is for another login, or too old"
_KINDS: Final[Mapping[LayerKind, str]] = {
    "bundle": "config_toml",
    "bundle-requirements": "requirements_toml",
}


def read_bundle(home: Path) -> tuple[BundleFacts | None, list[ConfigLayer]]:
    """What is kept of a workspace's delivery, and its layers, the lowest first."""
    file = read_file(home / BUNDLE_FILE, FILE_LIMIT)
    if not file.exists:
        return None, []
    facts = BundleFacts(file)
    tree = parse(file.data) if file.data is not None else None
    payload = tree.plain() if isinstance(tree, Node) and tree.kind == "object" else None
    signed = payload.get("signed_payload") if isinstance(payload, dict) else None
    if not isinstance(signed, dict):
        return facts, []
    facts = facts._replace(
        account=_text(signed.get("account_id")),
        user=_text(signed.get("chatgpt_user_id")),
        cached_at=_moment(signed.get("cached_at")),
        expires_at=_moment(signed.get("expires_at")),
    )
    bundle = signed.get("bundle")
    return facts, list(_layers(bundle, file)) if isinstance(bundle, dict) else []


def _layers(bundle: Mapping[str, object], file: FileFacts) -> Iterator[ConfigLayer]:
    for kind, key in _KINDS.items():
        given = bundle.get(key)
        rows = given.get(BUNDLE_NAME.replace("-", "_")) if isinstance(given, dict) else None
        # The first of them has the last word.
        for row in reversed(rows[:_MOST] if isinstance(rows, list) else []):
            contents = row.get("contents") if isinstance(row, dict) else None
            if not isinstance(contents, str):
                continue
            name = f"{BUNDLE_NAME} ({row.get('name')}, {row.get('id')})"
            data = contents.encode("utf-8", "surrogatepass")
            values, error = parse_toml(data, name)
            if error is not None:
                part = "TOML" if kind == "bundle" else "requirements"
                said = f"invalid cloud config bundle: invalid {part}"
                error = ConfigFault(error.reason, name, error.line, error.column, whole=said)
            held = file._replace(data=data)
            yield ConfigLayer(kind, name, held, values, error, ignored=_FOR_ANOTHER)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _moment(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        # Nine digits of a second are more than Python reads.
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo else None
