"""Secrets as a type of their own, redaction by shape, and text made safe to show.

Every other room may rely on this one, which rests on the ground alone. Outside text passes
`printable()` before it reaches a terminal; a secret is held as `Secret`, which cannot be printed
by accident; `redact_text()` removes secrets from text whose fields are not known: by their shape,
and by value what `known_secrets` was told. All of it takes time in proportion to the text.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from functools import partial
from typing import TYPE_CHECKING, Final, NoReturn

from authtui.digests import blake2b
from authtui.harmless import may_be_open
from authtui.known_secrets import KNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator

_BLOCKS: Final = "▒▒▒▒"
_FINGERPRINT_PERSON: Final = b"authtui/print"

_BIDI_AND_INVISIBLE: Final = frozenset(
    [
        *range(0x200B, 0x2010),  # zero-width space to right-to-left mark
        *range(0x2028, 0x202F),  # line and paragraph separators, embeddings, overrides
        *range(0x2060, 0x2070),  # word joiner, invisible operators, isolates
        0x00AD,
        0x061C,
        0x180E,
        0xFEFF,
        *range(0xFFF9, 0xFFFC),
        *range(0xE0000, 0xE0080),
    ]
)

# Ordered: the first pattern that matches names the class of a secret. A pattern is compiled when
# a text first holds one of its marks: most texts hold none, and compiling costs a tenth of `check`.
_SHAPES: Final[tuple[tuple[str, tuple[str, ...], str], ...]] = (
    # "AgentAssertion to chatgpt.com" is prose: what is signed is long base64.
    ("agent assertion", ("AgentAssertion",), r"AgentAssertion\s+[A-Za-z0-9._~+/=-]{16,}"),
    (
        "private key",
        ("-----BEGIN",),
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END[A-Z ]*-*|\Z)",
    ),
    # A DER sequence that begins with the version 0 or 1: PKCS#8 of Ed25519, RSA and EC, and SEC 1.
    (
        "private key",
        ("CAQ", "AgE", "IBA"),
        r"(?<![A-Za-z0-9])M[A-Z][0-9A-Za-z+/]{1,6}(?:CAQ|AgE|IBA)[A-Za-z0-9+/=_-]{24,}",
    ),
    # Except as the client itself masks a key: eight characters, three stars, the last few.
    (
        "API key",
        ("sk-", "sess-"),
        r"(?<![A-Za-z0-9])(?!sk-[A-Za-z0-9_-]{5}\*{3})(?:sk-[A-Za-z0-9_-]{4,}|sess-[A-Za-z0-9]{20,})",
    ),
    (
        "personal access token",
        ("at-",),
        r"(?<![A-Za-z0-9])at-(?:(?=[a-z_-]*[0-9A-Z])[A-Za-z0-9_-]{6,}|[a-z_-]{20,})",
    ),
    ("refresh token", ("rt-", "rt_", "rt."), r"(?<![A-Za-z0-9])rt[-_.][A-Za-z0-9_.-]{6,}"),
    (
        "AWS key",
        ("AKIA", "ASIA", "ABSK", "bedrock-api-key-"),
        (
            r"(?<![A-Za-z0-9])(?:(?:AKIA|ASIA)[0-9A-Z]{12,}|"
            r"(?:ABSK|bedrock-api-key-)[A-Za-z0-9+/=_-]{20,})"
        ),
    ),
    (
        "key of another service",
        ("gh", "glpat-", "xox", "AIza", "hf_", "npm_", "ya29.", "SG."),
        (
            r"(?<![A-Za-z0-9])(?:gh[opsur]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|"
            r"ya29\.[A-Za-z0-9_-]{20,}|SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}|"
            r"glpat-[A-Za-z0-9_-]{16,}|xox[abeoprs]-[A-Za-z0-9-]{10,}|AIza[A-Za-z0-9_-]{30,}|"
            r"(?:hf|npm)_[A-Za-z0-9]{24,})"
        ),
    ),
    ("cookie", ("ookie:", "OOKIE:"), r"(?i)(?<=cookie:)[ \t]*[^\s<][^\r\n]*"),
    (
        "bearer",
        ("earer", "asic", "BEARER", "BASIC"),
        # "bearer or basic authentication" is prose: a token has a digit, a capital, or length.
        (
            r"\b(?:[Bb]earer|[Bb]asic|BEARER|BASIC)\s+"
            r"(?:(?=\S*[0-9A-Z+/=_])[A-Za-z0-9._~+/=-]{6,}|[a-z.~-]{20,})"
        ),
    ),
    # In base64 and in capital letters: what begins with `sk-` there.
    (
        "API key",
        ("c2st", "SK-"),
        (
            r"(?<![A-Za-z0-9])(?:c2st[A-Za-z0-9+/_-]{20,}={0,2}|"
            r"SK-(?=[A-Z_-]{0,60}[0-9])[A-Z0-9_-]{16,})"
        ),
    ),
    ("userinfo", ("://",), r"(?<=://)[^/\s\"'<>?#]+(?=@)"),
    # `password=…`, `X-Api-Key: …`, `Authorization: Token …`: a value with a digit is none of ours.
    (
        "named secret",
        (
            "key",
            "KEY",
            "Key",
            "oken",
            "OKEN",
            "ecret",
            "ECRET",
            "ass",
            "ASS",
            "pwd",
            "PWD",
            "ization",
        ),
        (
            r"(?i)(?<![a-z])(?:(?:api|private|access|secret|session|subscription)[-_ ]?key|"
            r"(?:auth|private|access|refresh|session|api|id)[-_ ]?token|client[-_ ]?secret|"
            r"(?:proxy-)?authorization|passw(?:or)?d|passphrase|pwd)"
            r"(?:[\"']?\s{0,3}[:=]\s{0,3}[\"']?|\s(?=[a-z]*[0-9]))"
            r"(?:(?:token|apikey|key)\s{1,3})?(?P<value>(?=[^\s\"'<>,;&…▒*0-9]{0,60}[0-9])"
            r"(?=[^0-9]{0,3}[A-Za-z0-9])[^\s\"'<>,;&…▒*]{8,})"
        ),
    ),
    (
        "query secret",
        ("=",),
        (
            r"(?i)(?<=[?&#])(?:access_token|api_key|client_secret|code|code_verifier|id_token|key|"
            r"refresh_token|requested_token|state|subject_token|token|user_code|device_code)"
            r"=[^&\s#]+"
        ),
    ),
)
# A header may begin with white space, which changes the first letters of its base64.
_JWTS: Final = (
    (r"(?<![A-Za-z0-9])eyJ", r"eyJ[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]*){1,4}"),
    (
        r"(?<![A-Za-z0-9])(?:eyA|ewo|ewk|ew0)",
        r"(?:eyA|ewo|ewk|ew0)[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]+){1,4}",
    ),
    (
        r"(?<![A-Za-z0-9])eyj(?=[a-z0-9_-]*(?:\.|\Z))",
        r"eyj[a-z0-9_-]{12,}(?:\.[a-z0-9_-]{12,}){1,4}",
    ),
)
_JWT_MARKS: Final = ("eyJ", "eyj", "eyA", "ewo", "ewk", "ew0")
_DOTTED: Final = r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)+"
_INVISIBLE: Final = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]")
_QUERY: Final = r"[?&](?P<name>[^\s=&?#\"'<>`]{1,80})=(?P<value>[^&\s#\"'<>`…]+)"
_WORD_WITH_PERCENT: Final = r"[^\s\"'<>`]+"
_REST: Final = (
    r"(?P<before>characters, #[0-9a-f]{6}>)\r?\n[ \t]*"
    r"(?=[^\s0-9]{0,60}[0-9])(?=[^\sA-Za-z]{0,60}[A-Za-z])[A-Za-z0-9+/=_.~-]{12,}(?![^\s\"'<>,;)])"
)
_SECRETIVE: Final = 16
_ONE_WORD: Final = re.compile(r"[A-Za-z0-9+/=_.~-]+")
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_SHORTEST_ID: Final = 3
_SHORTEST_SECRET: Final = 8
_BEYOND: Final = 2_048
"""Characters behind four times the limit that are looked at all the same."""
_PLAIN_WORDS: Final = re.compile(r"[a-z][a-z ._-]{0,23}")
_EMAIL_NAME: Final = (
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._%+-"  # what ends in an @
)
_EMAIL_DOMAIN: Final = r"@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
EMAIL: Final = rf"[{_EMAIL_NAME}]+{_EMAIL_DOMAIN}"


class Secret:
    """A value that prints as its class, its length and a fingerprint, never as itself.

    Equality and hashing compare the values, so the same secret in two places is recognised.
    `reveal()` is the only way out and is easy to search for.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself: for signing, comparing, or an explicit request of the user."""
        return self._value

    @property
    def kind(self) -> str:
        """The class of the secret by its shape, for example `API key` or `JWT`."""
        return secret_kind(self._value)

    @property
    def fingerprint(self) -> str:
        """Six hex digits: the same value gives the same mark; 24 bits confirm no guess."""
        data = self._value.encode("utf-8", "surrogatepass")
        digest: str = blake2b(data, digest_size=3, person=_FINGERPRINT_PERSON).hexdigest()
        return digest

    @property
    def mark(self) -> str:
        """The fingerprint as it is shown and recorded: `#1f2e3d`."""
        return f"#{self.fingerprint}"

    def __len__(self) -> int:
        """The length of the value."""
        return len(self._value)

    def __bool__(self) -> bool:
        """Whether there is anything."""
        return bool(self._value)

    def __str__(self) -> str:
        """Class, length and fingerprint."""
        if not self._value:
            return "empty"
        return f"{_BLOCKS} {self.kind}, {len(self._value)} characters, {self.mark}"

    def __repr__(self) -> str:
        """As `str`, in angle brackets."""
        return f"<Secret {self!s}>"

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __eq__(self, other: object) -> bool:
        """Equal when the values are."""
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        """In keeping with equality."""
        return hash((Secret, self._value))

    def __reduce__(self) -> NoReturn:
        """Refuse: a pickle would hold the value."""
        raise TypeError("a Secret is not to be pickled or copied into a file")


def secret_kind(value: str) -> str:
    """The class of a secret by its shape: `API key`, `personal access token`, `JWT` or `text`."""
    text = value.strip()
    if not text:
        return "blank"
    if text.startswith("at-"):
        return "personal access token"
    if text.startswith("sk-"):
        return "API key"
    if text.startswith(("MC4CAQA", "MFECAQE", "MFMCAQE", "-----BEGIN")):
        return "private key"
    parts = text.split(".")
    if len(parts) >= 3 and parts[0].startswith("ey"):
        return "JWT"
    return "text"


def secretive(text: str) -> bool:
    """Whether a text that should be a name looks like a key: long, and mixed as if by chance."""
    if len(text) < _SECRETIVE or not _ONE_WORD.fullmatch(text) or _UUID.fullmatch(text):
        return False
    kinds = ["0" if c.isdigit() else "A" if c.isupper() else "a" for c in text if c.isalnum()]
    changes = sum(one != two for one, two in itertools.pairwise(kinds))
    digits = kinds.count("0")
    return (digits >= 3 and changes >= 5) or (digits > 0 and changes >= 10)


def printable(text: str, limit: int | None = None, unseen: int = 0) -> str:
    r"""Text that can do nothing to a terminal and hides nothing from a reader.

    C0, C1 and DEL become visible symbols, bidirectional controls, zero-width and private
    characters become `⟨U+202E⟩`; long runs of combining marks are cut to two. `limit` cuts the
    result to that many characters and says how many were left out, with `unseen` more behind them.
    """
    if text.isascii() and text.isprintable() and (limit is None or len(text) <= limit):
        return text
    left_out = unseen
    if limit is not None and len(text) > limit:
        left_out += len(text) - limit
        text = text[:limit]
    out: list[str] = []
    marks = 0
    for char in text:
        code = ord(char)
        if code < 0x20:
            out.append(chr(0x2400 + code))
        elif code == 0x7F:
            out.append("␡")
        elif 0x80 <= code < 0xA0 or code in _BIDI_AND_INVISIBLE:
            out.append(f"⟨U+{code:04X}⟩")
        elif code < 0x300:
            out.append(char)
        else:
            category = unicodedata.category(char)
            if category in ("Mn", "Me", "Mc"):
                marks += 1
                if marks > 2:
                    continue
                out.append(char)
                continue
            if category in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"):
                out.append(f"⟨U+{code:04X}⟩")
            else:
                out.append(char)
        marks = 0
    if left_out:
        out.append(f"… (+{left_out} characters)")
    return "".join(out)


def mask_email(value: str) -> str:
    """`ada@example.org` as `a***@example.org`; text that is no address is masked whole."""
    name, at, domain = value.partition("@")
    if not at or not name:
        return "***"
    return f"{name[0]}***@{domain}"


def redact_text(text: str) -> str:
    """Replace every secret that is known or has the shape of one; keep class, length and mark."""
    # A character that nobody sees may stand in the middle of a secret.
    seen = text if text.isascii() else _INVISIBLE.sub("", text)
    shown = _by_shape(seen)
    text = text if shown == seen else shown
    if "%" in text:
        text = re.sub(_WORD_WITH_PERCENT, _percent_coded, text)
    if "\n" in text and "characters, #" in text:
        text = re.sub(_REST, r"\g<before>\n<its rest>", text)
    found = KNOWN.find(text)
    if found:
        ends = [0, *(one.end for one in found)]
        kept = [text[end : one.start] for end, one in zip(ends, found, strict=False)]
        pairs = zip(kept, found, strict=True)
        masked = [f"{before}{placeholder(one.secret)}" for before, one in pairs]
        text = "".join([*masked, text[ends[-1] :]])
    return text


def _by_shape(text: str) -> str:
    if "." in text and any(mark in text for mark in _JWT_MARKS):
        text = _jwts_replaced(text)
    for kind, marks, pattern in _SHAPES:
        if any(mark in text for mark in marks):
            text = re.sub(pattern, partial(_redacted, kind), text)
    if "?" in text and "=" in text:
        text = _queries_masked(text)
    if "@" in text:
        text = _emails_masked(text)
    return text


def safe_text(text: str, limit: int | None = None) -> str:
    """Outside text as it may be shown: redacted, then `printable`.

    Of a text that is cut to `limit`, no more is looked at than may be shown.
    """
    if limit is None:
        return printable(redact_text(text))
    most = 4 * limit + _BEYOND
    shown = redact_text(text[:most])
    unseen = max(0, len(text) - most)
    if unseen and len(shown) <= limit:
        return f"{printable(shown)}… (+{unseen} characters)"
    return printable(shown, limit, unseen)


def _queries_masked(text: str) -> str:
    # Only what is one query: `?a=1` behind a word, then `&b=2` behind that.
    out: list[str] = []
    end = 0
    follows = -1
    for found in re.finditer(_QUERY, text):
        at = found.start()
        first = text[at] == "?" and at > 0 and not text[at - 1].isspace()
        if not first and at != follows:
            continue
        follows = found.end()
        if not may_be_open(found["name"], found["value"]):
            out += [text[end : found.start("value")], "…"]
            end = found.end()
    return "".join([*out, text[end:]])


def _percent_coded(found: re.Match[str]) -> str:
    word = found.group()
    if "%" not in word:
        return word
    plain = re.sub(r"%([2-7][0-9A-Fa-f])", lambda code: chr(int(code[1], 16)), word)
    shown = _by_shape(plain)
    return word if shown == plain else shown


def _jwts_replaced(text: str) -> str:
    out: list[str] = []
    end = 0
    for start, stop in _jwts(text):
        out += [text[end:start], placeholder(text[start:stop], "JWT")]
        end = stop
    return "".join([*out, text[end:]])


def _jwts(text: str) -> Iterator[tuple[int, int]]:
    # Of each part between two dots only the first start is tried: what does not fit there fits
    # nowhere behind it. A pattern for all would try every start up to the end.
    kinds = [(re.compile(start), re.compile(whole)) for start, whole in _JWTS]
    for run in re.finditer(_DOTTED, text):
        at = run.start()
        while at < run.end():
            dot = text.find(".", at, run.end())
            if dot < 0:
                break
            starts = (start.search(text, at, dot) for start, _ in kinds)
            firsts = [(f.start(), n) for n, f in enumerate(starts) if f is not None]
            tried = (kinds[n][1].match(text, place, run.end()) for place, n in sorted(firsts))
            found = next((match for match in tried if match is not None), None)
            if found is not None:
                yield found.span()
            at = dot + 1 if found is None else found.end()


def redacted_lines(text: str) -> list[str]:
    """The lines of a text, each harmless: redacted before they are taken apart."""
    return [printable(line) for line in redact_text(text).split("\n")]


def _emails_masked(text: str) -> str:
    # From the domain back to the name: a pattern for both would try each start in a long word,
    # which takes the square of its length.
    out: list[str] = []
    end = 0
    for found in re.finditer(_EMAIL_DOMAIN, text):
        before = text[end : found.start()]
        rest = before.rstrip(_EMAIL_NAME)
        name = before[len(rest) :]
        out += [rest, mask_email(name + found.group()) if name else found.group()]
        end = found.end()
    return "".join([*out, text[end:]])


def placeholder(value: str, kind: str | None = None) -> str:
    """What stands for a secret in running text: `<API key, 51 characters, #1f2e3d>`."""
    kind = kind or secret_kind(value)
    return f"<{kind}, {len(value)} characters, {Secret(value).mark}>"


def _redacted(kind: str, found: re.Match[str]) -> str:
    if "value" not in found.re.groupindex:
        return placeholder(found.group(), kind)
    name = found.string[found.start() : found.start("value")]
    return f"{name}{placeholder(found['value'], kind)}"


class Pseudonyms:
    """Stable stand-ins (`acct-A`, `user-1`) so that a mix-up stays visible in a redacted text.

    `of` gives the stand-in for one value. What was told to `learn` or `learn_secret` is replaced
    by `in_text` wherever it stands in running text.
    """

    def __init__(self) -> None:
        """Start with none given."""
        self._given: dict[tuple[str, str], str] = {}
        self._count: dict[str, int] = {}
        self._learned: dict[str, str] = {}
        self._secrets: set[str] = set()
        self._lengths: dict[str, list[int]] | None = None

    def of(self, prefix: str, value: str) -> str:
        """The stand-in for `value`: the same one each time, letters for accounts, else numbers."""
        key = (prefix, value)
        if key not in self._given:
            number = self._count.get(prefix, 0)
            self._count[prefix] = number + 1
            mark = _letters(number) if prefix == "acct" else str(number + 1)
            self._given[key] = f"{prefix}-{mark}"
        return self._given[key]

    def learn(self, prefix: str, value: str, *forms: str) -> None:
        """Let `in_text` replace a value, and other forms of it, by its stand-in.

        The first prefix that a value is learned under stays. One or two letters are no id.
        """
        stand_in = self.of(prefix, value)
        for form in (value, *forms):
            if len(form) >= _SHORTEST_ID:
                self._learned.setdefault(form, stand_in)
                self._lengths = None

    def learn_secret(self, value: Secret) -> None:
        """Let `in_text` replace a secret that has no shape by its class, length and mark.

        Words of small letters are left alone: they stand in the sentences around it, too.
        """
        text = value.reveal().strip()
        if len(text) >= _SHORTEST_SECRET and not _PLAIN_WORDS.fullmatch(text):
            self._learned[text] = placeholder(text)
            self._secrets.add(text)
            self._lengths = None

    def in_text(self, text: str) -> str:
        """The text with everything that was learned replaced, the longest first, in one pass.

        Looked up by their first letters: one pattern for thousands of ids would try each of them
        at each place.
        """
        if not self._learned:
            return text
        lengths = self._by_start()
        starts = lengths.keys()
        out: list[str] = []
        end = 0
        for at in range(len(text) - _SHORTEST_ID + 1):
            start = text[at : at + _SHORTEST_ID]
            if at < end or start not in starts:
                continue
            for length in lengths[start]:
                form = text[at : at + length]
                if form in self._learned and self._stands_alone(text, at, form):
                    out += [text[end:at], self._learned[form]]
                    end = at + length
                    break
        return "".join([*out, text[end:]])

    def _by_start(self) -> dict[str, list[int]]:
        """The lengths of what was learned, the longest first, by the first letters."""
        if self._lengths is None:
            found: dict[str, set[int]] = {}
            for form in self._learned:
                found.setdefault(form[:_SHORTEST_ID], set()).add(len(form))
            self._lengths = {key: sorted(few, reverse=True) for key, few in found.items()}
        return self._lengths

    def _stands_alone(self, text: str, at: int, form: str) -> bool:
        # Not inside a longer word: `org_1` is no part of `org_12`.
        if form in self._secrets:
            return True
        before, behind = text[at - 1 : at] if at else "", text[at + len(form) : at + len(form) + 1]
        return not any(char.isascii() and char.isalnum() for char in (before, behind) if char)


def _letters(number: int) -> str:
    text = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(ord("A") + rest) + text
    return text
