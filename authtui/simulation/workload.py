"""Workload identity: a token of the machine itself, exchanged at the auth server; pure.

It comes before every login, and what is wrong with it stops every program: there is no way back
to the stored login. Sources: codex-rs/login/src/auth/workload_identity.rs,
codex-rs/workload-identity, clients 0.150 to 0.171 run with each of these states.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from authtui.contracts import chatgpt_environment
from authtui.credentials.environment import (
    FEDERATION_RULE,
    SPIFFE_AUDIENCE,
    SPIFFE_ID,
    SPIFFE_SOCKET,
    TOKEN_FILE,
    TOKEN_SOURCE,
    workload_variables,
)
from authtui.simulation.assumptions import OK, refusal
from authtui.simulation.selection import Credential, Failure, JudgedSource, forced_workspaces

if TYPE_CHECKING:
    from authtui.contracts import Contract
    from authtui.machine.observation import Observation
    from authtui.simulation.assumptions import Assumptions

NAME: Final = "workload identity"
LONGEST_ASSERTION: Final = 16_384
"""Bytes of the token file that are exchanged; a longer one is refused."""
_INVALID: Final = "workload identity variable {name} is invalid"
_SOURCES: Final = ("file", "spiffe")
_SOCKET: Final = re.compile(r"\s*unix:(?:///?)?/[^/].*", re.IGNORECASE)
_SPIFFE_ID: Final = re.compile(
    r"spiffe://[A-Za-z0-9._-]+(?:/(?!\.{1,2}(?:/|$))[A-Za-z0-9._-]+)*", re.IGNORECASE
)
_REJECTED: Final = "the workload identity token exchange was rejected with HTTP "
_UNAVAILABLE: Final = "the workload identity token exchange is unavailable"
_INVALID_RESPONSE: Final = "the workload identity token exchange returned an invalid response"
_METHOD: Final = "forced_login_method"
_RETRIED: Final = ("408", "429", "5")


def judge_workload(
    observation: Observation, contract: Contract, assumptions: Assumptions
) -> JudgedSource:
    """The workload identity that the variables select, or what stops the client at it."""
    given = [
        name
        for name in workload_variables(spiffe=contract.workload_spiffe)
        if observation.environment.get(name) is not None
    ]
    if not contract.workload_identity or not given:
        return JudgedSource(NAME)
    where = given[0]
    if contract.workload_policy_first and _allows_keys_only(observation):
        text = "workload identity requires a login policy that permits ChatGPT authentication"
        reason = f"{observation.config.where(_METHOD)} allows only API keys"
        return JudgedSource.of(Failure(NAME, where, text, reason, _METHOD))
    failure = _configured(observation, contract, where) or _exchanged(
        observation, contract, assumptions
    )
    if failure is not None:
        return JudgedSource.of(failure)
    wanted = forced_workspaces(observation, contract)
    account = assumptions.workload_account or (wanted[0] if wanted else None)
    failure = _restricted(observation, wanted, account, where)
    if failure is not None:
        return JudgedSource.of(failure)
    assumes = f"the identity token is exchanged for one of {account or 'its account'}"
    return JudgedSource.of(
        Credential(
            "workload_identity",
            NAME,
            where,
            account_id=account,
            policy_account=account,
            assumes=(assumes,),
        )
    )


def _allows_keys_only(observation: Observation) -> bool:
    return bool(observation.config.get(_METHOD) == "api")


def _configured(observation: Observation, contract: Contract, where: str) -> Failure | None:
    """What is wrong with the variables, in the client's order."""

    def failed(text: str, reason: str, name: str = where) -> Failure:
        return Failure(NAME, name, text, reason)

    def needed(name: str) -> Failure | None:
        value = observation.environment.get(name)
        if value is None:
            return failed(f"workload identity requires {name}", f"{name} is not set")
        if value.trimmed is None:
            return failed(_INVALID.format(name=name), f"{name} is blank", name)
        return None

    environment = observation.environment
    missing = needed(FEDERATION_RULE)
    if missing is not None:
        return missing
    spiffe = False
    if contract.workload_spiffe:
        source = environment.get(TOKEN_SOURCE)
        value = source.value.reveal() if source is not None else "file"
        spiffe = value == "spiffe"
        if value not in _SOURCES:
            text = f"{TOKEN_SOURCE} must be file or spiffe"
            return failed(text, f"{TOKEN_SOURCE} is neither, and blanks count", TOKEN_SOURCE)
        beside = [name for name in (SPIFFE_AUDIENCE, SPIFFE_ID) if environment.get(name)]
        if beside and not spiffe:
            text = f"SPIFFE settings require {TOKEN_SOURCE}=spiffe"
            return failed(text, f"{beside[0]} is set, which only that source uses", beside[0])
    if spiffe:
        return _spiffe(observation) or needed(SPIFFE_SOCKET) or needed(SPIFFE_AUDIENCE)
    file = environment.get(TOKEN_FILE)
    if file is None:
        return failed(f"workload identity requires {TOKEN_FILE}", f"{TOKEN_FILE} is not set")
    if not file.value.reveal().startswith("/"):
        text = f"{TOKEN_FILE} must be an absolute path"
        return failed(text, "the path is relative", TOKEN_FILE)
    return None


