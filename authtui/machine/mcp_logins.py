"""The logins of MCP servers in `.credentials.json`: whose they are and how long; no token is kept.

Source: codex-rs/rmcp-client/src/oauth.rs (the file store), and what clients 0.128.0 to 0.171.0 make
of made-up files by `codex mcp list --json`.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from authtui.machine.files import read_file
from authtui.machine.observation import McpLogin, McpStore

if TYPE_CHECKING:
    from pathlib import Path

MCP_FILE: Final = ".credentials.json"
"""In CODEX_HOME; used where `mcp_oauth_credentials_store` is `file`, or the keyring cannot be."""
_MOST: Final = 200


def read_mcp_store(home: Path) -> McpStore:
    """Read the file store of MCP logins; one that cannot be read holds nothing for the client."""
    file = read_file(home / MCP_FILE)
    if file.data is None:
        return McpStore(file)
    kept = file._replace(data=None)
    try:
        tree = json.loads(file.data)
    except (ValueError, RecursionError):
        return McpStore(kept, fault="it is not JSON")
    if not isinstance(tree, dict):
        return McpStore(kept, fault="it is not a JSON object")
    found = (_login(value) for value in list(tree.values())[:_MOST])
    return McpStore(kept, tuple(login for login in found if login is not None))


def _login(value: object) -> McpLogin | None:
    if not isinstance(value, dict):
        return None
    name, url = value.get("server_name"), value.get("server_url")
    if not isinstance(name, str) or not isinstance(url, str):
        return None
    return McpLogin(
        server=name,
        url=url,
        expires_at=_moment(value.get("expires_at")),
        renewable=bool(value.get("refresh_token")),
        issuer=bool(value.get("issuer")),
    )


def _moment(milliseconds: object) -> datetime | None:
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int | float):
        return None
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (OverflowError, OSError, ValueError):
        return None
