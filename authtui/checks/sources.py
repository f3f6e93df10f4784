"""The ladder as a reader sees it: every rung of the client's order, each with its reason.

Rungs that a generation or a surface does not read are listed too, so that nobody has to wonder.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.answers.findings import Fact, Source, SourceStatus
from authtui.checks.subject import label_of
from authtui.configuration.config import feature
from authtui.configuration.requirements import METHODS
from authtui.credentials.encrypted_store import SECRETS_FEATURE
from authtui.credentials.environment import AGENT_VARIABLES, WORKLOAD_VARIABLES
from authtui.record import NamedTuple
from authtui.redaction import Secret, mask_email, secret_kind
from authtui.simulation.restrictions import methods_that_count
from authtui.simulation.selection import MODES
from authtui.simulation.stored_record import store_mode

if TYPE_CHECKING:
    from authtui.answers.findings import Surface
    from authtui.credentials.document import Document
    from authtui.machine.observation import FileFacts, KeyringFacts, Variable
    from authtui.simulation.program_start import Case, ProgramStart
    from authtui.simulation.selection import JudgedSource


class _SourceRow(NamedTuple):
    name: str
    place: str
    judged: JudgedSource | None
    present: bool
    facts: tuple[Fact, ...]
    not_read: str | None = None
    invisible: str | None = None
    own: bool = False
    """Whether it is the provider's own credential, which goes with model requests."""


def list_sources(case: Case, start: ProgramStart) -> tuple[Source, ...]:
    """Every source in the client's own order for this program start, then what it never reads."""
    rungs = _with_provider(case, start, _rungs(case, start.prediction.surface))
    winner = _winner(rungs, start)
    selected = start.credential
    sources: list[Source] = []
    rank = 0
    passed = False
    for rung in rungs:
        ranked = rung.not_read is None
        rank += ranked
        status, shadowed_by, reason = _status(case, rung, winner, start.filtered, passed=passed)
        if rung.name == winner:
            passed = True
        credential = rung.judged.credential if rung.judged else None
        if rung.own:
            credential = selected
        facts = rung.facts
        if selected is not None and selected.document is not None and selected.source == rung.name:
            facts = (*facts, *_document_facts(selected.document))
        sources.append(
            Source(
                rank=rank if ranked else None,
                name=rung.name,
                place=rung.place,
                status=status,
                kind=credential.mode if credential else None,
                shadowed_by=shadowed_by,
                detail=selected.source if rung.own and selected else _detail(rung),
                reason=reason,
                facts=facts,
            )
        )
    return tuple(sources)


def _with_provider(case: Case, start: ProgramStart, rungs: list[_SourceRow]) -> list[_SourceRow]:
    """The rungs, the provider's own first where its credential is the one that is used."""
    name = f"model_providers.{case.provider.id}"
    used = start.credential
    if used is None or used.source in {rung.name for rung in rungs}:
        return rungs
    own = [rung._replace(not_read=None, own=True) for rung in rungs if rung.name == name]
    return [*own, *(rung for rung in rungs if rung.name != name)]


def _winner(rungs: list[_SourceRow], start: ProgramStart) -> str | None:
    own = next((rung.name for rung in rungs if rung.own), None)
    if own is not None:
        return own
    decided = start.credential.source if start.credential else None
    if start.failure:
        decided = start.failure.source
    if decided is None and start.filtered:
        # A policy filter dropped it; it is still the place that decided.
        for rung in rungs:
            if rung.judged and not rung.judged.empty and rung.not_read is None:
                return rung.name
    names = {rung.name for rung in rungs}
    return decided if decided in names else None


def _status(
    case: Case, rung: _SourceRow, winner: str | None, filtered: str | None, *, passed: bool
) -> tuple[SourceStatus, str | None, str]:
    if rung.invisible:
        return "not-visible", None, rung.invisible
    if rung.not_read:
        return ("ignored" if rung.present else "absent"), None, rung.not_read
    failure = rung.judged.failure if rung.judged else None
    if rung.name == winner:
        if failure:
            broken: SourceStatus = "unreadable" if failure.unread else "invalid"
            return broken, None, failure.reason
        if filtered:
            return "ignored", None, f"{case.observation.config.where(filtered)} makes Codex drop it"
        if rung.own:
            return "selected", None, "the provider's own credential goes with model requests"
        return "selected", None, "first in the order that holds a credential"
    if rung.judged is None or rung.judged.empty:
        if rung.present and rung.name != "auth.json":
            return "absent", None, "set, but blank: counts as not set"
        if rung.present and case.ladder.store_mode in ("keyring", "auto"):
            return "not-consulted", None, f"store mode {case.ladder.store_mode} does not look here"
        return "absent", None, ""
    if passed and winner:
        return "shadowed", winner, f"{winner} comes first in the client's order"
    if failure:
        return ("unreadable" if failure.unread else "invalid"), None, failure.reason
    if winner:
        return "shadowed", winner, f"{winner} comes first in the client's order"
    return "not-consulted", None, "the client stops before it looks here"