def _spiffe(observation: Observation) -> Failure | None:
    if observation.environment.get(TOKEN_FILE) is None:
        return None
    text = f"SPIFFE authentication cannot also set {TOKEN_FILE}"
    return Failure(NAME, TOKEN_FILE, text, "a token comes from one source")


def _exchanged(
    observation: Observation, contract: Contract, assumptions: Assumptions
) -> Failure | None:
    """What fails once the variables are right: host, token, exchange."""
    base = observation.config.get("chatgpt_base_url")
    listed = contract._replace(environment_below_hosts=False)
    if isinstance(base, str) and chatgpt_environment(listed, base.strip()) is None:
        where = observation.config.where("chatgpt_base_url")
        text = "workload identity auth supports only trusted production and staging app routing"
        return Failure(NAME, where, text, "chatgpt_base_url names another host")
    source = observation.environment.get(TOKEN_SOURCE)
    if contract.workload_spiffe and source is not None and source.value.reveal() == "spiffe":
        return _workload_api(observation)
    return _assertion(observation) or _refused(assumptions.exchange)


def _workload_api(observation: Observation) -> Failure | None:
    environment = observation.environment
    socket = environment.get(SPIFFE_SOCKET)
    if socket is not None and _SOCKET.fullmatch(socket.value.reveal()) is None:
        text = "the SPIFFE Workload API endpoint must be an absolute unix: socket URI"
        return Failure(NAME, SPIFFE_SOCKET, text, "it is no unix: address with an absolute path")
    identity = environment.get(SPIFFE_ID)
    if identity is not None and _SPIFFE_ID.fullmatch(identity.value.reveal()) is None:
        text = "the requested SPIFFE ID is invalid"
        return Failure(NAME, SPIFFE_ID, text, "an id is spiffe://TRUST-DOMAIN/PATH")
    if observation.spiffe_socket is None or observation.spiffe_socket.kind != "socket":
        text = "the SPIFFE Workload API is unavailable or timed out"
        return Failure(NAME, SPIFFE_SOCKET, text, "no socket stands at that path", network=True)
    return None


def _assertion(observation: Observation) -> Failure | None:
    facts = observation.token_file
    if facts is None or (facts.kind != "file" and facts.kind != "too-large"):
        file = observation.environment.get(TOKEN_FILE)
        path = file.value.reveal() if file is not None else ""
        text = f"could not read workload identity assertion file {path}"
        missing = "No such file or directory (os error 2)"
        if facts is not None and facts.kind == "directory":
            missing = "Is a directory (os error 21)"
        reason = (facts.error if facts else None) or missing
        return Failure(NAME, TOKEN_FILE, text, reason, unread=True, cause=reason)
    if facts.kind == "too-large" or len(facts.data or b"") > LONGEST_ASSERTION:
        text = "the workload identity assertion exceeds 16 KiB"
        return Failure(NAME, TOKEN_FILE, text, "the token file is too large", cause=text)
    if not (facts.data or b"").strip():
        text = "the workload identity assertion is invalid"
        return Failure(NAME, TOKEN_FILE, text, "the token file is empty", cause=text)
    return None


def _refused(fault: str) -> Failure | None:
    if fault == OK:
        return None
    refused = refusal(fault)
    if refused is not None:
        status = refused.status[:3]
        text = f"{_REJECTED}{status}"
        cause = None if status.startswith(_RETRIED) else text
    elif fault == "unreachable":
        text, cause = _UNAVAILABLE, None
    else:
        text = cause = _INVALID_RESPONSE
    reason = "the auth server does not exchange the token"
    return Failure(NAME, FEDERATION_RULE, text, reason, network=True, cause=cause)


def _restricted(
    observation: Observation, wanted: tuple[str, ...], account: str | None, where: str
) -> Failure | None:
    """A restriction of config.toml, which is looked at once the token has been exchanged."""
    config = observation.config
    rule = _METHOD
    if _allows_keys_only(observation):
        text = "API key login is required"
        reason = f"{config.where(_METHOD)} allows only API keys"
    elif wanted and account not in wanted:
        text = (
            f"Login is restricted to workspace(s) {', '.join(wanted)}, but current credentials "
            f"belong to {account}"
        )
        reason = f"the token belongs to {account}"
        rule = "forced_chatgpt_workspace_id"
    else:
        return None
    return Failure(NAME, where, text, reason, rule, cause=text, account=account)
