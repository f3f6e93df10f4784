"""Hostile text for every place that shows text: what it is, where it is put, what it may do."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import fields
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from rich.cells import cell_len

from authtui.assessment.assess import assess
from authtui.assessment.options import Options
from authtui.credentials.observe import read_observation
from authtui.model import events as ev
from authtui.model.programs import cause_of
from authtui.model.session import AuthSession
from authtui.redaction import Secret
from authtui.tui.pane import Pane
from tests.tui.homes import login, token
from tests.tui.samples import NOW, REQUESTS, Clock, answer, session_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from textual.screen import Screen

HOSTILE: Final = {
    "escapes": "\x1b[2J\x1b]52;c;ZXZpbA==\x07\x1b]8;;http://x\x1b\\ link\x1bPq\x1b\\ cleared",
    "markup": "[red]not red[/] [@click=app.quit]click[/] [/] [link=x]y[/link] \\[b]",
    "bidi": "\u202eevil\u202c \u200bhidden\ufeff \u2066isolated\u2069 \u061c\u00ad\U000e0041",
    "controls": "line one\nline two\r\ttab \x9b31m \x85 \x7f \x00",
    "wide": "日本語" * 40 + "e\u0301\u0302\u0303\u0304" * 9 + "\U0001f469\u200d\U0001f4bb🇩🇪",
    "private": "\ue0b0\uf8ff\U000f0000\U0010ffff\ud800 \u0e33\u0e33 \ufdfa",
    "long": "x" * 1_000_000,
    "nothing": "",
}
TOGETHER: Final = " ".join(text for name, text in HOSTILE.items() if name != "long")
_RAW: Final = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
# Fields whose value is one of a few words of our own: poisoning them is no attack, but a bug.
FIXED: Final = {
    "status",
    "light",
    "outcome",
    "kind",
    "verified",
    "section",
    "surface",
    "wrong",
    "authorization",
    "command",
}


def poisoned(value: Any, text: str, name: str = "") -> Any:  # noqa: ANN401 - any value, same type
    """A copy of a value with every free text in it replaced."""
    if isinstance(value, str):
        return value if name in FIXED else text
    if isinstance(value, Secret):
        return Secret(text)
    if hasattr(value, "_fields"):
        keep = FIXED if type(value).__name__ != "Source" else FIXED - {"kind"}
        return value._replace(
            **{f: poisoned(getattr(value, f), text, f if f in keep else "") for f in value._fields}
        )
    if isinstance(value, tuple):
        return tuple(poisoned(v, text, name) for v in value)
    return value


def assert_harmless(text: str) -> None:
    """Nothing in it moves a cursor, is invisible, reorders, or is private to somebody's font."""
    for char in text:
        assert unicodedata.category(char) not in _RAW, f"U+{ord(char):04X} is drawn raw"


def every_event(text: str) -> list[ev.Event]:
    """One event of each kind, with that text in every field that takes text."""
    found: list[ev.Event] = []
    for kind in vars(ev).values():  # not by `__subclasses__`: slots leave each class's shadow there
        if not isinstance(kind, type) or not issubclass(kind, ev.Event):
            continue
        if kind in (ev.Event, ev.Loaded):
            continue
        values = {f.name: _value(f.name, str(f.type), text) for f in fields(kind)}
        found.append(kind(**values))
    return found


def _value(name: str, hint: str, text: str) -> Any:  # noqa: ANN401 - a value of the hinted type
    if name == "stream":
        return "stderr"
    if hint == "RequestRecord":
        return poisoned(REQUESTS[3], text)
    if "tuple" in hint:
        return (text, text)
    if "datetime" in hint:
        return NOW
    if "bool" in hint:
        return True
    return 1 if "int" in hint else text


_OF_PROGRAMS = (ev.ChildStarted, ev.ChildSaid, ev.ChildEnded)


def told(session: AuthSession[Any], text: str) -> AuthSession[Any]:
    """The session with every kind of event and hostile requests behind it."""
    for record in REQUESTS:
        session.request_finished(poisoned(record, text))
    for event in every_event(text):
        if isinstance(event, _OF_PROGRAMS):
            continue  # they make another screen of it: see `watch`
        session.publish(lambda n, at, event=event: _numbered(event, n, at))  # type: ignore[misc]
    session.note_change(text, (text,))
    session.load(text)
    return session


def _numbered(event: ev.Event, number: int, at: datetime) -> ev.Event:
    from dataclasses import replace

    return replace(event, sequence=number, at=at)


