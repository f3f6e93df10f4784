"""The whole register, filled: importing this imports every check."""

from __future__ import annotations

from authtui.checks import (
    binding_checks,
    claims_checks,
    files_checks,
    host_checks,
    hygiene_checks,
    identity_checks,
    lifetime_checks,
    parsing_checks,
    policy_checks,
    request_auth_checks,
    routing_checks,
    sources_checks,
    storage_checks,
    surfaces_checks,
)
from authtui.checks.registry import REGISTER, run_checks

__all__ = ["MODES", "REGISTER", "ROOMS", "modes_table", "run_checks"]

ROOMS = (
    policy_checks,
    sources_checks,
    parsing_checks,
    storage_checks,
    files_checks,
    lifetime_checks,
    routing_checks,
    binding_checks,
    claims_checks,
    identity_checks,
    request_auth_checks,
    hygiene_checks,
    surfaces_checks,
    host_checks,
)
"""The modules that hold checks, the most telling ones first."""

_ORDER = {room.__name__: place for place, room in enumerate(ROOMS)}
# Within a status, results keep the order of registration: what explains most comes first.
REGISTER.sort(key=lambda entry: _ORDER.get(entry.function.__module__, len(_ORDER)))

MODES = (
    "Refresh token reused (several programs)",
    "Plan claim is stale",
    "WSL: browser on Windows, listener in Linux",
    "Environment key shadows the stored login",
    "Bot challenge or edge block",
    "ChatGPT token routed to the API host",
    "Signed in to the wrong workspace",
    "SSH, container, cloud IDE: callback goes to the wrong host",
    "API key variable set but never used",
    "Refresh token revoked",
    "Code exchange fails",
    "MCP server login expired (separate store)",
    "Login/logout loop after a security change",
    "Sandbox hides the keyring or the network",
    "Proxy not used, or unsupported scheme",
    "Workspace not entitled or switched off",
    "WebSocket path refused, HTTPS path fine",
    "Custom provider sends no credential",
    "Provider key variable not visible",
    "Callback port taken",
    "Stale variables between shells",
    "Device code switched off",
    "Keyring locked, absent or hanging",
    "auth.json does not match the schema",
    "TLS interception without trusted CA",
    "Different build than expected",
    "Credentials read from another home",
    "Other writer overwrites the store",
    "Running process keeps the old login",
    "Base-URL variable left over from another tool",
    "State mismatch or expired link",
    "Same record copied to several machines or slots",
    "CI job without a usable login",
    "Clock wrong",
    "Network or access rule of the organisation",
    "Keyring entry too large (Windows)",
    "Old API key kept in the store",
    "Account needs verification or is locked",
    "Silent fall-back between keyring and file",
    "Access token expired, no usable refresh token",
    "Read-only or throw-away store",
    "Key and tokens both stored, mode absent",
    "Dirty variable value",
    "Region refused",
    "localhost resolves to IPv6",
    "Device code times out",
    "Refresh blocked by the network, shown as auth error",
    "Unknown auth_mode",
    "kid not trusted",
    "Task registration refused",
    "Access token accepted at login, refused on use",
    "Assertion refused at use",
    "Wrong owner or mode",
    "Failed login wipes the good login",
    "CA variable stale or unreadable",
    "DNS or ISP fault",
    "Issuer, audience, algorithm or expiry refused",
    "Personal access token lookup fails",
    "HTML instead of JSON (captive portal, SSO proxy)",
    "Forced workspace does not match",
    "Account ids disagree inside the record",
    "JWKS not reachable",
    "Required claim missing",
    "Wrong kind of secret in the access-token variable",
    "Private key unusable",
    "Encrypted task id cannot be opened",
    "Identity bound to another account",
    "Forced login method does not match",
    "FedRAMP routing missing",
    "Home moved, keyring entry orphaned",
    "Workload identity half configured",
)
"""The known ways in which a login fails, the most reported first; the rank is the place, from 1."""


def modes_table() -> list[tuple[int, str, tuple[str, ...]]]:
    """Rank, title and the ids of the checks that recognise it from local state; () for none."""
    ids: dict[int, list[str]] = {}
    for entry in REGISTER:
        for rank in entry.modes:
            ids.setdefault(rank, []).append(entry.id)
    return [(rank, title, tuple(ids.get(rank, ()))) for rank, title in enumerate(MODES, 1)]
