"""What the client looks at once a value has the right type: single texts, and whole structures."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from authtui.configuration.config import BEDROCK, BUILT_IN
from authtui.configuration.config_rules import (
    BEDROCK_DEFAULTS,
    COMMAS,
    RESERVED,
    RESERVED_IDS,
    WIRE_CHAT,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_BEDROCK_CHANGES: Final = (
    "`base_url`, `auth`, `http_headers`, `aws.profile`, `aws.region`, `aws.credential_export`, and "
    "`aws.auth_refresh`"
)
_FREE_FOR_BEDROCK: Final = frozenset({"base_url", "auth", "http_headers", "aws"})
_GATEWAY_SOURCE: Final = (
    "choose one gateway credential source: credential_export or OAuth settings "
    "(authorization_url, token_url, and client_id)"
)
_NOT_FOR_STDIO: Final = (
    *("url", "bearer_token_env_var", "bearer_token", "http_headers", "env_http_headers"),
    *("http_headers_helper", "auth", "oauth", "oauth_resource"),
)
_NOT_FOR_HTTP: Final = ("args", "env", "env_vars", "cwd", "bearer_token")
_LONGEST_SECONDS: Final = 2.0**64

_MODIFIERS: Final = {
    "ctrl": "ctrl",
    "control": "ctrl",
    "alt": "alt",
    "option": "alt",
    "shift": "shift",
    "super": "super",
    "cmd": "super",
}
_KEY_ALIASES: Final = {
    "escape": "esc",
    "return": "enter",
    "spacebar": "space",
    "pgup": "page-up",
    "pageup": "page-up",
    "pgdn": "page-down",
    "pagedown": "page-down",
    "del": "delete",
}
_KEY_NAMES: Final = frozenset(
    (
        *("enter", "tab", "backspace", "esc", "delete", "up", "down", "left", "right", "home"),
        *("end", "page-up", "page-down", "space", "minus"),
    )
)
_HIGHEST_FUNCTION_KEY: Final = 24
_KEYMAP_HELP: Final = "See the Codex keymap documentation for supported actions and examples."


def _wire(value: str) -> str | None:
    if value == "responses":
        return None
    return WIRE_CHAT if value == "chat" else f"unknown variant `{value}`, expected `responses`"


def _commas(value: str | list[str]) -> str | None:
    return COMMAS if isinstance(value, str) and "," in value else None


def _providers(tables: Mapping[str, Mapping[str, object]]) -> str | None:
    reserved = [f"`{name}`" for name in sorted(tables) if name in RESERVED_IDS]
    if reserved:
        return RESERVED.format(ids=", ".join(reserved))
    for name in sorted(tables):
        table = tables[name]
        if not isinstance(table, dict):
            continue
        if name in BEDROCK and any(_changes_bedrock(key, given) for key, given in table.items()):
            return (
                f"model_providers.{name} only supports changing {_BEDROCK_CHANGES}; other "
                "non-default provider fields are not supported"
            )
        if name in BUILT_IN:
            continue
        refusal = _provider(table)
        if refusal:
            return f"model_providers.{name}: {refusal}"
    return None


def _changes_bedrock(key: str, value: object) -> bool:
    return key not in _FREE_FOR_BEDROCK and (key, value) not in BEDROCK_DEFAULTS


def _provider(table: Mapping[str, Any]) -> str | None:
    if "aws" in table:
        return "provider aws is only supported for `amazon-bedrock` or `amazon-bedrock-runtime`"
    if not str(table.get("name", "")).strip():
        return "provider name must not be empty"
    auth = table.get("auth")
    if auth is None:
        return None
    command = auth[0] if isinstance(auth, list) else auth.get("command", "")
    if not command.strip():
        return "provider auth.command must not be empty"
    beside = [key for key in ("env_key", "experimental_bearer_token") if key in table]
    if table.get("requires_openai_auth"):
        beside.append("requires_openai_auth")
    return f"provider auth cannot be combined with {', '.join(beside)}" if beside else None


def _mcp_server(server: Mapping[str, object]) -> str | None:
    if not isinstance(server, dict):
        return "invalid transport"
    seconds = server.get("startup_timeout_sec")
    if seconds is not None and _seconds(seconds):
        return _seconds(seconds)
    kind = "stdio" if "command" in server else "streamable_http" if "url" in server else None
    if kind is None:
        return "invalid transport"
    for key in _NOT_FOR_STDIO if kind == "stdio" else _NOT_FOR_HTTP:
        if key in server:
            return f"{key} is not supported for {kind}"
    for variable in server.get("env_vars", ()):
        source = variable.get("source") if isinstance(variable, dict) else None
        if source not in (None, "local", "remote"):
            return f"unsupported env_vars source `{source}`; expected `local` or `remote`"
    if not server.get("http_headers_helper", "x").strip():
        return "http_headers_helper must not be empty"
    oauth = server.get("oauth")
    if isinstance(oauth, dict) and "client_secret" in oauth and "client_id" not in oauth:
        return "oauth.client_secret requires oauth.client_id"
    return None


def _seconds(value: float) -> str | None:
    if value < 0:
        return "cannot convert float seconds to Duration: value is negative"
    if math.isnan(value) or value >= _LONGEST_SECONDS:
        return "cannot convert float seconds to Duration: value is either too big or NaN"
    return None


def _binding(raw: str) -> str | None:
    """Why a text names no key: modifiers first, then one key."""
    lower = raw.strip().lower()
    if not lower:
        return (
            "keybinding cannot be empty. Use values like `ctrl-a` or `shift-enter`.\n"
            f"{_KEYMAP_HELP}"
        )
    segments = [segment for segment in lower.split("-") if segment]
    if not segments:
        return (
            f"invalid keybinding `{raw}`. Use values like `ctrl-a`, `shift-enter`, or `page-down`."
        )
    seen: set[str] = set()
    while segments and segments[0] in _MODIFIERS:
        modifier = _MODIFIERS[segments.pop(0)]
        if modifier in seen:
            return f"duplicate modifier in keybinding `{raw}`. Use each modifier at most once."
        seen.add(modifier)
    if not segments:
        return (
            f"missing key in keybinding `{raw}`. Add a key name like `a`, `enter`, or `page-down`."
        )
    if any(segment in _MODIFIERS for segment in segments):
        return (
            f"invalid keybinding `{raw}`: modifiers must come before the key (for example "
            "`ctrl-a`)."
        )
    key = "-".join(segments)
    return None if _is_key(_KEY_ALIASES.get(key, key)) else _unknown_key(key, raw)


def _is_key(name: str) -> bool:
    if len(name) == 1:
        return "!" <= name <= "~"
    number = name[1:] if name.startswith("f") else ""
    if number.isascii() and number.isdigit() and len(number) < 4:
        return 1 <= int(number) <= _HIGHEST_FUNCTION_KEY
    return name in _KEY_NAMES


def _unknown_key(key: str, raw: str) -> str:
    return (
        f"unknown key `{key}` in keybinding `{raw}`. Use a printable character (for example `a`), "
        f"function keys (`f1`-`f{_HIGHEST_FUNCTION_KEY}`), or one of: enter, tab, backspace, esc, "
        f"delete, arrows, home/end, page-up/page-down, space, minus.\n{_KEYMAP_HELP}"
    )


RULES: Final[dict[str, Callable[[Any], str | None]]] = {
    "wire": _wire,
    "commas": _commas,
    "providers": _providers,
    "mcp_server": _mcp_server,
    "seconds": _seconds,
    "binding": _binding,
}
"""Each rule by the name that the types give it; it answers with the client's words, or None."""
