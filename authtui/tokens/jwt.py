"""Take a token apart and say what is wrong with it. Nothing here raises, verifies or connects.

Reading is more lenient than the client, so that the claims of a damaged token can still be seen;
every leniency used is a `TokenProblem`. How the client itself would judge is in `tokens.agent` and
`tokens.id_token`. Source of the client's rules: codex-rs/login/src/token_data.rs.
"""

from __future__ import annotations

import base64
import json
import math
import re
from typing import TYPE_CHECKING, Any, Final, Literal

from authtui.base64url import base64url, strict_base64url
from authtui.record import NamedTuple
from authtui.redaction import Secret, printable, safe_text, secret_kind

if TYPE_CHECKING:
    from collections.abc import Mapping

Part = Literal["token", "header", "payload", "signature"]
LARGEST: Final = 1_000_000
"""Characters beyond which a token is not taken apart."""
DEEPEST: Final = 100
"""Levels of nesting beyond which a part is not read."""
UNSIGNED: Final = frozenset(["alg-none", "empty-signature", "two-parts"])
"""The problems of a token that nobody signed."""
_SHOWN_KEY: Final = 60
_INVISIBLE: Final = "\ufeff\u200b\u200c\u200d\u2060"
_BEARER: Final = re.compile(r"(?i)^(?:authorization:\s*)?bearer\s+")
_U64: Final = 2**64


class TokenProblem(NamedTuple):
    """One thing wrong with a token: a stable id, a plain statement, and the part concerned."""

    id: str
    statement: str
    part: Part = "token"


class DecodedJwt(NamedTuple):
    """A token taken apart. `raw` is the text as given; `token` without what surrounds it.

    `header` and `claims` keep the order in which the keys were sent, and the last value of a key
    that stands twice; None when the part cannot be read.
    """

    raw: Secret
    token: Secret
    parts: int
    header: Mapping[str, object] | None
    claims: Mapping[str, Any] | None
    problems: tuple[TokenProblem, ...] = ()

    @property
    def signature(self) -> bytes | None:
        """The signature's bytes; None when there is none or it is no base64url."""
        pieces = self.token.reveal().split(".")
        return strict_base64url(pieces[2]) if len(pieces) == 3 and pieces[2] else None

    @property
    def readable(self) -> bool:
        """Whether at least the payload could be read."""
        return self.claims is not None


def decode(text: str) -> DecodedJwt:
    """Take `text` apart, whatever it is. The answer lists every problem in reading order."""
    problems: list[TokenProblem] = []
    token = _bare(text, problems)
    pieces = token.split(".") if token else []
    if len(token) > LARGEST:
        _add(problems, "too-large", f"the text has {len(token)} characters; it is not taken apart")
        return _unread(text, token, len(pieces), problems)
    if len(pieces) < 2:
        problems.append(_no_token(token))
        return _unread(text, token, len(pieces), problems)
    header = _object(pieces[0], "header", problems)
    claims: dict[str, object] | None = None
    if len(pieces) == 5 and (header is None or "enc" in header):
        _add(
            problems, "encrypted", "five parts: an encrypted token (JWE); its claims cannot be read"
        )
    else:
        claims = _object(pieces[1], "payload", problems)
        _shape(pieces, problems)
    if header is not None:
        _algorithm(header, problems)
    return DecodedJwt(
        Secret(text), Secret(token), len(pieces), header, claims, problems=tuple(problems)
    )


def _unread(text: str, token: str, parts: int, problems: list[TokenProblem]) -> DecodedJwt:
    return DecodedJwt(Secret(text), Secret(token), parts, None, None, problems=tuple(problems))


def read_part(piece: str) -> dict[str, object] | None:
    """One part as a JSON object, without lenience; None when it is none."""
    data = strict_base64url(piece)
    if data is None:
        return None
    try:
        value = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def exp_of(text: str) -> int | None:
    """`exp` of an access token in seconds, as the client reads it; None when it cannot.

    Source: codex-rs/login/src/token_data.rs (parse_jwt_expiration).
    """
    pieces = text.split(".") if len(text) <= LARGEST else []
    if len(pieces) < 3 or not all(pieces[:3]):  # more than three parts are tolerated
        return None
    found = (read_part(pieces[1]) or {}).get("exp")
    if isinstance(found, bool) or not isinstance(found, int):
        return None
    return found if -(2**63) <= found < 2**63 else None


