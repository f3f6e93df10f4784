"""How the time of each reader grows with a hostile text: `python -m … growth [WORD]`.

Each text is made in the sizes n, 2n, 4n and 8n, where n takes some milliseconds. A reader that is
linear takes four times as long for four times as much; what takes five times misses the target,
and exits 1. `WORD` chooses the rows whose name holds it.
"""

from __future__ import annotations

import base64
import json
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from authtui import contracts
from authtui.client_json.tree import parse as parse_tree
from authtui.configuration.config import parse as parse_config
from authtui.configuration.config import providers
from authtui.configuration.dotenv import parse_dotenv
from authtui.configuration.shown_line import shown_line
from authtui.configuration.toml_edit import set_value
from authtui.configuration.toml_reader import TomlError, read
from authtui.credentials.document import parse_document
from authtui.credentials.salvage import salvage
from authtui.credentials.store_writer import merge
from authtui.exchanges.exchange_redaction import kept_body
from authtui.exchanges.meaning import purpose_of
from authtui.exchanges.request_filter import parse_filter
from authtui.known_secrets import KnownSecrets
from authtui.machine.observation import ConfigFacts, FileFacts
from authtui.redaction import Secret, printable, redact_text, safe_text
from authtui.tokens.jwt import decode
from authtui.tokens.view import view_token
from authtui.trace.fields import DamageError
from authtui.trace.line_format import parse as parse_line
from authtui.trace.reader import Refusal, open_trace
from authtui.trace.stand_ins import MachineNames, StandIns
from authtui.tui.lines import rows_of, safe, wrap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NOW: Final = datetime(2026, 11, 13, 12, 0, tzinfo=UTC)
MOST: Final = 5.0
"""What f(4n) may be over f(n)."""
ENOUGH: Final = 0.004
"""Seconds from which a time says something."""
FIRST, LAST = 1_024, 256 * 1024
CONTRACT: Final = contracts.BY_NAME["current"]
FOLDER: Final = Path(tempfile.mkdtemp(prefix="authtui-growth-"))
SECRET: Final = "Zq7PlainBearerNoShape8842xKwMadeUpForThis"
NAMES: Final = StandIns(MachineNames(("/home/ada",), ("ada",), ("host",)))
KNOWN: Final = KnownSecrets()
KNOWN.learn(SECRET, SECRET[::-1], "abcde" * 8)


class Reader(NamedTuple):
    """A reader, and the pieces that a hostile text repeats; `{i}` is the number of a piece."""

    name: str
    act: Callable[[str], object]
    pieces: tuple[str, ...]
    before: str = ""
    after: str = ""


def toml(text: str) -> object:
    try:
        return read(text)
    except TomlError as error:
        return error


def line_of_trace(text: str) -> object:
    try:
        return parse_line(text.encode())
    except DamageError as error:
        return error


def whole_trace(text: str) -> object:
    path = FOLDER / "sent.trace"
    head = b'{"authtui_trace":1,"made_by":"authtui 1","at":"2026-04-15T12:00:00.000Z"}\n'
    path.write_bytes(head + text.encode())
    opened = open_trace(path)
    if isinstance(opened, Refusal):
        return opened
    while not opened.done:
        opened.scan(10_000)
    opened.close()
    return opened


def edited(text: str) -> object:
    return set_value(text, ("t9", "new"), 5)


def merged(text: str) -> object:
    return merge(text.encode(), {"a": 1})


def token(text: str) -> str:
    part = base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()
    return f"eyJhbGciOiJub25lIn0.{part}.c2ln"


def document(text: str) -> object:
    data = text.encode()
    return parse_document(data, CONTRACT.document, CONTRACT.agent, now=NOW, store="file")


def claims(text: str) -> object:
    return view_token("t", "here", Secret(token(text)), now=NOW, agent=CONTRACT.agent)


def body(text: str) -> object:
    return kept_body(text.encode(), "application/json", purpose_of("GET", "h", "/x"))


def config_providers(text: str) -> object:
    values, _ = parse_config(text.encode())
    return providers(ConfigFacts(FileFacts("config.toml"), values))


