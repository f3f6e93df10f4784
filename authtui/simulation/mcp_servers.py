"""How each MCP server of the configuration would be logged in. Pure.

Source: `codex mcp list --json` of clients 0.128.0, 0.144.0 and 0.171.0 over made-up homes; the
login is found by the server's name and address, whatever its key in the file says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.answers.findings import McpServer
from authtui.configuration.config import split_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authtui.contracts import Contract
    from authtui.machine.observation import McpLogin, Observation

_TABLE = "mcp_servers"


def list_mcp_servers(observation: Observation, contract: Contract) -> tuple[McpServer, ...]:
    """Judge every server of the configuration, in its order."""
    tables: dict[str, dict[str, object]] = {}
    lines: dict[str, str] = {}
    for key, held in observation.config.values.items():
        if not key.startswith(f"{_TABLE}."):
            continue
        name, setting = _parts(key)
        tables.setdefault(name, {})[setting] = held.value
        lines.setdefault(name, held.where)
    return tuple(
        _server(name, table, lines[name], observation, contract) for name, table in tables.items()
    )


def _parts(key: str) -> tuple[str, str]:
    _, name, *setting = split_key(key)
    return name, ".".join(setting)


def _server(
    name: str,
    table: Mapping[str, object],
    where: str,
    observation: Observation,
    contract: Contract,
) -> McpServer:
    url = table.get("url")
    row = McpServer(name, "no-login", where, url=url if isinstance(url, str) else None)
    if table.get("enabled") is False:
        return row._replace(status="disabled", detail="enabled = false: it is not started")
    if row.url is None:
        return row._replace(detail="a program of this machine: it has no login")
    variable = table.get("bearer_token_env_var")
    if isinstance(variable, str):
        return _with_variable(row, variable, observation)
    headers = {name.casefold() for name in table if "headers" in name}
    if any(header.endswith(".authorization") for header in headers):
        return row._replace(status="logged-in", detail="by a header of the configuration")
    logins = [one for one in observation.mcp.logins if one.server == name]
    login = next((one for one in logins if one.url == row.url), None)
    if login is not None:
        return _with_login(row, login, observation, contract)
    if logins:
        return row._replace(
            status="other-url", detail=f"the stored login is for {logins[0].url}: it is not used"
        )
    return row._replace(status="unknown", detail=_nothing_stored(observation))


def _nothing_stored(observation: Observation) -> str:
    mode = observation.config.get("mcp_oauth_credentials_store") or "auto"
    if observation.mcp.fault is not None:
        return f".credentials.json cannot be read ({observation.mcp.fault}): no login is found"
    if mode == "file":
        return "no login is stored; it may need none"
    return "no login in .credentials.json; the keyring was not asked, and it may need none"


def _with_variable(row: McpServer, variable: str, observation: Observation) -> McpServer:
    if observation.environment.get(variable) is not None or variable in observation.mcp.variables:
        return row._replace(status="logged-in", detail=f"by {variable}")
    return row._replace(
        status="missing", detail=f"{variable} is not set: requests carry no credential"
    )


def _with_login(
    row: McpServer, login: McpLogin, observation: Observation, contract: Contract
) -> McpServer:
    row = row._replace(expires_at=login.expires_at)
    over = login.expires_at is not None and login.expires_at <= observation.at
    if not login.renewable:
        if over:
            return row._replace(status="expired", detail="it expired and cannot be renewed")
        return row._replace(status="logged-in", detail="it cannot be renewed when it expires")
    if contract.mcp_renewal_needs_issuer and not login.issuer:
        why = "it names no issuer, as older clients stored it, and this client never renews it"
        return row._replace(status="expired" if over else "logged-in", detail=why)
    return row._replace(status="logged-in", detail="it is renewed first" if over else "")
