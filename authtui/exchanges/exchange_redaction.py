"""What may be kept of an exchange: its headers, path and bodies, redacted or dropped.

The rules are those for a report that leaves the machine, except that account and runtime ids stay
readable; exports and traces replace them by stand-ins.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from authtui.exchanges.answers import error_of
from authtui.exchanges.hosts import UNREADABLE
from authtui.harmless import QUERY_IDS, is_open_header, may_be_open
from authtui.known_secrets import KNOWN
from authtui.redaction import Secret, printable, redact_text, safe_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from authtui.exchanges.meaning import Purpose
    from authtui.exchanges.records import HeaderLines

SHOWN: Final = 2_000
ACCOUNT_HEADER: Final = "chatgpt-account-id"
FEDRAMP_HEADER: Final = "x-openai-fedramp"
_HEADER_SHOWN: Final = 300
_HEADERS_KEPT: Final = 60
_PATH_SHOWN: Final = 400
_LARGEST_PARSED: Final = 262_144
REQUEST_ID_HEADERS: Final = (
    "x-request-id",
    "x-oai-request-id",
    "openai-request-id",
    "request-id",
    "cf-ray",
)
_NETWORK_HEADERS: Final = frozenset(["forwarded", "x-forwarded-for", "x-real-ip", "via"])
_URL_HEADERS: Final = frozenset(["location", "referer", "x-original-url", "content-location"])
# Compared without case, `-` and `_`, so that camelCase and nested variants are found too.
_SECRET_KEYS: Final = frozenset(
    [
        "accesstoken", "refreshtoken", "idtoken", "token", "subjecttoken", "requestedtoken",
        "actortoken", "code", "codeverifier", "codechallenge", "clientsecret", "clientassertion",
        "password", "passphrase", "secret", "apikey", "openaiapikey", "key", "privatekey",
        "agentprivatekey", "signature", "taskid", "encryptedtaskid", "devicecode", "usercode",
        "deviceauthid", "state", "authorization", "agentidentity", "personalaccesstoken", "cookie",
        "sessiontoken", "nonce", "authorizationcode", "biscuit", "backgroundtaskid", "jwt", "pwd",
        "auth", "credential", "credentials",
    ]
)  # fmt: skip
_SECRET_ENDS: Final = ("token", "secret", "password", "passwd", "apikey", "sessionkey", "secretkey")
# The value is matched by look-ahead only: in damaged JSON it may be the next name.
_JSON_FIELD: Final = re.compile(
    r'"(?P<name>(?:[^"\\]|\\.){1,60})"\s*:\s*'
    r'(?=(?P<nest>[\[{])|"(?P<text>(?:[^"\\]|\\.)*))',
    re.DOTALL,
)
_ERROR_KEYS: Final = frozenset(["error", "errors", "detail"])
_MEDIA_TYPE: Final = re.compile(
    r"(?:application|audio|font|image|message|model|multipart|text|video)/[a-z0-9.+-]{1,40}"
)
_TASK: Final = re.compile(r"(?<=/task/)(?!register(?:/|$))[^/]+")
_PAIR: Final = re.compile(
    r"(?P<start>(?<![^&\s?#])(?P<name>[A-Za-z0-9_.%-]{1,60})=)(?P<value>[^&\s]+)"
)


class AuthClass(NamedTuple):
    """What stands in an Authorization header: its class and a fingerprint, never the value.

    `name` is for example `Bearer sk-`, `Bearer at-`, `Bearer JWT`, `Bearer`, `AgentAssertion`,
    `Basic`, `AWS`, `other` or `none`.
    """

    name: str
    mark: str | None = None


def auth_class(value: str | None) -> AuthClass:
    """The class of an Authorization value."""
    if value is None:
        return AuthClass("none")
    scheme, _, rest = value.strip().partition(" ")
    rest = rest.strip()
    mark = Secret(rest).mark if rest else None
    if scheme == "AgentAssertion":
        return AuthClass("AgentAssertion", mark)
    lower = scheme.lower()
    if lower == "bearer":
        for start in ("sk-", "at-"):
            if rest.startswith(start):
                return AuthClass(f"Bearer {start}", mark)
        jwt = rest.startswith("ey") and rest.count(".") >= 2
        return AuthClass("Bearer JWT" if jwt else "Bearer", mark)
    if lower == "basic":
        return AuthClass("Basic", mark)
    if lower.startswith("aws4-"):
        return AuthClass("AWS", mark)
    return AuthClass("other", mark)


def learn_request(url: str, lines: Iterable[tuple[str, str]]) -> None:
    """Know what a request carries as a secret, before a server can repeat it.

    An AgentAssertion is left out: it has a shape, and each request has another one.
    """
    KNOWN.learn(*(value for name, value in lines if _carries_secret(name.lower(), value)))
    if "?" in url:
        pairs = parse_qsl(url.partition("?")[2][:4096])
        KNOWN.learn(
            *(
                value
                for name, value in pairs
                if name not in QUERY_IDS and not may_be_open(name, value)
            )
        )


def learn_body(data: bytes, content_type: str, purpose: Purpose) -> None:
    """Know the tokens in a body of an endpoint that carries credentials."""
    if not purpose.credentials or len(data) > _LARGEST_PARSED:
        return
    if content_type.startswith("application/x-www-form-urlencoded"):
        pairs = parse_qsl(data.decode("utf-8", "replace"))
        KNOWN.learn(*(value for name, value in pairs if _is_secret(name, value, in_error=False)))
        return
    try:
        KNOWN.learn(*_secret_texts(json.loads(data), 0))
    except (ValueError, RecursionError):
        return


def _carries_secret(name: str, value: str) -> bool:
    known = is_open_header(name) or name in _NETWORK_HEADERS or name in _URL_HEADERS
    return not known and len(value) <= 16_384 and not value.startswith("AgentAssertion")


def _secret_texts(value: object, depth: int) -> Iterator[str]:
    if isinstance(value, dict) and depth < 20:
        for key, inner in value.items():
            if isinstance(inner, str) and _is_secret(key, inner, in_error="error" in value):
                yield inner
            else:
                yield from _secret_texts(inner, depth + 1)
    elif isinstance(value, list) and depth < 20:
        for inner in value:
            yield from _secret_texts(inner, depth + 1)


def kept_path(target: str) -> str:
    """Path and query of a URL with secrets out and the query's values masked."""
    try:
        parts = urlsplit(target)
    except ValueError:
        return UNREADABLE
    path = printable(_redacted(_TASK.sub("…", parts.path or "/")), _PATH_SHOWN)
    if not parts.query:
        return path
    shown = [
        f"{safe_text(name, 60)}={quote(value) if may_be_open(name, value) else '…'}"
        for name, value in parse_qsl(parts.query[:4096], keep_blank_values=True)[:20]
    ]
    return f"{path}?{'&'.join(shown)}" if shown else path