def _bare(text: str, problems: list[TokenProblem]) -> str:
    """The token without what people copy along with it; each find is a problem."""
    token = text
    for _ in range(8):  # what surrounds a token may be nested in any order
        before = token
        token = token.strip()
        if token != before:
            _once(problems, "whitespace", "white space stands before or after the token")
        bare = token.strip(_INVISIBLE)
        if bare != token:
            _once(problems, "invisible", "an invisible character stands before or after the token")
            token = bare
        if len(token) >= 2 and token[0] == token[-1] and token[0] in "\"'`":
            _once(problems, "quotes", f"the token stands in quotes ({token[0]})")
            token = token[1:-1]
        elif token[:1] in ('"', "'", "`") or token[-1:] in ('"', "'", "`"):
            _once(problems, "quotes", "a quote stands at one end of the token only")
            token = token.strip("\"'`")
        found = _BEARER.match(token[:64])
        if found:
            _once(problems, "bearer", "`Bearer ` stands before the token; it is not part of it")
            token = token[found.end() :]
        if token == before:
            break
    if any(char.isspace() for char in token[:LARGEST]) and token.count(".") >= 2:
        joined = "".join(token.split())
        if re.fullmatch(r"[A-Za-z0-9_=+/.-]+", joined):
            _once(problems, "wrapped", "white space or a line break stands inside the token")
            token = joined
    return token


def _add(problems: list[TokenProblem], name: str, statement: str, part: Part = "token") -> None:
    problems.append(TokenProblem(name, statement, part))


def _once(problems: list[TokenProblem], name: str, statement: str) -> None:
    if all(problem.id != name for problem in problems):
        _add(problems, name, statement)


def _no_token(token: str) -> TokenProblem:
    if not token:
        return TokenProblem("empty", "there is no token: the text is empty or blank")
    kind = secret_kind(token)
    if kind in ("personal access token", "API key", "private key"):
        article = "an" if kind == "API key" else "a"
        return TokenProblem(
            "not-a-token", f"this is {article} {kind}, not a JWT; it carries no claims"
        )
    if token.startswith(("{", "[")):
        return TokenProblem("not-a-token", "this is JSON, not a JWT")
    return TokenProblem("not-a-token", "this is not a JWT: it has no dots and so no parts")


def _shape(pieces: list[str], problems: list[TokenProblem]) -> None:
    count = len(pieces)
    if count == 2:
        _add(
            problems,
            "two-parts",
            "two parts instead of three: the signature is missing",
            "signature",
        )
    elif count > 3:
        _add(problems, "extra-parts", f"{count} parts instead of three")
    if count >= 3 and not pieces[2]:
        _add(
            problems,
            "empty-signature",
            "the signature is empty: the text ends in a dot",
            "signature",
        )
    elif count >= 3:
        _base64(pieces[2], "signature", problems)


def _algorithm(header: Mapping[str, object], problems: list[TokenProblem]) -> None:
    if "alg" not in header:
        _add(problems, "no-alg", "the header names no algorithm (`alg`)", "header")
    elif str(header["alg"]).lower() == "none":
        _add(problems, "alg-none", "`alg` is none: not signed, so it proves nothing", "header")


def _base64(piece: str, part: Part, problems: list[TokenProblem]) -> bytes | None:
    """Decode one part, leniently; what the client's decoder would refuse is a problem."""
    data = strict_base64url(piece)
    if data is not None:
        return data
    body = piece.rstrip("=")
    if body != piece:
        _add(problems, "padding", f"the {part} has `=` padding, which the client refuses", part)
    if "+" in body or "/" in body:
        _add(
            problems,
            "standard-alphabet",
            f"the {part} is standard base64 (+ and /) instead of base64url (- and _)",
            part,
        )
        body = body.replace("+", "-").replace("/", "_")
    wrong = re.search(r"[^A-Za-z0-9_-]", body)
    if wrong:
        shown = printable(wrong.group())
        _add(
            problems,
            "not-base64url",
            f"the {part} is not base64url: `{shown}` at character {wrong.start() + 1}",
            part,
        )
        return None
    if len(body) % 4 == 1:
        _add(problems, "cut", f"the {part} has an impossible length: a character is missing", part)
        return None
    data = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
    if base64url(data) != body:
        _add(
            problems,
            "trailing-bits",
            f"the last character of the {part} is wrong: cut or altered",
            part,
        )
    return data