def _detail(rung: _SourceRow) -> str | None:
    if rung.judged and rung.judged.credential:
        credential = rung.judged.credential
        parts = [label_of(credential)]
        if credential.plan:
            parts.append(str(credential.plan))
        if credential.policy_account or credential.account_id:
            parts.append(str(credential.policy_account or credential.account_id))
        return " · ".join(parts)
    if rung.judged and rung.judged.failure:
        failure = rung.judged.failure
        return f"{failure.where}: {failure.reason}" if failure.line else failure.reason
    return None


def _rungs(case: Case, surface: Surface) -> list[_SourceRow]:
    contract, ladder, environment = case.contract, case.ladder, case.observation.environment
    rungs: list[_SourceRow] = []
    late: list[_SourceRow] = []
    workload = tuple(
        fact for name in WORKLOAD_VARIABLES for fact in _variable_facts(environment.get(name))
    )
    if contract.workload_identity and workload:
        rungs.append(
            _SourceRow("workload identity", "environment", ladder.workload, True, workload)
        )
    key = environment.get("CODEX_API_KEY")
    not_read = None if surface == "exec" else "only `codex exec` reads this variable"
    required = case.observation.config.requirements.get(METHODS)
    if required is not None and "api" not in methods_that_count(case.observation, contract):
        not_read = f"{required.where} allows no API keys"
    rung = _SourceRow(
        "CODEX_API_KEY",
        "environment",
        ladder.api_key,
        key is not None,
        _variable_facts(key),
        not_read,
    )
    (late if not_read else rungs).append(rung)
    memory = _SourceRow(
        "in-memory store",
        "memory of a running client",
        None,
        False,
        (),
        invisible=_memory_of(case),
    )
    agent = _agent_rung(case, surface)
    if contract.identity_only:
        rungs += [agent, memory]
    else:
        rungs.append(memory)
        (late if agent.not_read else rungs).append(agent)
    rungs += _store_rungs(case)
    late += _never_read(case)
    for name in AGENT_VARIABLES:
        value = environment.get(name)
        if name != contract.agent_variable and value is not None:
            late.append(
                _SourceRow(
                    name,
                    "environment",
                    None,
                    True,
                    _variable_facts(value),
                    f"{contract.title} does not read this variable",
                )
            )
    return [*rungs, *late]


def _agent_rung(case: Case, surface: Surface) -> _SourceRow:
    contract = case.contract
    name = contract.agent_variable
    if name is None:
        return _SourceRow(
            "agent identity variable",
            "environment",
            None,
            False,
            (),
            f"{contract.title} reads no agent identity from the environment",
        )
    value = case.observation.environment.get(name)
    not_read = None
    if contract.agent_variable_on_exec_only and surface != "exec":
        not_read = "only `codex exec` reads this variable"
    elif case.ladder.store_mode == "ephemeral" and not contract.token_before_store_stop:
        not_read = "not read while the store mode is `ephemeral`"
    return _SourceRow(
        name, "environment", case.ladder.agent, value is not None, _variable_facts(value), not_read
    )


def _store_rungs(case: Case) -> list[_SourceRow]:
    observation, mode = case.observation, store_mode(case.observation)
    file = observation.auth_file
    facts = _file_facts(file)
    held = case.ladder.store
    on_file = held.name == "auth.json"
    reading = mode in ("keyring", "auto")
    secrets = feature(observation.config, SECRETS_FEATURE)
    stop = "not read while the store mode is `ephemeral`" if mode == "ephemeral" else None
    unread = stop
    if not reading and not stop:
        unread = f"store mode `{mode}` does not ask the keyring"
    keyring = _SourceRow(
        "keyring",
        f"{observation.keyring.service} · {observation.keyring.account or 'entry of this home'}",
        held if held.name == "keyring" else None,
        observation.keyring.status == "present",
        _keyring_facts(observation.keyring),
        unread,
    )
    file_rung = _SourceRow(
        "auth.json",
        file.path,
        held if on_file else None,
        file.exists,
        facts,
        stop or (f"store mode `{mode}` reads the keyring instead" if mode == "keyring" else None),
    )
    rungs = [keyring, file_rung] if reading else [file_rung, keyring]
    encrypted = observation.encrypted
    if encrypted.file.exists or secrets:
        rungs.insert(
            0,
            _SourceRow(
                "encrypted store",
                encrypted.file.path,
                held if held.name == "encrypted store" else None,
                encrypted.file.exists,
                (
                    *_file_facts(encrypted.file),
                    Fact("status", encrypted.detail or encrypted.status),
                ),
                None if secrets and reading else "features.secret_auth_storage is not on",
            ),
        )
    return rungs


