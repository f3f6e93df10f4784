"""The whole way from a hostile home to every output of it."""

from __future__ import annotations

import io
import json
import os
import re
from typing import TYPE_CHECKING, Any, Final

from authtui import contracts
from authtui.assessment.assess import assess
from authtui.assessment.options import Options
from authtui.commands.check import exit_code
from authtui.commands.check_json import as_json
from authtui.commands.check_text import write_text
from authtui.commands.explain import explain
from authtui.credentials.observe import read_observation
from authtui.model.session import AuthSession
from authtui.simulation.forms import forms_here
from authtui.tui.lines import fit, spans_width
from authtui.tui.views.checks import checks_doc
from authtui.tui.views.claims import claims_doc
from authtui.tui.views.context import ViewContext
from authtui.tui.views.events import events_doc
from authtui.tui.views.sources import sources_doc
from authtui.tui.views.verdict import verdict_lines
from authtui.tui.views.verdict_detail import verdict_doc
from tests.fuzz.oracles import assert_hidden, assert_shown, planted, with_planted
from tests.fuzz.targets import FOLDER, NOW, SPLIT

if TYPE_CHECKING:
    from authtui.answers.findings import Surface

_SURFACES: Final[tuple[Surface, ...]] = ("exec", "login-status", "tui")
_CODES: Final = (0, 1, 3, 4)
_VARIABLES: Final = (
    "CODEX_API_KEY",
    "OPENAI_API_KEY",
    "CODEX_ACCESS_TOKEN",
    "CODEX_AGENT_IDENTITY",
    "OPENAI_BASE_URL",
    "CODEX_REFRESH_TOKEN_URL_OVERRIDE",
)
_NAME: Final = re.compile(rb"[A-Z_]{1,40}")


def _environment(data: bytes) -> dict[str, str]:
    found = {"HOME": str(FOLDER)}
    for number, line in enumerate(data.split(b"\n")):
        name, equals, value = line.partition(b"=")
        if not equals or not _NAME.fullmatch(name):
            name, value = _VARIABLES[number % len(_VARIABLES)].encode(), line
        if b"\0" not in value and name not in (b"CODEX_HOME", b"HOME"):
            found[name.decode()] = os.fsdecode(value)
    return found


def pipeline(data: bytes) -> None:
    """A home and an environment of any bytes: observed, judged, printed, drawn."""
    auth, config, dotenv, variables, *_ = [*data.split(SPLIT, 3), b"", b"", b"", b""]
    auth, secret = with_planted(auth)
    home = FOLDER / "home"
    home.mkdir(exist_ok=True)
    for name, content in (("auth.json", auth), ("config.toml", config), (".env", dotenv)):
        path = home / name
        if content:
            path.write_bytes(content)
        else:
            path.unlink(missing_ok=True)
    environ = _environment(variables)
    key = "sk-" + planted(data).decode()
    if len(data) % 2:
        environ.setdefault("CODEX_API_KEY", key)
    seen = read_observation(
        environ=environ,
        home_option=str(home),
        now=NOW,
        system_dir=FOLDER / "etc",
        probe_keyring=False,
        installed=False,
        root=FOLDER,
    )
    wanted = (*contracts.GENERATIONS, "auto")[len(data) % 6]
    options = Options(contract=wanted, surface=_SURFACES[len(data) % 3])
    assessment = assess(seen, options)
    assert exit_code(assessment) in _CODES
    document = as_json(assessment, forms_here(seen))
    text = json.dumps(document)
    json.loads(text)
    _each_text(document)
    printed, said = io.StringIO(), io.StringIO()
    write_text(assessment, seen, printed)
    for subject in ("auth.json", assessment.checks[len(data) % len(assessment.checks)].id):
        explain(subject, assessment, printed, said)
    assert_shown(printed.getvalue(), said.getvalue())
    assert assessment.verdict.sentence
    drawn = _drawn(AuthSession(lambda: seen, lambda _, __: assessment, options, lambda: NOW))
    for output in (text, printed.getvalue(), said.getvalue(), drawn):
        assert_hidden(secret, output)
        assert_hidden(key, output)


def _each_text(value: Any) -> None:  # noqa: ANN401 - any JSON value
    if isinstance(value, str):
        assert_shown(value)
    elif isinstance(value, dict):
        for name, inner in value.items():
            assert_shown(name)
            _each_text(inner)
    elif isinstance(value, list):
        for inner in value:
            _each_text(inner)


def _drawn(session: AuthSession[Options]) -> str:
    session.load("start")
    view = ViewContext(session.state, session.events)
    texts = []
    docs = [
        make(view, 46) for make in (sources_doc, claims_doc, checks_doc, events_doc, verdict_doc)
    ]
    for doc in docs:
        assert_shown(doc.title)
    for line in (
        *(line for doc in docs for line in doc.lines),
        *verdict_lines(view, 100, compact=False),
    ):
        spans = fit(line, 46)
        assert spans_width(spans) == 46
        texts.append("".join(span.text for span in spans))
        assert_shown(texts[-1])
    return "\n".join(texts)
