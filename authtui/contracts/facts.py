"""What differs between the generations of the client, in words: a reading of the one table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from authtui.contracts import Contract

FORMS = {
    "workspace-record": "record with `workspace_id`",
    "workspace-record-or-jwt": "record with `workspace_id`, or JWT",
    "account-record": "record with `account_id`",
    "jwt": "JWT only",
    "any": "JWT, or record with `account_id`",
}
MANAGED = {
    "none": "does nothing",
    "biscuit": "registers with a biscuit",
    "bearer": "registers with the login's own token",
}


class ContractFact(NamedTuple):
    """One fact that differs: what it is, where it was seen, and how a contract puts it."""

    fact: str
    source: str
    of: Callable[[Contract], str]


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _first_named(contract: Contract) -> str:
    if not contract.config_in_file_order:
        return "the first by name"
    ahead = ", ".join(f"`{key}`" for key in contract.starts_read_first)
    return f"the first line; by `exec` before it {ahead}" if ahead else "the first line"


FACTS: tuple[ContractFact, ...] = (
    ContractFact(
        "variable with an agent identity",
        "recordings; #18180, #21059",
        lambda c: f"`{c.agent_variable}`" if c.agent_variable else "none",
    ),
    ContractFact(
        "`agent_identity` in auth.json",
        "recordings; #18176, #18904, #19049",
        lambda c: FORMS[c.document.agent_form],
    ),
    ContractFact(
        "claims it must carry",
        "recordings; #18176",
        lambda c: ", ".join(f"`{name}`" for name in c.agent.required),
    ),
    ContractFact(
        "its signature is checked against a key set",
        "recordings; #19763",
        lambda c: _yes(c.agent.verified),
    ),
    ContractFact(
        "`auth_mode` spellings",
        "recordings",
        lambda c: ", ".join(f"`{mode}`" for mode in c.document.auth_modes),
    ),
    ContractFact(
        "without `auth_mode`, the first of these that is stored",
        "recordings",
        lambda c: ", ".join(f"`{mode}`" for mode in c.document.infers),
    ),
    ContractFact(
        "personal access tokens (`at-`)",
        "recordings",
        lambda c: _yes(c.personal_access_tokens),
    ),
    ContractFact(
        "a login without tokens, no user token needed",
        "#18177",
        lambda c: "works as agent identity" if c.identity_only else "fails",
    ),
    ContractFact(
        "a credential that cannot be used",
        "recordings",
        lambda c: "dropped silently" if c.silent_drop else "`exec` stops and names the cause",
    ),
    ContractFact(
        "`forced_chatgpt_workspace_id` as a list",
        "recordings",
        lambda c: "accepted" if c.workspace_list else "refused",
    ),
    ContractFact(
        "`login status` under a violated restriction",
        "recordings",
        lambda c: "not logged in" if c.status_enforces else "logged in",
    ),
    ContractFact(
        "agent identities only at the known ChatGPT hosts",
        "recordings; #37356",
        lambda c: _yes(c.known_environments_only),
    ),
    ContractFact(
        "a provider without any key is sent the ChatGPT login",
        "recordings",
        lambda c: _yes(c.provider_inherits_login),
    ),
    ContractFact(
        "`features.use_agent_identity`",
        "recordings; #19049",
        lambda c: MANAGED[c.managed_identity],
    ),
    ContractFact(
        "workspace look-up before the first request",
        "recordings",
        lambda c: _yes(c.routing),
    ),
    ContractFact(
        "tokens are refreshed this long before they expire",
        "source; recordings",
        lambda c: f"{c.refresh_margin_seconds // 60} min" if c.refresh_margin_seconds else "0",
    ),
    ContractFact(
        "an error code of the authority ends a refresh for good",
        "recordings; driven clients",
        lambda c: (
            "401 only"
            if not c.registration.known_codes
            else "the three known codes"
            + (", `invalid_grant`" if c.registration.invalid_grant else "")
        ),
    ),
    ContractFact(
        "a ChatGPT login without `last_refresh`",
        "driven clients",
        lambda c: "refreshed first" if c.asks_without_tokens or c.routing else "fails",
    ),
    ContractFact(
        "`profile` selected in config.toml",
        "driven clients",
        lambda c: "works" if c.profiles_in_config else "refused",
    ),
    ContractFact(
        "of several wrong values in config.toml, named is",
        "driven clients",
        _first_named,
    ),
    ContractFact("`codex doctor`", "recordings", lambda c: _yes(c.doctor)),
)
