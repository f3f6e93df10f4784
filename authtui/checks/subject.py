"""What several checks ask of their subject, and the words they share."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from authtui.answers.findings import CheckStatus, Edit, Fix
from authtui.credentials.environment import CREDENTIAL_VARIABLES, WORKLOAD_VARIABLES
from authtui.machine.variable_lines import mark_of
from authtui.record import NamedTuple
from authtui.redaction import Secret
from authtui.simulation.selection import CHATGPT_MODES
from authtui.tokens.claims import AUTH

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from authtui.checks.registry import Subject
    from authtui.contracts import AgentContract
    from authtui.credentials.document import Document, Tokens
    from authtui.machine.observation import EnvironmentFacts, Observation
    from authtui.machine.variable_places import VariableLine
    from authtui.simulation.program_start import Case
    from authtui.simulation.selection import Credential
    from authtui.tokens.agent import AgentJudgement
    from authtui.tokens.jwt import DecodedJwt

LOOPBACK: Final = ("localhost", "127.0.0.1", "[::1]")
LOGIN: Final = Fix("log in again", "codex login")
FIRST_LOGIN: Final = Fix("log in", "codex login")
_KINDS: Final = {
    "api_key": "an API key",
    "chatgpt": "a ChatGPT login",
    "chatgpt_auth_tokens": "a ChatGPT login of a host program",
    "agent_identity": "an agent identity",
    "personal_access_token": "a personal access token",
    "bedrock": "an Amazon Bedrock key",
    "workload_identity": "a workload identity",
    "headers": "a header with a key",
    "provider": "a provider key",
}
_NOTHING: Final[Mapping[str, object]] = {}


def kind_of(credential: Credential) -> str:
    """A credential's kind with its article: `an API key`."""
    return _KINDS.get(credential.mode, credential.mode)


def label_of(credential: Credential) -> str:
    """A credential's kind without the article: `API key`."""
    return kind_of(credential).removeprefix("an ").removeprefix("a ")


def described(credential: Credential) -> str:
    """The kind and, where it is known, the account: `a ChatGPT login of acct-1`."""
    account = credential.policy_account or credential.account_id
    kind = kind_of(credential)
    return f"{kind} of {account_words(account)}" if account else kind


def account_words(account: str) -> str:
    """An account id as it stands; one of white space alone is said to be blank."""
    return account if account.strip() else "a blank account"


def stored(subject: Subject) -> Credential | None:
    """The usable credential that the store holds, selected or not."""
    return subject.store.credential


def stored_document(subject: Subject) -> Document | None:
    """The record of the stored credential."""
    credential = stored(subject)
    return credential.document if credential else None


def chatgpt_login(subject: Subject) -> tuple[Document, Tokens] | None:
    """The stored ChatGPT login with its tokens."""
    credential = stored(subject)
    if credential is None or credential.mode not in CHATGPT_MODES or credential.document is None:
        return None
    tokens = credential.document.tokens
    return (credential.document, tokens) if tokens is not None else None


def hurt(subject: Subject) -> CheckStatus:
    """`fail` where the program start asked for does not succeed, else `warn`."""
    return "warn" if subject.start.prediction.outcome == "ready" else "fail"


def status_unless_selected(subject: Subject) -> CheckStatus:
    """`fail` where nothing at all is selected, else `warn`."""
    return "fail" if subject.start.credential is None else "warn"


def line_of(subject: Subject, field: str) -> str:
    """`auth.json:5` of a field of the stored document, or the name of the store."""
    credential = stored(subject)
    return field_line(credential, field) if credential else subject.store.name


def field_line(credential: Credential, field: str) -> str:
    """`auth.json:5` of a field of a credential's record; its source where that is no file."""
    document = credential.document
    line = document.lines.get(field) if document else None
    return f"auth.json:{line}" if line and credential.source == "auth.json" else credential.source


def quoted_path(path: str) -> str:
    """A path as a shell takes it."""
    import shlex

    return shlex.quote(path)