def _object(piece: str, part: Part, problems: list[TokenProblem]) -> dict[str, object] | None:
    if not piece:
        _add(problems, f"empty-{part}", f"the {part} is empty", part)
        return None
    data = _base64(piece, part, problems)
    if data is None:
        return None
    if data.startswith(b"\xef\xbb\xbf"):
        _add(problems, "bom", f"the {part} begins with a byte order mark, which JSON forbids", part)
        data = data[3:]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        _add(
            problems,
            "not-utf8",
            f"the {part} is not UTF-8: a bad byte at offset {error.start}",
            part,
        )
        return None
    value = _json(text, part, problems)
    if value is None or isinstance(value, dict):
        return value
    kind = {list: "an array", str: "a string", bool: "true or false"}.get(type(value), "a number")
    _add(problems, "not-an-object", f"the {part} is {kind}, not an object", part)
    return None


def _depth(text: str) -> int:
    """How deep brackets nest outside strings."""
    deepest = depth = 0
    for mark in re.finditer(r'"(?:[^"\\]|\\.)*"?|[\[\]{}]', text, re.DOTALL):
        char = mark.group()
        if char in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif char in "]}":
            depth -= 1
    return deepest


class _Hooks:
    """Values that Python's JSON reader takes and the client's does not: replaced, and named."""

    def __init__(self, part: Part, problems: list[TokenProblem]) -> None:
        self.part = part
        self.problems = problems
        self.doubled: set[str] = set()

    def add(self, name: str, statement: str) -> None:
        _add(self.problems, name, statement, self.part)

    def number(self, digits: str) -> int | str:
        if len(digits) <= 21 and -(2**63) <= int(digits) < _U64:
            return int(digits)
        self.add("huge-number", f"the {self.part} has a number of {len(digits)} digits")
        return f"a number of {len(digits)} digits"

    def fraction(self, digits: str) -> float | str:
        found = float(digits)
        if math.isfinite(found):
            return found
        self.add("huge-number", f"the {self.part} has a number out of range, which no client reads")
        return "a number out of range"

    def constant(self, name: str) -> str:
        self.add("not-json", f"the {self.part} holds {name}, which JSON does not allow")
        return name

    def pairs(self, items: list[tuple[str, object]]) -> dict[str, object]:
        found = dict(items)
        if len(found) == len(items):
            return found
        seen: set[str] = set()
        for key, _ in items:
            shown = safe_text(key, _SHOWN_KEY)
            if key in seen and shown not in self.doubled:
                self.doubled.add(shown)
                self.add(
                    "duplicate-key",
                    f"the {self.part} holds `{shown}` more than once; the last one is shown, "
                    "and the client refuses the token if it reads that field",
                )
            seen.add(key)
        return found


def _json(text: str, part: Part, problems: list[TokenProblem]) -> object:
    hooks = _Hooks(part, problems)
    if text.count("[") + text.count("{") > DEEPEST and _depth(text) > DEEPEST:
        hooks.add("too-deep", f"the {part} nests deeper than {DEEPEST} levels; it is not read")
        return None
    try:
        value = json.loads(
            text,
            parse_int=hooks.number,
            parse_float=hooks.fraction,
            parse_constant=hooks.constant,
            object_pairs_hook=hooks.pairs,
        )
    except json.JSONDecodeError as error:
        where = f"line {error.lineno} column {error.colno}"
        hooks.add("not-json", f"the {part} is not valid JSON: {error.msg} at {where}")
        return None
    except (RecursionError, ValueError):
        hooks.add("not-json", f"the {part} is not JSON that can be read")
        return None
    if value is None:
        hooks.add("not-an-object", f"the {part} is JSON null, not an object")
    return value
