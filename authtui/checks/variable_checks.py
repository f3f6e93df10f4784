"""Variables that do not hold what they should: credentials, proxies, certificates (ENVH)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.answers.findings import Fix
from authtui.checks.registry import Finding, check
from authtui.checks.subject import ago, claims_of, hurt, quoted_path, unset_where, where_set
from authtui.contracts import CA_VARIABLES
from authtui.credentials.environment import CREDENTIAL_VARIABLES
from authtui.redaction import Secret
from authtui.simulation.api_keys import is_placeholder
from authtui.simulation.proxies import KNOWN_SCHEMES, PROXY_VARIABLES
from authtui.simulation.urls import host_of, shown_url
from authtui.tokens.claims import AUTH

if TYPE_CHECKING:
    from authtui.answers.findings import CheckStatus
    from authtui.checks.registry import Subject

_CERTIFICATES = (b"-----BEGIN CERTIFICATE-----", b"TRUSTED CERTIFICATE")
_STALE_SECONDS = 2 * 31_557_600
_QUOTES = "\"'\u2018\u2019\u201c\u201d"
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00a0"


def _names(subject: Subject) -> list[str]:
    names = [*CREDENTIAL_VARIABLES, "OPENAI_API_KEY"]
    own = subject.case.provider.env_key
    if own and own not in names:
        names.append(own)
    return names


def _status(subject: Subject, name: str) -> CheckStatus:
    start = subject.start
    decided = start.credential or start.failure
    return hurt(subject) if decided is not None and decided.source == name else "warn"


def _dirt_of(value: str) -> str | None:
    """What is wrong with the value of a credential variable, or None. Never repeats the value."""
    text = value.strip()
    if not text:
        return None
    if text[0] in _QUOTES or text[-1] in _QUOTES:
        return "quote characters are part of the value"
    if text.lower().startswith(("bearer ", "authorization:")):
        return "the word Bearer is part of the value"
    if any(char in _INVISIBLE for char in text):
        return "an invisible character is part of the value"
    if any(char in "\r\n" for char in text):
        return "the value has several lines"
    if any(char.isspace() for char in text):
        return "white space stands inside the value"
    if "://" in text:
        return "the value is an address"
    if "=" in text.split(".", 1)[0] and text.split("=", 1)[0].isupper():
        return "a name and an equals sign are part of the value"
    if text.startswith(("$", "%")):
        return "the value is the name of another variable, not its content"
    if text.startswith(("/", "~/")):
        return "the value is a path, not a credential"
    if is_placeholder(text):
        return "the value is a placeholder"
    if any(ord(char) > 126 or ord(char) < 32 for char in text):
        return "a character that no header may carry is part of the value"
    return None


@check(
    "variable.dirty",
    "ENVH",
    "Credential variables hold nothing but the credential",
    source="codex-rs/login/src/auth/manager.rs (trimmed, nothing else)",
    modes=(43,),
)
def _dirty(subject: Subject) -> Finding | None:
    environment = subject.observation.environment
    clean: list[str] = []
    for name in _names(subject):
        variable = environment.get(name)
        if variable is None or not variable.value:
            continue
        if not variable.valid_unicode:
            return Finding(
                _status(subject, name),
                f"{name} is not valid Unicode, so the client treats it as not set",
                fix=unset_where(subject, name),
                where=where_set(subject, name),
            )
        dirt = _dirt_of(variable.value.reveal())
        if dirt is None:
            if variable.value.reveal().strip():
                clean.append(name)
            continue
        return Finding(
            _status(subject, name),
            f"{name}: {dirt}",
            (f"{name}: {variable.value}", f"set in: {where_set(subject, name)}"),
            "Only white space at the two ends is removed; everything else is sent as it stands, "
            "and the server answers that the key is incorrect.",
            Fix("set it again, the bare value only", f"unset {name}"),
            where_set(subject, name),
        )
    if not clean:
        return None
    return Finding("pass", f"{', '.join(clean)}: nothing but the value, no quotes, no white space")


@check(
    "variable.blank",
    "ENVH",
    "No variable is set to a blank value",
    source="codex-rs/login/src/auth/manager.rs",
    modes=(33, 43),
)
def _blank(subject: Subject) -> Finding | None:
    environment = subject.observation.environment
    blank = [
        name
        for name in _names(subject)
        if (found := environment.get(name)) is not None and not found.value.reveal().strip()
    ]
    if not blank:
        return None
    name = blank[0]
    return Finding(
        "warn",
        f"{', '.join(blank)} {'is' if len(blank) == 1 else 'are'} set, but blank: the client "
        "treats that as not set",
        (f"set in: {where_set(subject, name)}",),
        "In a CI job this is what a secret looks like that the job may not see, for example in a "
        "pull request from a fork. `codex doctor` may count a blank variable as a login.",
        unset_where(subject, name),
        where_set(subject, name),
    )


_SHAPES = {
    "API key": "an API key (sk-…)",
    "personal access token": "a personal access token (at-…)",
    "private key": "a private key",
    "JWT": "a JWT",
}


@check(
    "variable.kind",
    "ENVH",
    "Each variable holds the right kind of secret",
    source="#25731, #18180",
    modes=(64,),
)
def _kind(subject: Subject) -> Finding | None:
    case, environment = subject.case, subject.observation.environment
    agent = case.contract.agent_variable
    found: list[str] = []
    for name in ("CODEX_API_KEY", *([agent] if agent else [])):
        value = environment.trimmed(name)
        if value is None:
            continue
        wrong = _wrong_kind(subject, name, value)
        if wrong is None:
            found.append(name)
            continue
        problem, command = wrong
        return Finding(
            _status(subject, name),
            f"{name} holds {problem}",
            (f"{name}: {Secret(value)}",),
            "A token beginning with at- is taken for a personal access token; anything else in the "
            "agent variable is read as an agent identity JWT, and anything in CODEX_API_KEY is "
            "sent as an API key.",
            Fix("move it to the right variable", command),
            where_set(subject, name),
        )
    if not found:
        return None
    return Finding("pass", f"{' and '.join(found)}: the kind of secret that belongs there")


def _wrong_kind(subject: Subject, name: str, value: str) -> tuple[str, str] | None:
    """What the variable holds instead of what belongs there, and the command that mends it."""
    kind = Secret(value).kind
    contract = subject.contract
    shown = _SHAPES.get(kind, "something that is no token")
    unset = f"unset {name}"
    if name == "CODEX_API_KEY":
        if kind not in ("personal access token", "JWT", "private key"):
            return None
        move = f'export {contract.agent_variable}="${name}"; {unset}'
        return f"{shown}, where an API key belongs", move if contract.agent_variable else unset
    if kind == "personal access token":
        if contract.personal_access_tokens:
            return None
        return f"{shown}, which {contract.title} does not know", unset
    if kind == "API key":
        move = f'export CODEX_API_KEY="${name}"; {unset}'
        return f"{shown}, where an agent identity belongs", move
    if kind != "JWT":
        return f"{shown}, where an agent identity JWT belongs", unset
    claims = claims_of(Secret(value))
    if "agent_runtime_id" not in claims and AUTH in claims:
        return "a ChatGPT token, where an agent identity belongs", unset
    return None


@check(
    "network.proxy",
    "ENVH",
    "Proxy variables name a proxy",
    source="reqwest (proxy schemes)",
    modes=(15,),
)
def _proxy(subject: Subject) -> Finding | None:
    environment = subject.observation.environment
    given = {name: value for name in PROXY_VARIABLES if (value := environment.trimmed(name))}
    if not given:
        return None
    evidence = tuple(f"{name}: {shown_url(value)}" for name, value in given.items())
    for name, value in given.items():
        scheme, mark, rest = value.partition("://")
        if mark and scheme.lower() not in KNOWN_SCHEMES:
            return Finding(
                "warn",
                f"{name} has the scheme {scheme[:20]}://, which the client does not know",
                evidence,
                "Known are http, https, socks4, socks4a, socks5 and socks5h; socks:// is not. The "
                "client then goes without the proxy, or fails with a text about the request.",
                Fix("name a known scheme", f"export {name}=socks5h://{host_of(value)}:…"),
                where_set(subject, name),
            )
        if not host_of(rest if mark else value) or any(c.isspace() for c in value):
            return Finding(
                "warn",
                f"{name} is not a proxy address",
                evidence,
                "A proxy is given as scheme://host:port.",
                unset_where(subject, name),
                where_set(subject, name),
            )
    for upper in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"):
        low = upper.lower()
        if upper in given and low in given and given[upper] != given[low]:
            return Finding(
                "warn",
                f"{upper} and {low} differ: {shown_url(given[upper])} and {shown_url(given[low])}",
                evidence,
                "Programs differ in which spelling they prefer, so two parts of one login may go "
                "different ways.",
                unset_where(subject, low),
                where_set(subject, low),
            )
    proxy = subject.case.proxy
    if proxy is not None and proxy.dead:
        return Finding(
            hurt(subject),
            f"nothing listens at {proxy.address}, the proxy that {proxy.variable} names",
            evidence,
            "Every request of the client goes there first, so that none of them arrives.",
            unset_where(subject, proxy.variable),
            where_set(subject, proxy.variable),
        )
    first = next(iter(given))
    dotted = " of .env" if where_set(subject, first).startswith(".env") else ""
    return Finding("pass", f"requests go through the proxy of {first}{dotted}", evidence)


@check(
    "network.ca",
    "ENVH",
    "The CA bundle can be read",
    source="codex-rs/login/src/auth/default_client.rs",
    modes=(25, 55),
)
def _ca(subject: Subject) -> Finding | None:
    environment, facts = subject.observation.environment, subject.observation.ca_file
    name = next((n for n in CA_VARIABLES if environment.trimmed(n)), None)
    if name is None or facts is None:
        return None
    evidence = [f"{name}: {facts.path}"]
    if all(environment.trimmed(n) for n in CA_VARIABLES):
        evidence.append("CODEX_CA_CERTIFICATE comes before SSL_CERT_FILE")
    why = (
        "The client trusts the certificates in this file for every TLS connection. When it cannot "
        "be read, nothing can be reached, and the message speaks of the request or of routing."
    )
    fix, where = unset_where(subject, name), where_set(subject, name)
    if facts.kind != "file" or facts.data is None:
        reason = facts.error or ("it does not exist" if facts.kind == "absent" else facts.kind)
        summary = f"{name} names {facts.path}, which cannot be read: {reason}"
        return Finding(hurt(subject), summary, evidence, why, fix, where)
    if not any(mark in facts.data for mark in _CERTIFICATES):
        summary = f"{name} names {facts.path}, which holds no certificate"
        return Finding("warn", summary, evidence, why, fix, where)
    count = facts.data.count(b"-----BEGIN ")
    age = (subject.observation.at - facts.modified).total_seconds() if facts.modified else 0
    if age <= _STALE_SECONDS:
        return Finding("pass", f"{name} names a bundle of {count} certificates", evidence)
    return Finding(
        "warn",
        f"{name} names a bundle that was last changed {ago(age)} ago; it may lack today's "
        "authorities",
        (*evidence, f"{count} certificates"),
        "Certificate authorities come and go. A variable set long ago for another project "
        "points at an old bundle, and connections fail with `error sending request`.",
        Fix("look at its dates", f"openssl x509 -noout -dates -in {quoted_path(facts.path)}"),
        where,
    )


@check(
    "network.certificates",
    "ENVH",
    "This machine has certificates to trust servers by",
    source="codex-rs/http-client/src/custom_ca.rs",
    modes=(25, 55),
)
def _certificates(subject: Subject) -> Finding | None:
    seen = subject.observation
    given = next((n for n in (*CA_VARIABLES, "SSL_CERT_DIR") if seen.environment.trimmed(n)), None)
    if seen.certificates is None or given is not None:
        return None
    if seen.certificates:
        return Finding("pass", "this machine has certificates")
    request = subject.start.request
    asked = request is not None and request.base_url.lower().startswith("https:")
    return Finding(
        "fail" if asked else hurt(subject),
        "this machine has no certificates, so the client refuses every server",
        ("neither a bundle nor a folder of certificates was found below /etc and /usr",),
        "The client trusts a server by the machine's certificates. Without any it refuses every "
        "server, and tries again and again: `invalid peer certificate: UnknownIssuer`.",
        Fix("install them", "apt-get install ca-certificates"),
    )