def watch(session: AuthSession[Any], text: str) -> None:
    """A program is watched of which everything is hostile: its name, its words, its requests."""
    cause = cause_of(1)
    session.publish(
        lambda n, at: ev.ChildStarted(n, at, cause, 1, ("codex", "exec", text), (text,))
    )
    for record in REQUESTS:
        hostile = poisoned(record, text)._replace(purpose="model-call", number=record.number + 50)
        session.publish(lambda n, at, r=hostile: ev.RequestStarted(n, at, cause, r))  # type: ignore[misc]
        session.publish(lambda n, at, r=hostile: ev.RequestFinished(n, at, cause, r))  # type: ignore[misc]
    session.publish(lambda n, at: ev.ChildSaid(n, at, cause, 1, "stderr", (text, f"ERROR: {text}")))
    session.publish(lambda n, at: ev.RotationSeen(n, at, cause, text, text, text))
    session.publish(lambda n, at: ev.ChildEnded(n, at, cause, 1, 1, None, text))


def poisoned_session(text: str, story: str = "silent-drop") -> AuthSession[Any]:
    """A session whose answer, events and requests are that text wherever they are text."""
    return told(session_of(poisoned(answer(story), text)), text)


def hostile_home(text: str) -> AuthSession[Options]:
    """The real pipeline on a home with that text in every claim, key, value, variable and path."""
    text = text[:20_000]
    environ_text = text.replace("\x00", "")
    claims = {"exp": 1, "sub": text, "email": f"{text}@x.org", "name": text, text or "-": text}
    auth = {"chatgpt_account_id": f"a{text}", "chatgpt_plan_type": text, "organizations": [text]}
    stored = login(f"acct{text}")
    stored["tokens"]["id_token"] = token({**claims, "https://api.openai.com/auth": auth})
    stored[text or "-"] = text
    quoted = json.dumps(text.replace("\ud800", "").replace("\x7f", ""))
    config = (
        f"forced_chatgpt_workspace_id = {quoted}\nmodel_provider = {quoted}\n"
        f"[model_providers.{quoted}]\nname = {quoted}\nbase_url = {quoted}\nenv_key = {quoted}\n"
    )
    with TemporaryDirectory(prefix="home-") as folder:
        name = "".join(c for c in environ_text[:60] if c != "/")
        home = Path(folder) / (name.encode("utf-8", "replace").decode() or "-")
        home.mkdir()
        (home / "auth.json").write_text(json.dumps(stored))
        (home / "config.toml").write_text(config)
        (home / ".env").write_text(f"OPENAI_API_KEY='{environ_text[:50]}'\n", errors="replace")
        seen = read_observation(
            environ={
                "HOME": folder,
                "CODEX_ACCESS_TOKEN": f"at-{environ_text}",
                "OPENAI_BASE_URL": f"https://{environ_text}",
                "HTTPS_PROXY": environ_text,
            },
            home_option=str(home),
            now=NOW,
            system_dir=Path(folder) / "etc",
            probe_keyring=False,
            installed=False,
            root=Path(folder),
        )
    session = AuthSession(lambda: seen, assess, Options(contract="current"), Clock())
    session.load("start")
    return told(session, text)


def cells(text: str) -> list[str]:
    """The character of each column; a wide one stands in the first of its two."""
    found: list[str] = []
    for char in text:
        size = cell_len(char)
        if size == 0 and found:
            found[-1] += char
        else:
            found += [char, *[""] * (size - 1)]
    return found


def check_screen(screen: Screen[Any]) -> str:
    """What a terminal gets of a screen: each row its width, each frame closed, nothing raw."""
    width, height = screen.size
    strips = screen._compositor.render_strips()
    assert len(strips) == height
    rows = []
    for strip in strips:
        assert strip.cell_length == width
        assert_harmless(strip.text)
        rows.append(cells(strip.text))
        assert len(rows[-1]) == width
    for pane in screen.query("*").results(Pane):
        region = pane.region
        if region.width < 4 or region.height < 2 or not screen.region.contains_region(region):
            continue
        left, right = region.x, region.right - 1
        assert rows[region.y][left] == "╭"
        assert rows[region.y][right] == "╮"
        assert rows[region.bottom - 1][left] == "╰"
        assert rows[region.bottom - 1][right] == "╯"
        for y in range(region.y + 1, region.bottom - 1):
            assert rows[y][left] in "│┃"
            assert rows[y][right] in "│┃"
    return "\n".join(strip.text for strip in strips)


def walk(kind: type[Any]) -> Iterator[type[Any]]:
    """Every class of ours below a class of Textual's."""
    for below in kind.__subclasses__():
        if below.__module__.startswith("authtui."):
            yield below
        yield from walk(below)