def kept_host(netloc: str) -> str:
    """The host of an address with its port, without userinfo, in lower case."""
    bare = netloc.rpartition("@")[2]
    # Redacted as it is spelled: in lower case, a secret put there by mistake would have no shape.
    shown = _redacted(bare)
    return printable(bare.lower() if shown == bare else shown, 200)


def _redacted(part: str) -> str:
    # A percent-encoded secret has another shape: `Bearer%20…`. So the decoded text is looked at.
    plain = unquote(part)
    shown = redact_text(plain)
    return shown if shown != plain else redact_text(part)


def kept_headers(lines: Iterable[tuple[str, str]]) -> HeaderLines:
    """Header lines with secrets replaced by class, length and fingerprint."""
    kept = [(printable(name, 80), _kept_value(name.lower(), value)) for name, value in lines]
    if len(kept) > _HEADERS_KEPT:
        rest = len(kept) - _HEADERS_KEPT
        kept = [*kept[:_HEADERS_KEPT], ("…", f"{rest} more")]
    return tuple(kept)


def _kept_value(name: str, value: str) -> str:
    if name in ("authorization", "proxy-authorization"):
        found = auth_class(value)
        return f"{found.name} <{len(value)} characters, {found.mark or 'empty'}>"
    if name in _NETWORK_HEADERS:
        return "<network addresses>"
    if name in _URL_HEADERS:
        return kept_url(value)
    if not is_open_header(name):
        return f"<{len(value)} characters, {Secret(value).mark}>"
    return safe_text(value[: _HEADER_SHOWN * 4], _HEADER_SHOWN)


def kept_url(url: str) -> str:
    """A URL without userinfo, its query masked and its fragment gone."""
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return UNREADABLE
    start = f"{parts.scheme}://{host}" if host else ""
    return safe_text(start, 200) + kept_path(parts._replace(fragment="").geturl())


def kept_type(content_type: str) -> str | None:
    """A media type as it may be kept; None for any other text in its place."""
    return content_type if _MEDIA_TYPE.fullmatch(content_type) else None


