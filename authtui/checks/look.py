"""Looking at a subject: the facts that several checks ask for, and the words they share."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from authtui.checks.findings import CheckStatus, Fix
from authtui.credentials.selection import CHATGPT_MODES
from authtui.redaction import Secret, redact_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from authtui.checks.courses import Course
    from authtui.checks.registry import Subject
    from authtui.contracts import AgentContract
    from authtui.credentials.document import Document, Tokens
    from authtui.credentials.observation import Observation
    from authtui.credentials.selection import Credential
    from authtui.tokens.agent import AgentJudgement
    from authtui.tokens.jwt import DecodedJwt

AUTH_CLAIM: Final = "https://api.openai.com/auth"
AGENT_VARIABLES: Final = ("CODEX_AGENT_IDENTITY", "CODEX_ACCESS_TOKEN")
CREDENTIAL_VARIABLES: Final = ("CODEX_API_KEY", *AGENT_VARIABLES)
LOGIN: Final = Fix("log in again", "codex login")
KINDS: Final = {
    "api_key": "an API key",
    "chatgpt": "a ChatGPT login",
    "chatgpt_auth_tokens": "ChatGPT tokens of a host program",
    "agent_identity": "an agent identity",
    "personal_access_token": "a personal access token",
    "bedrock": "an Amazon Bedrock credential",
    "workload_identity": "a workload identity",
    "headers": "headers of a host program",
    "provider": "a key of the model provider",
}
_NOTHING: Final[Mapping[str, Any]] = {}


def seen(subject: Subject) -> Observation:
    """The observation."""
    return subject.case.observation


def kind_of(credential: Credential) -> str:
    """A credential's kind with its article: `an API key`."""
    return KINDS.get(credential.mode, credential.mode)


def described(credential: Credential) -> str:
    """The kind and, where it is known, the account: `a ChatGPT login of acct-1`."""
    account = credential.policy_account or credential.account_id
    return f"{kind_of(credential)} of {account}" if account else kind_of(credential)


def chosen(course: Course) -> Credential | None:
    """The credential a course is about, also where a restriction stops it."""
    if course.credential is not None:
        return course.credential
    return course.violation.credential if course.violation else None


def stored(subject: Subject) -> Credential | None:
    """The usable credential that the store holds, selected or not."""
    return subject.case.places.store.credential


def stored_document(subject: Subject) -> Document | None:
    """The document behind it."""
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
    return "warn" if subject.course.prediction.outcome == "ready" else "fail"


def unselected(subject: Subject) -> CheckStatus:
    """`fail` where nothing at all is selected, else `warn`."""
    return "fail" if chosen(subject.course) is None else "warn"


def line_of(subject: Subject, field: str) -> str:
    """`auth.json:5` of a field of the stored document, or the name of the store."""
    name = subject.case.places.store.name
    document = stored_document(subject)
    line = document.lines.get(field) if document else None
    return f"{name}:{line}" if line and name == "auth.json" else name


def quoted_path(path: str) -> str:
    """A path as a shell takes it."""
    import shlex

    return shlex.quote(path)


def unset(name: str, text: str = "unset the variable") -> Fix:
    """The fix for a variable; one that `.env` sets has to be removed there."""
    return Fix(text, f"unset {name}")


def unset_where(subject: Subject, name: str) -> Fix:
    """How to be rid of a variable, wherever it was set."""
    variable = seen(subject).environment.get(name)
    if variable is not None and variable.origin == "dotenv":
        return Fix(f"remove {name} from line {variable.line} of .env in the Codex home")
    return unset(name)


def where_set(subject: Subject, name: str) -> str:
    """`environment`, or `.env:3` for a variable that the file sets."""
    variable = seen(subject).environment.get(name)
    if variable is not None and variable.origin == "dotenv":
        return f".env:{variable.line}"
    return "environment"


def set_value(subject: Subject, name: str) -> str | None:
    """A variable's value as it stands, None when it is unset; blanks are kept."""
    variable = seen(subject).environment.get(name)
    return variable.value.reveal() if variable is not None else None


