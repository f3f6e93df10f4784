"""`authtui reach`: previewed, without a credential, and who it was that answered."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, ClassVar

import pytest

from tests.program import chatgpt_login, codex_home, run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Told(BaseHTTPRequestHandler):
    """Answers as it is told to, and keeps the headers that came."""

    answer: ClassVar[tuple[int, str, str, dict[str, str]]] = (200, "application/json", "{}", {})
    heard: ClassVar[list[dict[str, str]]] = []

    def do_GET(self) -> None:
        status, kind, body, more = self.answer
        self.heard.append({name.lower(): value for name, value in self.headers.items()})
        self.send_response(status)
        for name, value in {"content-type": kind, **more}.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def server() -> Iterator[str]:
    Told.heard.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Told) as made:
        threading.Thread(target=made.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{made.server_port}"
        made.shutdown()


def test_without_live_the_hosts_are_named_and_nothing_is_sent(tmp_path: Path, server: str) -> None:
    home = codex_home(tmp_path, chatgpt_login())
    answer = run("reach", "--home", home, user_home=tmp_path)
    assert answer.code == 0
    for host in ("chatgpt.com", "auth.openai.com"):
        assert host in answer.out
    assert "Nothing was sent" in answer.out
    assert run("reach", "--home", home, "--base-url", server, user_home=tmp_path).code == 0
    assert Told.heard == []


def test_an_api_key_needs_the_host_of_the_api_alone(tmp_path: Path) -> None:
    home = codex_home(tmp_path, {"OPENAI_API_KEY": "sk-made-up"})
    told = run("reach", "--home", home, "--json", user_home=tmp_path).json["hosts"]
    assert [row["url"] for row in told] == ["https://api.openai.com/v1/models"]


def test_the_proxy_on_the_way_is_named_without_its_password(tmp_path: Path) -> None:
    home = codex_home(tmp_path, {"OPENAI_API_KEY": "sk-made-up"})
    env = {"HTTPS_PROXY": "http://ada:hush@proxy.test:3128"}
    answer = run("reach", "--home", home, user_home=tmp_path, env=env)
    assert "through the proxy proxy.test:3128" in answer.out
    assert "hush" not in answer.out


@pytest.mark.parametrize(
    ("answer", "code", "words"),
    [
        ((401, "application/json", "{}", {}), 0, "401: the service answers"),
        ((200, "text/html", "<html>Sign in</html>", {}), 1, "a web page"),
        ((403, "text/html", "<title>Just a moment...</title>", {}), 1, "a challenge"),
        ((403, "application/json", "{}", {"cf-mitigated": "challenge"}), 1, "a challenge"),
        ((503, "application/json", "{}", {}), 1, "failed"),
    ],
)
def test_who_answered_is_told_by_the_kind_of_answer_and_no_credential_is_sent(
    answer: tuple[int, str, str, dict[str, str]],
    code: int,
    words: str,
    tmp_path: Path,
    server: str,
) -> None:
    Told.answer = answer
    home = codex_home(tmp_path, chatgpt_login())
    found = run("reach", "--home", home, "--base-url", server, "--live", user_home=tmp_path)
    assert found.code == code
    assert words in found.out
    assert "connection: ok" in found.out
    assert Told.heard
    assert not {"authorization", "cookie", "chatgpt-account-id"}.intersection(*Told.heard)


def test_a_clock_that_is_away_is_told(tmp_path: Path, server: str) -> None:
    Told.answer = (200, "application/json", "{}", {})
    home = codex_home(tmp_path, chatgpt_login())
    words = ("reach", "--home", home, "--base-url", server, "--live", "--json")
    found = run(*words, "--now", "2020-01-01T00:00:00Z", user_home=tmp_path)
    assert "behind the server" in json.dumps(found.json)


def test_offline_nothing_is_reached(tmp_path: Path, server: str) -> None:
    home = codex_home(tmp_path, chatgpt_login())
    words = ("reach", "--home", home, "--base-url", server, "--live", "--offline")
    assert run(*words, user_home=tmp_path).code == 1
    assert Told.heard == []