def request_id(lines: Iterable[tuple[str, str]]) -> str | None:
    """The id under which the server knows the request, or the content network's ray id."""
    given: dict[str, str] = {}
    for name, value in lines:
        given.setdefault(name.lower(), value)
    for name in REQUEST_ID_HEADERS:
        if given.get(name):
            return safe_text(given[name][:400], 120)
    return None


def kept_body(
    data: bytes,
    content_type: str,
    purpose: Purpose,
    status: int | None = None,
    *,
    size: int | None = None,
) -> tuple[str | None, str]:
    """A body as it may be kept, and why it was dropped or cut (empty when it was not).

    Bodies of endpoints that carry credentials, prompts or answers are dropped; of a refusal the
    code and the message are kept. `status` is None for the body of a request. `size` is that of
    the whole where `data` is only its start, or was decoded.
    """
    size = size or len(data)
    if not data:
        return None, ""
    if purpose.credentials or purpose.content:
        why = "credentials" if purpose.credentials else "prompts and answers"
        note = f"dropped: this endpoint carries {why} ({size:,} bytes)"
        if status is not None and status >= 400:
            return _error_text(data), note
        return None, note
    if content_type == "text/html" or data[:64].lstrip().lower().startswith((b"<!doctype", b"<ht")):
        return _page_title(data), f"a web page ({size:,} bytes); only its title is kept"
    return _redacted_text(data, size)


def _error_text(data: bytes) -> str | None:
    code, message = error_of(data)
    shown = {name: value for name, value in (("code", code), ("message", message)) if value}
    return json.dumps(shown, ensure_ascii=False) if shown else None


def _page_title(data: bytes) -> str | None:
    found = re.search(rb"<title[^>]{0,100}>([^<]{1,200})", data[:16_384], re.IGNORECASE)
    if found is None:
        return None
    return "title: " + safe_text(found.group(1).decode("utf-8", "replace").strip())


def _redacted_text(data: bytes, size: int) -> tuple[str | None, str]:
    note = ""
    value: object = None
    if len(data) <= _LARGEST_PARSED:
        try:
            value = json.loads(data)
        except (ValueError, RecursionError):
            value = None
    if isinstance(value, (dict, list)):
        text = json.dumps(_masked(value, 0), ensure_ascii=False)
    else:
        # Cut before redacting, generously, so that a secret at the edge is not kept by half.
        text = _masked_text(data[: SHOWN * 8].decode("utf-8", "replace"))
    text = redact_text(text)
    if len(text) > SHOWN:
        note = f"cut: {size:,} bytes in all"
        text = text[:SHOWN]
    return printable(text), note


def _masked_pair(found: re.Match[str]) -> str:
    value = unquote(found["value"])
    if _is_secret(found["name"], value, in_error=False) or redact_text(value) != value:
        return f"{found['start']}{_mark(value)}"
    return found.group()


def _masked_text(text: str) -> str:
    """As `_masked`, for text that is not JSON as a whole: cut off, an event stream, a form."""
    in_error = any(f'"{name}"' in text for name in _ERROR_KEYS)
    text = _PAIR.sub(_masked_pair, text)
    out: list[str] = []
    end = 0
    for found in _JSON_FIELD.finditer(text):
        value = found["text"] or found["nest"]
        if found.start() < end or not _is_secret(found["name"], value, in_error=in_error):
            continue
        if found["nest"]:  # only a parser could tell where it ends
            return "".join([*out, text[end : found.start("nest")], "…"])
        out += [text[end : found.start("text")], _mark(found["text"])]
        end = found.end("text")
    return "".join([*out, text[end:]])


def _masked(value: object, depth: int, *, in_error: bool = False) -> object:
    if depth > 20:
        return "…"
    if isinstance(value, dict):
        return {
            key: _mark(inner)
            if _is_secret(key, inner, in_error=in_error)
            else _masked(inner, depth + 1, in_error=key in _ERROR_KEYS)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [_masked(inner, depth + 1, in_error=in_error) for inner in value[:200]]
    return value


def _is_secret(key: str, value: object, *, in_error: bool) -> bool:
    name = key[:80].replace("_", "").replace("-", "").lower()
    if name == "code" and (in_error or not isinstance(value, str)):
        return False  # the code of an error is not a secret, and worth reading
    hidden = name in _SECRET_KEYS or name.endswith(_SECRET_ENDS)
    return hidden and value not in (None, "", [], {})


def _mark(value: object) -> str:
    try:
        text = value if isinstance(value, str) else json.dumps(value)
    except RecursionError:  # read just inside the limit, written a few calls deeper
        return "<nested too deep to be kept>"
    return f"<{len(text)} characters, {Secret(text).mark}>"