def host_of(url: str) -> str:
    """The host of an address, without user information and port."""
    rest = url.split("://", 1)[-1].split("/", 1)[0].split("?", 1)[0].rsplit("@", 1)[-1]
    if rest.startswith("["):
        return rest.split("]", 1)[0] + "]"
    shown = redact_text(rest)
    # In small letters a token by mistake would no longer be known for one.
    return shown if shown != rest else rest.rsplit(":", 1)[0].lower() or url


def shown_url(url: str) -> str:
    """An address without user information, query and fragment: those may be secrets."""
    scheme, mark, rest = url.partition("://")
    if not mark:
        scheme, rest = "", url
    rest = rest.split("?", 1)[0].split("#", 1)[0]
    authority, slash, path = rest.partition("/")
    return redact_text(f"{scheme}{mark}{authority.rsplit('@', 1)[-1]}{slash}{path}")[:120]


def is_url(text: str) -> bool:
    """Whether a text is an http address with a host."""
    scheme, mark, rest = text.strip().partition("://")
    return bool(mark) and scheme.lower() in ("http", "https") and bool(host_of(rest))


@lru_cache(maxsize=8)
def decoded(token: Secret) -> DecodedJwt:
    """A token decoded; several checks look at the same few."""
    from authtui.tokens.jwt import decode

    return decode(token.reveal())


def claims_of(token: Secret) -> Mapping[str, Any]:
    """The claims of a token; empty where it cannot be read."""
    found = decoded(token).claims
    return found if found is not None else _NOTHING


def auth_claims(token: Secret) -> Mapping[str, Any]:
    """The claims under `https://api.openai.com/auth`."""
    found = claims_of(token).get(AUTH_CLAIM)
    return found if isinstance(found, dict) else _NOTHING


def text_of(value: object) -> str | None:
    """A text that is not empty, else None."""
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


def agent_token(subject: Subject) -> tuple[str, str, Secret] | None:
    """The agent identity JWT in question: source, place, token; the variable comes first."""
    name = subject.case.contract.agent_variable
    if name is not None:
        value = seen(subject).environment.trimmed(name)
        if value and not (subject.case.contract.personal_access_tokens and value.startswith("at-")):
            return name, where_set(subject, name), Secret(value)
    name, token = _stored_jwt(subject)
    return (name, line_of(subject, "agent_identity"), token) if token else None


def _stored_jwt(subject: Subject) -> tuple[str, Secret | None]:
    place = subject.case.places.store
    if place.credential is not None:
        document = place.credential.document
        return place.name, document.agent_jwt if document else None
    if place.failure is None or place.failure.field != "agent_identity":
        return place.name, None
    kept = fields_of(subject).get("agent_identity")
    return place.name, kept if isinstance(kept, Secret) else None


def fields_of(subject: Subject) -> Mapping[str, Any]:
    """The fields of the stored document as far as they can be made out; empty when none can."""
    from authtui.credentials.salvage import salvage

    place, facts = subject.case.places.store, seen(subject)
    data: bytes | str | None = facts.auth_file.data
    if place.name == "keyring" and facts.keyring.document is not None:
        data = facts.keyring.document.reveal()
    elif place.name == "encrypted store" and facts.encrypted.document is not None:
        data = facts.encrypted.document.reveal()
    found = salvage(data) if data is not None else None
    return found if found is not None else _NOTHING


def judged(subject: Subject, token: Secret) -> AgentJudgement:
    """An agent identity JWT, field by field, as the generation checks it."""
    facts = seen(subject)
    return _judged(token, subject.case.contract.agent, facts.at, facts.key_set)


@lru_cache(maxsize=4)
def _judged(
    token: Secret, agent: AgentContract, now: datetime, key_set: str | None
) -> AgentJudgement:
    from authtui.tokens.agent import judge_agent_token

    return judge_agent_token(decoded(token), agent, now, key_set)
