"""The known ways in which a login fails, and the checks that recognise each."""

from __future__ import annotations

from authtui.checks.all_checks import REGISTER
from authtui.record import NamedTuple

# The most reported first; the rank is the place, from 1.
_TITLES = (
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


class FailureMode(NamedTuple):
    """One way to fail. `checks` are the ids of those that recognise it from local state.

    `hints` are the ids of those that only warn of it.
    """

    rank: int
    title: str
    checks: tuple[str, ...]
    hints: tuple[str, ...] = ()


def failure_modes() -> list[FailureMode]:
    """Every failure mode; the rank is what `check(…, modes=…)` names."""
    ids: dict[int, list[str]] = {}
    hints: dict[int, list[str]] = {}
    for entry in REGISTER:
        for rank in entry.modes:
            ids.setdefault(rank, []).append(entry.id)
        for rank in entry.hints:
            hints.setdefault(rank, []).append(entry.id)
    return [
        FailureMode(rank, title, tuple(ids.get(rank, ())), tuple(hints.get(rank, ())))
        for rank, title in enumerate(_TITLES, 1)
    ]