def give_back(seen: Observation, quoted: str) -> Fix:
    """The fix for a record of somebody else; as root it is never taken from its owner."""
    owner = seen.auth_file.owner or f"uid {seen.auth_file.uid}"
    if seen.host.user == "root":
        name = user_name(owner)
        command = f"sudo -u {name} authtui check" if name else None
        return Fix(f"it belongs to {owner}: look at it as that user", command)
    return Fix(
        "give it back to you, readable by you alone",
        f'sudo chown "$(id -un)" {quoted} && chmod 600 {quoted}',
    )


def user_name(owner: str) -> str:
    """A user's name where a shell takes it as it stands, else an empty text."""
    return owner if owner.replace("-", "").replace("_", "").replace(".", "").isalnum() else ""


def set_aside(path: str) -> Fix:
    """The fix for a record that cannot be used."""
    quoted = quoted_path(path)
    return Fix("move it aside and log in again", f"mv {quoted} {quoted}.bad && codex login")


def unset_where(subject: Subject, name: str) -> Fix:
    """How to be rid of a variable, wherever it was set."""
    return unset_in(subject.observation.environment, name)


def unset_in(environment: EnvironmentFacts, name: str, text: str = "unset the variable") -> Fix:
    """How to be rid of a variable of this environment, wherever it was set."""
    variable = environment.get(name)
    if variable is not None and variable.origin == "dotenv":
        return Fix(
            f"remove {name} from line {variable.line} of .env in the Codex home",
            edit=Edit(".env", name),
            unsets=(name,),
        )
    return Fix(with_line(environment, name, text), f"unset {name}", unsets=(name,))


def with_line(environment: EnvironmentFacts, name: str, text: str) -> str:
    """The advice to unset a variable, with the line that would bring it back."""
    again = sets_again(environment, name)
    return f"{text}, and take it out of {again.where}, which sets it again" if again else text


def same_lines(environment: EnvironmentFacts, name: str) -> list[VariableLine]:
    """The lines of files that give a variable the very value that it has."""
    variable = environment.get(name)
    if variable is None or not variable.value:
        return []
    mark = mark_of(variable.value.reveal())
    return [line for line in environment.lines if line.name == name and line.mark == mark]


def sets_again(environment: EnvironmentFacts, name: str) -> VariableLine | None:
    """The line that brings a variable back in the next shell, if a file has one."""
    readers = ("unexported", "alias", "dotenv")
    return next((row for row in same_lines(environment, name) if row.kind not in readers), None)


def shell_name(name: str | None) -> str:
    """A variable's name where a shell takes it as it stands, else an empty text."""
    return name if name and name.isascii() and name.isidentifier() else ""


def variables_of(environment: EnvironmentFacts, source: str) -> tuple[str, ...]:
    """The variables that a source consists of; none for what is stored."""
    if source == "workload identity":
        return tuple(name for name in WORKLOAD_VARIABLES if environment.get(name))
    return (source,) if source in CREDENTIAL_VARIABLES else ()


def unset_source(subject: Subject, source: str) -> Fix:
    """How to be rid of a source that variables set: half a workload identity stops the client."""
    names = variables_of(subject.observation.environment, source)
    if len(names) == 1:
        return unset_where(subject, names[0])
    origins = [where_set(subject, name) for name in names]
    if any(origin != "environment" for origin in origins):
        each = (f"{name} ({origin})" for name, origin in zip(names, origins, strict=True))
        return Fix(f"remove {' and '.join(each)}")
    return Fix("unset the variables", f"unset {' '.join(names)}")


def where_set(subject: Subject, name: str) -> str:
    """`environment`, or `.env:3` for a variable that the file sets."""
    return where_set_in(subject.observation.environment, name, "environment")


def where_set_in(environment: EnvironmentFacts, name: str, otherwise: str | None = None) -> str:
    """`.env:3` for a variable that the file sets, else its name or what is given."""
    variable = environment.get(name)
    if variable is not None and variable.origin == "dotenv":
        return f".env:{variable.line}"
    return name if otherwise is None else otherwise


