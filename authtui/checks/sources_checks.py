"""Which credential wins, what it hides, and what is set but never read (SRC)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.answers.findings import Fix
from authtui.checks.phrases import name_words
from authtui.checks.registry import Finding, check
from authtui.checks.subject import (
    LOGIN,
    described,
    hurt,
    kind_of,
    line_of,
    status_unless_selected,
    stored,
    stored_document,
    unset_source,
    unset_where,
    where_set,
)
from authtui.credentials.environment import (
    CREDENTIAL_VARIABLES,
    WORKLOAD_VARIABLES,
    workload_variables,
)
from authtui.redaction import Secret

if TYPE_CHECKING:
    from authtui.checks.registry import Subject

_SPEC = "codex-rs/login/src/auth/manager.rs (load_auth)"


@check("sources.shadowing", "SRC", "A variable hides the stored login", source=_SPEC, modes=(4, 21))
def _shadowing(subject: Subject) -> Finding | None:
    start, store = subject.start, subject.store
    winner = start.credential
    decided = winner or start.failure
    name = decided.source if decided else None
    variable = name in CREDENTIAL_VARIABLES or name == "workload identity"
    if store.empty and not variable:
        return None
    if not variable or name is None:
        if winner is None or winner.source != store.name:
            return None
        return Finding(
            "pass", f"{store.name} is used; no variable stands before it", where=name or ""
        )
    if store.empty:
        return Finding("pass", f"{name} comes first, and hides nothing stored")
    behind = stored(subject)
    hidden = described(behind) if behind else "a record that cannot be read"
    used = described(winner) if winner else "a credential that cannot be used"
    lost = start.failure is not None or start.trouble in ("key-shape", "key-header")
    real = WORKLOAD_VARIABLES[0] if name == "workload identity" else name
    if name == "workload identity" and start.failure is not None:
        real = start.failure.where
    return Finding(
        "fail" if lost or start.violation else "warn",
        f"{real} ({used}) hides {store.name} ({hidden})",
        (f"selected: {name}, {used}", f"shadowed: {store.name}, {hidden}"),
        "Codex takes the first credential of a fixed order and never looks at the rest; variables "
        "come before everything stored. It does not say that a stored login was passed over, so "
        "a 401 or a bill for another account looks like a fault of the login.",
        unset_source(subject, name),
        where_set(subject, real),
    )


@check(
    "sources.several", "SRC", "More than one credential variable is set", source=_SPEC, modes=(4,)
)
def _several(subject: Subject) -> Finding | None:
    case = subject.case
    readable = ["CODEX_API_KEY"]
    if case.contract.agent_variable:
        readable.append(case.contract.agent_variable)
    present = [name for name in readable if subject.observation.environment.trimmed(name)]
    if not present:
        return None
    if len(present) == 1:
        return Finding("pass", f"{present[0]} is the only credential variable that is set")
    other = case.contract.agent_variable
    use = "read neither" if case.contract.agent_variable_on_exec_only else f"use {other} instead"
    return Finding(
        "warn",
        f"CODEX_API_KEY and {other} are both set; `codex exec` uses CODEX_API_KEY",
        (f"`codex login status` and the interactive client {use}",),
        "The order is fixed: the API key first, then the agent variable. Programs that do not "
        "read the API key take the other one, so the same shell has two identities.",
        unset_where(subject, "CODEX_API_KEY"),
        where_set(subject, "CODEX_API_KEY"),
    )


@check(
    "sources.openai_api_key",
    "SRC",
    "OPENAI_API_KEY is set but not read",
    source=_SPEC,
    modes=(9, 33),
)
def _openai_api_key(subject: Subject) -> Finding | None:
    case = subject.case
    if not subject.observation.environment.trimmed("OPENAI_API_KEY"):
        return None
    if case.provider.env_key == "OPENAI_API_KEY":
        where = case.provider.lines.get("env_key", "config.toml")
        return Finding(
            "pass",
            f"OPENAI_API_KEY is read by model provider {name_words(case.provider.id)} ({where})",
        )
    if subject.start.prediction.mode == "none":
        return Finding("pass", "OPENAI_API_KEY is set, and the server that is asked needs no key")
    if subject.start.credential is not None or subject.start.failure is not None:
        return Finding(
            "pass", "OPENAI_API_KEY is set; Codex does not read it, another source decides"
        )
    return Finding(
        "fail",
        "OPENAI_API_KEY is set, but Codex does not read it, and nothing else is there",
        ("the loader reads CODEX_API_KEY, the agent variable and the store, never OPENAI_API_KEY",),
        "The credential loader has no rule for OPENAI_API_KEY; it only fills in the sign-in "
        "screen. Requests then go out without any Authorization header. `codex doctor` still "
        "counts the variable as a login.",
        Fix("store the key", "printenv OPENAI_API_KEY | codex login --with-api-key"),
        where_set(subject, "OPENAI_API_KEY"),
    )


@check(
    "sources.ignored_variable",
    "SRC",
    "A variable of another client version is set",
    source="#18904, #21059",
    modes=(9, 26),
)
def _ignored_variable(subject: Subject) -> Finding | None:
    contract = subject.contract
    environment = subject.observation.environment
    ignored = [
        name
        for name in CREDENTIAL_VARIABLES[1:]
        if name != contract.agent_variable and environment.trimmed(name)
    ]
    if not ignored:
        reads = contract.agent_variable
        if reads and environment.trimmed(reads):
            return Finding("pass", f"{reads} is the agent variable that {contract.title} reads")
        return None
    name, reads = ignored[0], contract.agent_variable
    instead = f"it reads {reads}" if reads else "it reads no agent variable at all"
    fix = (
        Fix("use the name it reads", f'export {reads}="${name}"; unset {name}')
        if reads and not environment.trimmed(reads)
        else unset_where(subject, name)
    )
    return Finding(
        status_unless_selected(subject),
        f"{name} is set, but {contract.title} ignores it; {instead}",
        (f"{name}: {Secret(environment.trimmed(name) or '')}",),
        "The variable for an agent identity changed its name: CODEX_AGENT_IDENTITY up to 0.128, "
        "CODEX_ACCESS_TOKEN from 0.129 on. A client reads one of them and says nothing of the "
        "other.",
        fix,
        where_set(subject, name),
    )


@check(
    "sources.dotenv",
    "SRC",
    "Lines of .env that the client skips",
    source="codex-rs/arg0/src/lib.rs",
    modes=(9, 33),
)
def _dotenv(subject: Subject) -> Finding | None:
    environment = subject.observation.environment
    if not environment.dotenv.exists:
        return None
    matter = [line for line in environment.dotenv_ignored if line.name or "quote" in line.reason]
    if not matter:
        return Finding("pass", ".env in the Codex home: every line that matters is applied")
    first = matter[0]
    credential = any(line.name.upper() in CREDENTIAL_VARIABLES for line in matter)
    return Finding(
        status_unless_selected(subject) if credential else "warn",
        f".env:{first.line} sets {first.name or 'something'}, which Codex does not apply: "
        f"{first.reason}",
        tuple(f".env:{line.line} {line.name}: {line.reason}" for line in matter[:8]),
        "Codex reads .env in its home, but names beginning with CODEX_ are skipped, and so is a "
        "line it cannot parse. There is no message in either case.",
        _instead(subject, first.name),
        f".env:{first.line}",
    )


def _instead(subject: Subject, name: str | None) -> Fix | None:
    """Where the variable belongs; None where it stands there already."""
    if not name or subject.observation.environment.get(name) is not None:
        return None
    return Fix("export it in the shell instead", f"export {name}=…")


@check(
    "sources.dotenv_override",
    "SRC",
    ".env replaces a variable of the shell",
    source="codex-rs/arg0/src/lib.rs",
    modes=(21, 43),
)
def _dotenv_override(subject: Subject) -> Finding | None:
    environment = subject.observation.environment
    if not environment.dotenv_overrides:
        return None
    name = environment.dotenv_overrides[0]
    where = where_set(subject, name)
    return Finding(
        "warn",
        f"{where} gives {name} another value than the shell; Codex uses the one of .env",
        tuple(
            f"{n}: {where_set(subject, n)} wins over the shell"
            for n in environment.dotenv_overrides
        ),
        "Codex sets what it finds in .env over its environment. `echo $NAME` in the shell shows "
        "the other value.",
        Fix(f"remove the line at {where}"),
        where,
    )


@check(
    "sources.dropped",
    "SRC",
    "A credential is dropped silently",
    source="recorded clients 0.147 to 0.169",
    modes=(24, 64),
)
def _dropped(subject: Subject) -> Finding | None:
    start = subject.starts["exec"]
    failure = start.failure
    if not subject.contract.silent_drop or (subject.store.empty and failure is None):
        return None
    if failure is None or failure.source == "workload identity":
        if start.credential is None:
            return None
        return Finding("pass", "the selected credential is one the client keeps")
    if start.request is None:
        return Finding("pass", "the client stops and names the cause; nothing is dropped silently")
    return Finding(
        "fail" if subject.surface != "login-status" else hurt(subject),
        f"`codex exec` silently drops {failure.source} and sends requests with no credential",
        (
            f"cause: {failure.where}: {failure.reason}",
            f"the client ends with: {start.prediction.says}",
        ),
        "From 0.147 on a credential that cannot be used counts as none. The run goes on, the "
        "server answers 401 Missing bearer, and neither the output nor its log names the cause. "
        "A good login underneath is not used instead.",
        unset_where(subject, failure.source) if failure.source in CREDENTIAL_VARIABLES else None,
        failure.where,
    )


@check(
    "sources.old_key",
    "SRC",
    "The stored API key is not the one in the environment",
    source=_SPEC,
    modes=(37,),
)
def _old_key(subject: Subject) -> Finding | None:
    document = stored_document(subject)
    if document is None or document.mode != "apikey" or not document.openai_api_key:
        return None
    kept = document.openai_api_key
    environment = subject.observation.environment
    for name in ("CODEX_API_KEY", "OPENAI_API_KEY"):
        value = environment.trimmed(name)
        if value is None:
            continue
        given = Secret(value)
        if given == kept:
            return Finding("pass", f"the stored key is the one in {name} (#{kept.fingerprint})")
        wins = name == "CODEX_API_KEY" and subject.surface == "exec"
        which = f"{name} is used" if wins else "the stored key is used"
        return Finding(
            "warn",
            f"the stored API key #{kept.fingerprint} is not the key in {name} "
            f"#{given.fingerprint}; {which}",
            (f"{line_of(subject, 'OPENAI_API_KEY')}: {kept}", f"{name}: {given}"),
            "`codex login --with-api-key` stores a key without trying it, and keeps it when the "
            "key is rotated. The stored key is used whatever OPENAI_API_KEY says.",
            Fix("store the current key", f"printenv {name} | codex login --with-api-key"),
            line_of(subject, "OPENAI_API_KEY"),
        )
    return None


@check(
    "sources.two_kinds",
    "SRC",
    "Several kinds of credential in one record",
    source="codex-rs/login/src/auth/storage.rs (mode inference)",
    modes=(42,),
)
def _two_kinds(subject: Subject) -> Finding | None:
    document = stored_document(subject)
    if document is None:
        return None
    present = {  # in the order of inference
        "personal_access_token": document.personal_access_token,
        "bedrock_api_key": document.bedrock_api_key,
        "bedrock_access_keys": document.bedrock_access_keys,
        "OPENAI_API_KEY": document.openai_api_key,
        "tokens": document.tokens,
        "agent_identity": document.agent_identity,
    }
    held = [name for name, value in present.items() if value is not None]
    if document.auth_mode is not None:
        if len(held) < 2:
            return Finding("pass", f"auth_mode {document.auth_mode} is stored, with one credential")
        return Finding("pass", f"auth_mode {document.auth_mode} decides between {', '.join(held)}")
    if len(held) < 2:
        lone = held[0] if held else "nothing"
        if lone == "agent_identity" and not subject.contract.identity_only:
            return Finding(
                hurt(subject),
                "auth_mode is missing: a lone agent_identity counts as a ChatGPT login",
                ("mode in force: chatgpt; tokens: absent",),
                "Without auth_mode the client guesses from what is stored, and an agent identity "
                "is not among its guesses. The record then counts as a ChatGPT login without "
                "tokens.",
                LOGIN,
                line_of(subject, "agent_identity"),
            )
        return Finding("pass", f"auth_mode is absent; the record holds {lone} alone")
    credential = stored(subject)
    used = kind_of(credential) if credential else document.mode
    blank = document.openai_api_key is not None and not document.openai_api_key
    note = " (an empty one)" if blank and document.mode == "apikey" else ""
    return Finding(
        hurt(subject) if note else "warn",
        f"{' and '.join(held)} are stored without auth_mode; Codex uses {used}{note}",
        tuple(f"{line_of(subject, name)}: {name}" for name in held),
        "Where auth_mode is missing, a stored API key, even an empty one, comes before ChatGPT "
        "tokens. Usage is then billed to the API although you signed in with ChatGPT.",
        LOGIN,
        line_of(subject, held[0]),
    )


@check(
    "sources.workload",
    "SRC",
    "Workload identity is configured in full",
    source="codex-rs/login/src/auth/workload_identity.rs",
    modes=(71,),
)
def _workload(subject: Subject) -> Finding | None:
    selecting = workload_variables(spiffe=subject.contract.workload_spiffe)
    environment = subject.observation.environment
    given = [name for name in selecting if environment.get(name) is not None]
    if not given:
        return None
    if not subject.contract.workload_identity:
        return Finding(
            "warn",
            f"{given[0]} is set, but {subject.contract.title} knows no workload identity",
            why="Only newer clients read these variables; this one takes its other sources.",
            fix=unset_source(subject, "workload identity"),
            where=where_set(subject, given[0]),
        )
    failure = subject.case.ladder.workload.failure
    if failure is None:
        return Finding(
            "pass", "the variables of workload identity are whole, and its token is there"
        )
    return Finding(
        "fail",
        f"workload identity cannot be used: {failure.text} ({failure.reason})",
        (f"set: {', '.join(given)}",),
        f"Each of {', '.join(selecting)} selects this mode, even empty, and there is no way back "
        "to the stored login from it: Codex stops.",
        unset_source(subject, "workload identity"),
        failure.where,
    )
