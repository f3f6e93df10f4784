"""The logins of MCP servers, which have a store of their own (STORE)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.answers.findings import Fix
from authtui.checks.registry import Finding, check
from authtui.checks.subject import quoted_path
from authtui.simulation.mcp_servers import list_mcp_servers

if TYPE_CHECKING:
    from authtui.answers.findings import McpServer
    from authtui.checks.registry import Subject

_BROKEN: Final = ("missing", "expired", "other-url")
_WORDS: Final = {
    "logged-in": "logged in",
    "expired": "login expired",
    "missing": "no credential",
    "other-url": "login of another address",
    "unknown": "no login",
    "no-login": "needs no login",
    "disabled": "disabled",
}
_NEVER_RENEWED: Final = "names no issuer"


@check(
    "store.mcp",
    "STORE",
    "Logins of MCP servers",
    source="codex-rs/rmcp-client/src/oauth.rs; `codex mcp list --json` of 0.128.0 to 0.171.0",
    modes=(12,),
)
def _mcp(subject: Subject) -> Finding | None:
    servers = list_mcp_servers(subject.observation, subject.contract)
    if not servers:
        return None
    evidence = [_line(server) for server in servers]
    broken = [server for server in servers if server.status in _BROKEN]
    ending = [server for server in servers if _NEVER_RENEWED in server.detail]
    if not broken and not ending:
        names = ", ".join(server.name for server in servers[:5])
        return Finding(
            "pass",
            f"MCP servers ({names}): nothing wrong is seen with their logins",
            evidence,
            where=servers[0].where,
        )
    worst = (broken or ending)[0]
    return Finding(
        "warn",
        f"MCP server {worst.name}: {_WORDS[worst.status]}, {worst.detail}",
        evidence,
        "An MCP server has a login of its own. One that answers `Auth required` while Codex "
        "itself works has lost that one; logging in to Codex again does not help.",
        _fix(worst),
        worst.where,
    )


def _line(server: McpServer) -> str:
    until = f", until {server.expires_at:%Y-%m-%d %H:%M}Z" if server.expires_at else ""
    detail = f": {server.detail}" if server.detail else ""
    return f"{server.name} ({_WORDS[server.status]}{until}){detail}"


def _fix(server: McpServer) -> Fix:
    if server.status == "missing":
        return Fix("set the variable that it names, or log in to the server instead")
    return Fix("log in to the server anew", f"codex mcp login {quoted_path(server.name)}")
