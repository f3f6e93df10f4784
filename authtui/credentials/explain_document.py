"""A failure of the document reader in plain words, and what the client's text must not repeat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authtui.redaction import placeholder, printable, redact_text, secret_kind

if TYPE_CHECKING:
    from authtui.client_json.scanner import FailureKind, JsonReadError
    from authtui.contracts import DocumentRules

_FOUND: Final = {
    "integer": "a number",
    "float": "a number",
    "number": "a number",
    "floating": "a number",
    "boolean": "true or false",
    "bool": "true or false",
    "null": "null",
    "string": "text",
    "sequence": "a list",
    "array": "a list",
    "map": "an object",
    "object": "an object",
}
_EXPECTED: Final = {
    "a string": "text",
    "a boolean": "true or false",
    "unit": "null",
    "a string or struct": "a JWT or a record",
}
_SYNTAX: Final = {
    "trailing comma": "a comma stands before a closing bracket",
    "trailing characters": "something follows the end of the document",
    "key must be a string": "a field name must be in double quotes",
    "expected value": "no JSON value begins here",
    "expected ident": "this word is not true, false or null",
    "EOF while parsing a value": "the text ends where a value should stand",
    "EOF while parsing a string": "the text ends inside a string",
    "EOF while parsing a list": "the text ends inside a list",
    "EOF while parsing an object": "the text ends inside an object",
    "expected `:`": "a colon is missing after a field name",
    "expected `,` or `}`": "a comma or a closing brace is missing",
    "expected `,` or `]`": "a comma or a closing bracket is missing",
    "invalid escape": "a backslash is followed by something JSON does not know",
    "invalid number": "this is not a JSON number",
    "number out of range": "this number is too large",
    "recursion limit exceeded": "the nesting is deeper than the client follows",
}
_DATES: Final = {
    "input contains invalid characters": "it is not a date and time",
    "premature end of input": "the text is too short",
    "trailing input": "something follows the date",
    "input is out of range": "there is no such date or time",
}
_DATE_EXAMPLE: Final = "an RFC 3339 time such as 2026-04-13T12:00:00Z"
_LONGEST_HARMLESS: Final = 15
_LONGEST_MODE: Final = 31


def quoted_text_is_secret(text: str, kind: FailureKind) -> bool:
    """Whether text of the document that the client repeats has to be hidden.

    Anything but a word of a few letters may be a credential in the wrong place.
    """
    longest = _LONGEST_MODE if kind == "variant" else _LONGEST_HARMLESS
    if len(text) > longest or redact_text(text) != text:
        return True
    return secret_kind(text) not in ("text", "blank")


def redacted(text: str, quoted: str) -> str:
    """The client's text with a placeholder for what it quotes."""
    start = min((at for at in (text.find('"'), text.find("`")) if at >= 0), default=-1)
    end = text.rfind(", expected ")
    hidden = placeholder(quoted)
    if start < 0 or end <= start:
        return hidden
    mark = text[start]
    return f"{text[:start]}{mark}{hidden}{mark}{text[end:]}"


def shown_name(name: str) -> str:
    """A field name out of the document, safe to show: a secret may stand there by mistake."""
    return redact_text(printable(name, 80))


def explain(failure: JsonReadError, field: str | None, rules: DocumentRules, data: bytes) -> str:
    """One plain statement: which field, what is wrong with it. Holds no secret."""
    name = f"`{field}`" if field else "the document"
    if failure.kind == "syntax":
        return _syntax(failure, data)
    if failure.kind == "missing":
        return f"{name} is missing"
    if failure.kind == "duplicate":
        return f"{name} appears here a second time"
    if failure.kind == "length":
        return f"{name} is a list with too few entries"
    if failure.kind == "variant":
        return _variant(failure, name)
    if failure.kind == "type":
        return _type(failure.what, field, name, rules)
    return _custom(failure, field, name)


def _syntax(failure: JsonReadError, data: bytes) -> str:
    if not data.strip():
        return "the file is empty"
    if data.startswith(b"\xef\xbb\xbf"):
        return "the file begins with a byte order mark, which the client does not skip"
    rows = data.split(b"\n")
    row = rows[failure.line - 1] if 0 < failure.line <= len(rows) else b""
    at = max(0, failure.column - 1)
    if row[at : at + 2] in (b"//", b"/*") or row[at : at + 1] == b"#":
        return "a comment stands here; JSON has none"
    if row[at : at + 1] == b"'":
        return "single quotes stand here; JSON uses double quotes"
    plain = _SYNTAX.get(failure.reason)
    return f"not valid JSON: {plain or failure.reason}"


def _variant(failure: JsonReadError, name: str) -> str:
    known = ", ".join(failure.what)
    text = failure.quoted or ""
    if quoted_text_is_secret(text, failure.kind):
        return f"{name} holds text that is not a mode; this client knows {known}"
    near = next((mode for mode in failure.what if mode.lower() == text.lower()), None)
    if near:
        return f"{name} is spelled `{near}`, not `{printable(text)}`"
    return f"{name} is `{printable(text)}`, which this client does not know; it knows {known}"


def _type(what: tuple[str, ...], field: str | None, name: str, rules: DocumentRules) -> str:
    found, expected = (*what, "", "")[:2]
    if field == "agent_identity":
        if found == "string" and rules.agent_form.endswith("record"):
            return "`agent_identity` is a JWT or other text; this client reads only a record"
        if found == "map" and rules.agent_form == "jwt":
            return "`agent_identity` is a record; this client reads only a JWT"
    wanted = _EXPECTED.get(expected)
    if wanted is None:
        wanted = "an object" if expected.startswith("struct ") else _DATE_EXAMPLE
    return f"{name} is {_FOUND.get(found, 'of another type')}, not {wanted}"


def _custom(failure: JsonReadError, field: str | None, name: str) -> str:
    what = failure.what
    if what[:1] == ("untagged",):
        return _untagged(what[1], what[2:], name)
    if failure.reason in _DATES:
        return f"{name} is not {_DATE_EXAMPLE}: {_DATES[failure.reason]}"
    if what[:1] == ("payload",):
        inner = f"`{shown_name(what[1])}` " if what[1] else ""
        return f"the payload of {name} cannot be read: {inner}{_payload(failure)}"
    if failure.reason == "invalid ID token format":
        return f"{name} is not a JWT: it needs three parts with a dot between them"
    if field and field.endswith(("id_token", "agent_identity")):
        return f"the payload of {name} is not base64url: {failure.reason}"
    return f"{name}: {failure.reason}"


def _payload(failure: JsonReadError) -> str:
    if failure.quoted is not None or failure.reason.startswith("invalid type"):
        return "has the wrong type"
    if failure.reason.startswith("missing field"):
        return "is missing"
    if failure.reason.startswith("duplicate field"):
        return "appears twice"
    return f"is not valid JSON ({_SYNTAX.get(failure.reason, failure.reason)})"


def _untagged(kind: str, what: tuple[str, ...], name: str) -> str:
    start = "`agent_identity` is neither a JWT nor a record this client reads"
    if kind == "missing":
        return f"{start}: {name} is missing"
    if kind == "duplicate":
        return f"{start}: {name} appears twice"
    if kind == "type":
        found, expected = (*what, "", "")[:2]
        wanted = _EXPECTED.get(expected, "an object")
        return f"{start}: {name} is {_FOUND.get(found, 'of another type')}, not {wanted}"
    return start
