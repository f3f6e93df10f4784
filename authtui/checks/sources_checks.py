"""Which credential wins, what it hides, and what is set but never read (SRC)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.checks.findings import Fix
from authtui.checks.look import (
    CREDENTIAL_VARIABLES,
    LOGIN,
    chosen,
    described,
    hurt,
    kind_of,
    line_of,
    seen,
    stored,
    stored_document,
    unselected,
    unset_where,
    where_set,
)
from authtui.checks.registry import Answer, check
from authtui.credentials.environment import WORKLOAD_VARIABLES
from authtui.redaction import Secret

if TYPE_CHECKING:
    from authtui.checks.registry import Subject

_SPEC = "codex-rs/login/src/auth/manager.rs (load_auth)"


@check(
    "sources.shadowing",
    "SRC",
    "A variable hides the stored login",
    source=_SPEC,
    modes=(4, 21),
)
def _shadowing(subject: Subject) -> Answer | None:
    course, store = subject.course, subject.case.places.store
    winner = chosen(course)
    name = winner.source if winner else (course.failure.source if course.failure else None)
    variable = name in CREDENTIAL_VARIABLES or name == "workload identity"
    if store.empty and not variable:
        return None
    if not variable or name is None:
        if winner is None or winner.source != store.name:
            return None
        return Answer(
            "pass", f"{store.name} is used; no variable stands before it", where=name or ""
        )
    if store.empty:
        return Answer("pass", f"{name} comes first, and hides nothing stored")
    behind = stored(subject)
    hidden = described(behind) if behind else "a record that cannot be read"
    used = described(winner) if winner else "a credential that cannot be used"
    lost = course.failure is not None or course.trouble in ("key-shape", "key-header")
    real = WORKLOAD_VARIABLES[0] if name == "workload identity" else name
    if name == "workload identity" and course.failure is not None:
        real = course.failure.where
    return Answer(
        "fail" if lost or course.violation else "warn",
        f"{real} ({used}) hides {store.name} ({hidden})",
        (f"selected: {name}, {used}", f"shadowed: {store.name}, {hidden}"),
        "Codex takes the first credential of a fixed order and never looks at the rest; variables "
        "come before everything stored. It does not say that a stored login was passed over, so "
        "a 401 or a bill for another account looks like a fault of the login.",
        unset_where(subject, real),
        where_set(subject, real),
    )


@check(
    "sources.several", "SRC", "More than one credential variable is set", source=_SPEC, modes=(4,)
)
def _several(subject: Subject) -> Answer | None:
    case = subject.case
    readable = ["CODEX_API_KEY"]
    if case.contract.agent_variable:
        readable.append(case.contract.agent_variable)
    present = [name for name in readable if seen(subject).environment.trimmed(name)]
    if not present:
        return None
    if len(present) == 1:
        return Answer("pass", f"{present[0]} is the only credential variable that is set")
    loser = case.contract.agent_variable
    return Answer(
        "warn",
        f"CODEX_API_KEY and {loser} are both set; `codex exec` uses CODEX_API_KEY",
        (f"`codex login status` and the interactive client use {loser} instead",),
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
def _openai_api_key(subject: Subject) -> Answer | None:
    case = subject.case
    if not seen(subject).environment.trimmed("OPENAI_API_KEY"):
        return None
    if case.provider.env_key == "OPENAI_API_KEY":
        where = case.provider.lines.get("env_key", "config.toml")
        return Answer(
            "pass", f"OPENAI_API_KEY is read by model provider {case.provider.id} ({where})"
        )
    if chosen(subject.course) is not None or subject.course.failure is not None:
        return Answer(
            "pass", "OPENAI_API_KEY is set; Codex does not read it, another source decides"
        )
    return Answer(
        "fail",
        "OPENAI_API_KEY is set, but Codex does not read it, and nothing else is there",
        ("the loader reads CODEX_API_KEY, the agent variable and the store, never OPENAI_API_KEY",),
        "The credential loader has no rule for OPENAI_API_KEY; it only fills in the sign-in "
        "screen. Requests then go out without any Authorization header. `codex doctor` counts "
        "the variable as a login all the same.",
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
def _ignored_variable(subject: Subject) -> Answer | None:
    contract = subject.case.contract
    environment = seen(subject).environment
    ignored = [
        name
        for name in CREDENTIAL_VARIABLES[1:]
        if name != contract.agent_variable and environment.trimmed(name)
    ]
    if not ignored:
        reads = contract.agent_variable
        if reads and environment.trimmed(reads):
            return Answer("pass", f"{reads} is the agent variable that {contract.title} reads")
        return None
    name, reads = ignored[0], contract.agent_variable
    instead = f"it reads {reads}" if reads else "it reads no agent variable at all"
    fix = (
        Fix("use the name it reads", f'export {reads}="${name}"; unset {name}')
        if reads and not environment.trimmed(reads)
        else unset_where(subject, name)
    )
    return Answer(
        unselected(subject),
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
def _dotenv(subject: Subject) -> Answer | None:
    environment = seen(subject).environment
    if not environment.dotenv.exists:
        return None
    matter = [line for line in environment.dotenv_ignored if line.name or "quote" in line.reason]
    if not matter:
        return Answer("pass", ".env in the Codex home: every line that matters is applied")
    first = matter[0]
    credential = any(line.name.upper() in CREDENTIAL_VARIABLES for line in matter)
    return Answer(
        unselected(subject) if credential else "warn",
        f".env:{first.line} sets {first.name or 'something'}, which Codex does not apply: "
        f"{first.reason}",
        tuple(f".env:{line.line} {line.name}: {line.reason}" for line in matter[:8]),
        "Codex reads .env in its home, but names beginning with CODEX_ are skipped, and so is a "
        "line it cannot parse. There is no message in either case.",
        Fix("export it in the shell instead", f"export {first.name}=…") if first.name else None,
        f".env:{first.line}",
    )


@check(
    "sources.dotenv_override",
    "SRC",
    ".env replaces a variable of the shell",
    source="codex-rs/arg0/src/lib.rs",
    modes=(21, 43),
)
def _dotenv_override(subject: Subject) -> Answer | None:
    environment = seen(subject).environment
    if not environment.dotenv_overrides:
        return None
    name = environment.dotenv_overrides[0]
    where = where_set(subject, name)
    return Answer(
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
    "A credential is dropped without a word",
    source="recorded clients 0.147 to 0.169",
    modes=(24, 64),
)
def _dropped(subject: Subject) -> Answer | None:
    case = subject.case
    course = subject.courses["exec"]
    if not case.contract.silent_drop or (case.places.store.empty and course.failure is None):
        return None
    failure = course.failure
    if failure is None or failure.source == "workload identity":
        if chosen(course) is None:
            return None
        return Answer("pass", "the selected credential is one the client keeps")
    if course.request is None:
        return Answer("pass", "the client stops and names the cause; nothing is dropped in silence")
    return Answer(
        "fail" if subject.surface != "login-status" else hurt(subject),
        f"`codex exec` drops {failure.source} without a word and sends requests with no credential",
        (
            f"cause: {failure.where}: {failure.reason}",
            f"the client ends with: {course.prediction.says}",
        ),
        "From 0.147 on a credential that cannot be used counts as none. The run goes on, the "
        "server answers 401 Missing bearer, and neither the output nor its log names the cause. "
        "A good login underneath is not used instead.",
        unset_where(subject, failure.source) if failure.source in CREDENTIAL_VARIABLES else LOGIN,
        failure.where,
    )


@check(
    "sources.old_key",
    "SRC",
    "The stored API key is not the one in the environment",
    source=_SPEC,
    modes=(37,),
)
def _old_key(subject: Subject) -> Answer | None:
    document = stored_document(subject)
    if document is None or document.mode != "apikey" or not document.openai_api_key:
        return None
    kept = document.openai_api_key
    environment = seen(subject).environment
    for name in ("CODEX_API_KEY", "OPENAI_API_KEY"):
        value = environment.trimmed(name)
        if value is None:
            continue
        given = Secret(value)
        if given == kept:
            return Answer("pass", f"the stored key is the one in {name} (#{kept.fingerprint})")
        used = name if name == "CODEX_API_KEY" and subject.surface == "exec" else None
        which = f"{name} is used" if used else "the stored key is used"
        return Answer(
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
def _two_kinds(subject: Subject) -> Answer | None:
    document = stored_document(subject)
    if document is None:
        return None
    present = {
        "OPENAI_API_KEY": document.openai_api_key,
        "tokens": document.tokens,
        "personal_access_token": document.personal_access_token,
        "agent_identity": document.agent_identity,
    }
    held = [name for name, value in present.items() if value is not None]
    if document.auth_mode is not None:
        if len(held) < 2:
            return Answer("pass", f"auth_mode {document.auth_mode} is stored, with one credential")
        return Answer("pass", f"auth_mode {document.auth_mode} decides between {', '.join(held)}")
    if len(held) < 2:
        lone = held[0] if held else "nothing"
        if lone == "agent_identity" and not subject.case.contract.identity_only:
            return Answer(
                hurt(subject),
                "auth_mode is missing: a lone agent_identity counts as a ChatGPT login",
                ("mode in force: chatgpt; tokens: absent",),
                "Without auth_mode the client guesses from what is stored, and an agent identity "
                "is not among its guesses. The record then counts as a ChatGPT login without "
                "tokens.",
                LOGIN,
                line_of(subject, "agent_identity"),
            )
        return Answer("pass", f"auth_mode is absent; the record holds {lone} alone")
    credential = stored(subject)
    used = kind_of(credential) if credential else document.mode
    blank = document.openai_api_key is not None and not document.openai_api_key
    note = " (an empty one)" if blank and document.mode == "apikey" else ""
    return Answer(
        hurt(subject) if note else "warn",
        f"{' and '.join(held)} are stored without auth_mode; Codex uses {used}{note}",
        tuple(f"{line_of(subject, name)}: {name}" for name in held),
        "Where auth_mode is missing, a stored API key, even an empty one, comes before ChatGPT "
        "tokens. Usage is then billed to the API although you signed in with ChatGPT.",
        LOGIN,
        line_of(subject, "OPENAI_API_KEY"),
    )


@check(
    "sources.workload",
    "SRC",
    "Workload identity is configured in full",
    source="codex-rs/login/src/auth/workload_identity.rs",
    modes=(71,),
)
def _workload(subject: Subject) -> Answer | None:
    given = [name for name in WORKLOAD_VARIABLES if seen(subject).environment.get(name) is not None]
    if not given:
        return None
    if not subject.case.contract.workload_identity:
        return Answer(
            "warn",
            f"{given[0]} is set, but {subject.case.contract.title} knows no workload identity",
            why="Only newer clients read these variables; this one takes its other sources.",
            fix=unset_where(subject, given[0]),
            where=where_set(subject, given[0]),
        )
    failure = subject.case.places.workload.failure
    if failure is None:
        return Answer("pass", "both workload identity variables are set and the token file is read")
    missing = [name for name in WORKLOAD_VARIABLES if name not in given]
    fix = Fix("set both, or unset both", f"unset {' '.join(given)}")
    return Answer(
        "fail",
        f"workload identity is half configured: {failure.text} ({failure.reason})",
        (f"set: {', '.join(given)}", f"not set: {', '.join(missing) or 'none'}"),
        "One of the two variables is enough to select this mode, and there is no way back to the "
        "stored login from it: Codex stops.",
        fix,
        failure.where,
    )