def _never_read(case: Case) -> list[_SourceRow]:
    environment = case.observation.environment
    rungs = []
    provider = case.provider
    if not provider.built_in and provider.known:
        rungs.append(_provider_rung(case))
    key = environment.get("OPENAI_API_KEY")
    used = provider.env_key == "OPENAI_API_KEY" and not provider.built_in
    if not used:
        why = "never read by the credential loader; `doctor` and the sign-in menu look at it"
        rungs.append(
            _SourceRow(
                "OPENAI_API_KEY", "environment", None, key is not None, _variable_facts(key), why
            )
        )
    return rungs


def _provider_rung(case: Case) -> _SourceRow:
    provider = case.provider
    line = provider.lines.get("env_key") or provider.lines.get("base_url") or "config.toml"
    name = f"model_providers.{provider.id}"
    facts = [Fact("base_url", provider.base_url or "none")]
    if provider.env_key:
        value = case.observation.environment.get(provider.env_key)
        facts += [Fact("env_key", provider.env_key), *_variable_facts(value)]
    if provider.bearer_token is not None:
        facts.append(
            Fact("experimental_bearer_token", str(provider.bearer_token), provider.bearer_token)
        )
    if provider.auth_command:
        facts.append(Fact("auth command", f"{provider.auth_command} (never run by looking)"))
    facts.append(Fact("requires_openai_auth", str(provider.requires_openai_auth).lower()))
    why = "it brings no credential of its own that is used here"
    return _SourceRow(name, line, None, True, tuple(facts), why)


def _variable_facts(variable: Variable | None) -> tuple[Fact, ...]:
    if variable is None:
        return ()
    value = variable.value
    origin = {"dotenv": f"$CODEX_HOME/.env line {variable.line}", "experiment": "what-if"}.get(
        variable.origin, "environment of this process"
    )
    facts = [
        Fact(variable.name, str(value), value),
        Fact("class", secret_kind(value.reveal())),
        Fact("from", origin),
    ]
    if value.reveal() != value.reveal().strip():
        facts.append(Fact("white space", "around the value; the client trims it"))
    return tuple(facts)


def _file_facts(file: FileFacts) -> tuple[Fact, ...]:
    """What there is to say of a file without its content."""
    facts = [Fact("path", file.path), Fact("found", file.kind)]
    if file.error:
        facts.append(Fact("error", file.error))
    if file.mode is not None:
        facts.append(Fact("mode", f"{file.mode:04o}"))
    if file.owner:
        mine = "" if file.owned_by_me is None or file.owned_by_me else " (not you)"
        facts.append(Fact("owner", f"{file.owner}{mine}"))
    if file.size is not None:
        facts.append(Fact("size", f"{file.size} bytes"))
    if file.modified is not None:
        facts.append(Fact("modified", f"{file.modified:%Y-%m-%d %H:%M:%S}Z"))
    if file.link_target:
        facts.append(Fact("link to", file.link_target))
    return tuple(facts)


def _keyring_facts(keyring: KeyringFacts) -> tuple[Fact, ...]:
    """What there is to say of the keyring entry without its content."""
    facts = [
        Fact("service", keyring.service),
        Fact("account", keyring.account or "unknown"),
        Fact("status", keyring.status),
    ]
    if keyring.backend:
        facts.append(Fact("backend", keyring.backend))
    if keyring.detail:
        facts.append(Fact("detail", keyring.detail))
    return tuple(facts)


def _memory_of(case: Case) -> str:
    running = ", ".join(str(program.pid) for program in case.observation.running)
    whose = f"the memory of process {running}" if running else "another process's memory"
    return f"{whose}: not visible from here"


def _document_facts(document: Document) -> tuple[Fact, ...]:
    """The fields of a stored record, secrets as secrets."""
    facts = [Fact("auth_mode", document.auth_mode or f"absent; inferred {MODES[document.mode]}")]
    if document.openai_api_key is not None:
        facts.append(Fact("OPENAI_API_KEY", str(document.openai_api_key), document.openai_api_key))
    if document.tokens:
        tokens = document.tokens
        claims = tokens.id_claims
        if claims.email:
            facts.append(Fact("e-mail", mask_email(claims.email), Secret(claims.email)))
        facts += [
            Fact("tokens.account_id", tokens.account_id or "absent"),
            Fact("id_token", str(tokens.id_token), tokens.id_token),
            Fact("access_token", str(tokens.access_token), tokens.access_token),
            Fact("refresh_token", str(tokens.refresh_token), tokens.refresh_token),
        ]
    if document.last_refresh:
        facts.append(Fact("last_refresh", f"{document.last_refresh:%Y-%m-%d %H:%M:%S}Z"))
    return tuple(facts)