REDACTED: Final = (
    "-eyJ", "_eyJ", "-eyj", "-eyAa", "-ewo", "eyJ.eyJ.", "sk-", "sk-a", "at-", "a.b@", "a@b.",
    "%41", "%2525", "?a=b&", "?key=", "https://u:p@", "\u200b-eyJ", "Bearer ", "token=", "\n",
    "x characters, #\n", "AKIA", "gh", "-----BEGIN ", "\x1b[", "e\u0301",
)  # fmt: skip
READERS: Final = (
    Reader("redact_text", redact_text, REDACTED),
    Reader("printable", printable, ("a", "\x1b[31m", "e\u0301", "\u202e", "日", "\n")),
    Reader("safe_text of 400", lambda text: safe_text(text, 400), ("-eyJ", "a.b@", "%41")),
    Reader(
        "known secrets",
        KNOWN.find,
        ("Zq7Pl", SECRET[:19] + "-", "abcde", "abcd ", "%5A", "\\u005a", "&#90;", "%", "\\", "&am"),
    ),
    Reader("rows of the app", lambda text: rows_of(text, 30), ("a ", "abc\n", "…", "日 ")),
    Reader("wrap", lambda text: wrap(safe(text), 7), ("a ", "a", "日")),
    Reader("shown line", shown_line, ('"a".', "a.", "[", "'", "a = ", "[a.", "x-1_", "=")),
    Reader(
        "TOML",
        toml,
        (
            "k{i} = 1\n", "[t{i}]\n", "[[a]]\n", "[a.b{i}]\n", "a.", '"', "'", '"""', "'''", "#",
            "[", "{{a=", "[[", "\\", "a", "1_", "\r\n", "k{i}.x = 1\n", '"\\u00e4" = ', "a = [1,",
        ),
    ),
    Reader("TOML string", toml, ("\\n", "a", '\\"', "\\\n", "''"), 'a = """', '"""'),
    Reader("TOML array", toml, ("1,", '"a",', "{{a=1}},", "\n", "#\n"), "a = [", "]"),
    Reader("TOML dotted", toml, ("a.", '"a".', " a ."), "", "b = 1"),
    Reader("edit of TOML", edited, ("[t{i}]\nx = 1\n", "k{i} = 1\n")),
    Reader("providers", config_providers, ('[model_providers.p{i}]\nbase_url = "https://h"\n',)),
    Reader(
        "JSON", lambda text: parse_tree(text.encode()),
        ('"k{i}":1,', '"a":', "[", "{{", "\\", "1", '"', ",", " "), "{",
    ),
    Reader("auth.json", document, ('"k{i}": 1, ', '"k{i}": [1,2], '), "{", '"tokens": null}'),
    Reader("auth.json, broken", document, ('"k{i}": 1,\n', "[", '"', "//", "/*", ",]"), "{"),
    Reader("auth.json, a text", document, ("a", "-eyJ", "\\n", "\\u00e4"), '{"auth_mode": "', '"}'),
    Reader("salvage", salvage, ('\\"', '"', "/*", "//", ",]", '{{"tokens":', '"a":'), 'x"'),
    Reader("merge", merged, ('"k{i}":1,', "[", '"'), "{", '"x":1}'),
    Reader(
        ".env", lambda text: parse_dotenv(text.encode(), {}),
        ("A{i}=1\n", 'A="\n', "A='", "A=$A\n", "${{A}}", "\\", "export ", "#", "=", "A=\\\n", "\n"),
    ),
    Reader("JWT", decode, ("a.", "a", ".", "eyJ", "-")),
    Reader("JWT, claims", claims, ('"c{i}":1,', '"c{i}":"-eyJ",'), "{", '"x":1}'),
    Reader("JWT, a claim", claims, ("a", "-eyJ", "a.b@", "\\u200b"), '{"email":"', '"}'),
    Reader("body", body, ('"k{i}":1,', '"refresh_token":"a",', "-eyJ", "["), "{", '"x":1}'),
    Reader("body, not JSON", body, ("-eyJ", '"a":"', "token=a&", "<p>", "data: {{}}\n\n")),
    Reader("line of a trace", line_of_trace, ('"k{i}":1,', "[", '"', "1"), '{"n":1,', '"x":1}'),
    Reader("a trace", whole_trace, ('{{"skipped":1}}\n', "x\n", '{{"name":"a"}}\n', "\n")),
    Reader("stand-ins", NAMES.text, ("/home/", "ada", "org-", "acct_1", "a@b.c ", "cli|0")),
    Reader("filter", parse_filter, ("a ", 'not "', "status:", "-", '"')),
)  # fmt: skip


def texts(reader: Reader, piece: str, size: int) -> str:
    """About `size` characters of the repeated piece."""
    one = max(1, len(piece.format(i=10_000)))
    middle = "".join(piece.format(i=number) for number in range(size // one + 1))
    return f"{reader.before}{middle}{reader.after}"


def seconds(reader: Reader, text: str) -> float:
    """The least time of three: what else runs on the machine only ever adds."""
    found = []
    for _ in range(3):
        before = time.thread_time()
        reader.act(text)
        found.append(time.thread_time() - before)
    return min(found)


def measured(reader: Reader, piece: str) -> tuple[int, list[float]]:
    """The size n, and the times for n, 2n, 4n and 8n; a cap shows as times that do not grow."""
    size = FIRST
    while size < LAST and seconds(reader, texts(reader, piece, size)) < ENOUGH:
        size *= 2
    return size, [seconds(reader, texts(reader, piece, size * by)) for by in (1, 2, 4, 8)]


def rows(word: str) -> Iterator[tuple[str, str, int, list[float], float]]:
    """Each row; a ratio of times that are too short to say something counts as 1."""
    for reader in READERS:
        for piece in reader.pieces if word in reader.name else ():
            size, times = measured(reader, piece)
            ratios = [late / early for early, late in ((times[0], times[2]), (times[1], times[3]))
                      if late >= ENOUGH]  # fmt: skip
            # Both must grow: one that is late by chance is no growth.
            yield reader.name, json.dumps(piece), size, times, min(ratios, default=1.0)


def main(word: str = "") -> int:
    """Print the table; tell whether every row is within the target."""
    worst = 0.0
    for name, piece, size, times, ratio in rows(word):
        worst = max(worst, ratio)
        shown = " ".join(f"{1000 * each:8.1f}" for each in times)
        mark = "" if ratio <= MOST else "  over"
        sys.stdout.write(f"{name:<20} {piece:<40} n={size:<7} {shown} ms  {ratio:4.1f}{mark}\n")
        sys.stdout.flush()
    sys.stdout.write(f"largest f(4n)/f(n): {worst:.1f}, target {MOST:g}\n")
    return int(worst > MOST)


if __name__ == "__main__":
    _: Any = None
    raise SystemExit(main(*sys.argv[1:]))