def set_value(subject: Subject, name: str) -> str | None:
    """A variable's value as it stands, None when it is unset; blanks are kept."""
    variable = subject.observation.environment.get(name)
    return variable.value.reveal() if variable is not None else None


@lru_cache(maxsize=8)
def decoded(token: Secret) -> DecodedJwt:
    """A token decoded; several checks look at the same few."""
    from authtui.tokens.jwt import decode

    return decode(token.reveal())


def claims_of(token: Secret) -> Mapping[str, object]:
    """The claims of a token; empty where it cannot be read."""
    found = decoded(token).claims
    return found if found is not None else _NOTHING


def auth_claims(token: Secret) -> Mapping[str, object]:
    """The claims under `https://api.openai.com/auth`."""
    found = claims_of(token).get(AUTH)
    return found if isinstance(found, dict) else _NOTHING


def text_of(value: object) -> str | None:
    """A string that is not empty, else None."""
    return value if isinstance(value, str) and value else None


def number_of(value: object) -> float | None:
    """A number, truth values left out."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if abs(value) < 1e12 else None


def ago(seconds: float) -> str:
    """A span in words: `3 days`, `2 hours`."""
    value = abs(seconds)
    for unit, size in (("year", 31_557_600), ("day", 86_400), ("hour", 3600), ("minute", 60)):
        if value >= size:
            count = int(value // size)
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return "less than a minute"


class AgentToken(NamedTuple):
    """An agent identity JWT, the source it is in, and where that is set."""

    source: str
    where: str
    token: Secret


def agent_token(subject: Subject) -> AgentToken | None:
    """The agent identity JWT in question: the variable comes first."""
    name = subject.contract.agent_variable
    if name is not None:
        value = subject.observation.environment.trimmed(name)
        if value and not (subject.contract.personal_access_tokens and value.startswith("at-")):
            return AgentToken(name, where_set(subject, name), Secret(value))
    name, token = _stored_jwt(subject)
    return AgentToken(name, line_of(subject, "agent_identity"), token) if token else None


def _stored_jwt(subject: Subject) -> tuple[str, Secret | None]:
    place = subject.store
    if place.credential is not None:
        document = place.credential.document
        return place.name, document.agent_jwt if document else None
    if place.failure is None or place.failure.field != "agent_identity":
        return place.name, None
    kept = fields_of(subject).get("agent_identity")
    return place.name, kept if isinstance(kept, Secret) else None


def fields_of(subject: Subject) -> Mapping[str, object]:
    """The fields of the stored record as far as they can be made out; empty when none can."""
    return record_fields(subject.case)[1]


def record_fields(case: Case) -> tuple[str, Mapping[str, object]]:
    """Where the stored record is, and its fields, even if the client cannot read it.

    Where the keyring and the encrypted store hold nothing, that is an auth.json left behind.
    """
    from authtui.credentials.salvage import salvage

    name, facts = case.ladder.store.name, case.observation
    data: bytes | str | None
    if name == "keyring" and facts.keyring.document is not None:
        data = facts.keyring.document.reveal()
    elif name == "encrypted store" and facts.encrypted.document is not None:
        data = facts.encrypted.document.reveal()
    else:
        name, data = "auth.json", facts.auth_file.data
    found = salvage(data) if data is not None else None
    return name, found if found is not None else _NOTHING


def judged(subject: Subject, token: Secret) -> AgentJudgement:
    """An agent identity JWT, field by field, as the generation checks it."""
    facts = subject.observation
    return _judged(token, subject.contract.agent, facts.at, facts.key_set)


@lru_cache(maxsize=4)
def _judged(
    token: Secret, agent: AgentContract, now: datetime, key_set: str | None
) -> AgentJudgement:
    from authtui.tokens.agent import judge_agent_token

    return judge_agent_token(decoded(token), agent, now, key_set)
