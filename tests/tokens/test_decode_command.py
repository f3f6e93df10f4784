"""`authtui decode` as a script sees it: exit codes, JSON, text, and no secret in either."""

from __future__ import annotations

import argparse
import io
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from authtui.commands import ProcessContext, decode
from tests.tokens.token_samples import NOW, PRIVATE_KEY, agent_claims, key_set, part, signed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def run(*words: str, stdin: str = "", offline: bool = False) -> tuple[int, str, str]:
    parser = argparse.ArgumentParser()
    decode.add_arguments(parser)
    args = parser.parse_args(words)
    args.contract, args.offline, args.now = "auto", offline, NOW
    out, err = io.StringIO(), io.StringIO()
    code = decode.run(args, ProcessContext({}, io.StringIO(stdin), out, err))
    return code, out.getvalue(), err.getvalue()


@pytest.fixture
def keys(tmp_path: Path) -> str:
    path = tmp_path / "jwks.json"
    path.write_text(key_set())
    return str(path)


def token_of(text: str) -> dict[str, Any]:
    document = json.loads(text)
    assert document["schema"] == 1
    found: dict[str, Any] = document["token"]
    return found


def test_a_token_from_standard_input_is_decoded() -> None:
    code, out, err = run("--json", stdin=signed({"sub": "user-1"}) + "\n")
    assert (code, err) == (0, "")
    found = token_of(out)
    assert found["claims"] == {"sub": "user-1"}
    assert found["verified"] == "not-checked"
    assert [problem["id"] for problem in found["problems"]] == ["whitespace"]


def test_a_sound_agent_token_verifies(keys: str) -> None:
    code, out, _ = run(signed(agent_claims()), "--jwks", keys, "--json")
    found = token_of(out)
    assert (code, found["verified"], found["client_error"]) == (0, "valid", None)
    assert {field["status"] for field in found["judgement"]} == {"pass"}
    assert found["expires_at"] == "2100-01-01T00:00:00Z"


@pytest.mark.parametrize("claims", [agent_claims(exp=1), agent_claims(account_id=...)])
def test_a_refused_token_exits_with_one_once_a_key_set_is_given(
    keys: str, claims: dict[str, Any]
) -> None:
    assert run(signed(claims))[0] == 0
    code, out, _ = run(signed(claims), "--jwks", keys)
    assert code == 1
    assert "the client says: failed to" in out


def test_an_unsigned_token_never_verifies(keys: str) -> None:
    assert run(f"{part({'alg': 'none'})}.{part({})}.", "--jwks", keys)[0] == 1


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("not-a-token",), 3),
        (("a.b.c",), 3),
        (("",), 2),
        (("-",), 2),
        (("x", "--jwks", "/no/such/file"), 2),
        (("x", "--jwks", "http://example.org/jwks"), 2),
        (("x", "--jwks", "file:///etc/passwd"), 2),
        (("x", "--jwks", "https://user:pass@example.org/jwks"), 2),
        (("x", "--jwks", "https://[::1"), 2),
    ],
)
def test_what_cannot_be_done_has_its_own_exit_code(words: tuple[str, ...], code: int) -> None:
    found, _, err = run(*words)
    assert found == code
    assert code == 3 or err.startswith("authtui decode: ")
    assert "user:pass" not in err


def test_offline_forbids_fetching_a_key_set() -> None:
    code, _, err = run("x", "--jwks", "https://example.org/jwks", offline=True)
    assert code == 2
    assert "--offline" in err


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_no_secret_and_no_control_byte_gets_out(keys: str, form: tuple[str, ...]) -> None:
    claims = agent_claims(email="ada.lovelace@example.org", account_id="a\x1b]52;c;eA==\x07\x9b31m")
    token = signed({**claims, "x": "sk-made-up-secret-000"})
    _, out, err = run(token, "--jwks", keys, *form)
    text = out + err
    for secret in (PRIVATE_KEY, PRIVATE_KEY[20:60], token.split(".")[1], "lovelace", "made-up"):
        assert secret not in text
    assert not any((ord(char) < 32 and char != "\n") or 127 <= ord(char) < 160 for char in text)


def test_text_output_is_aligned_and_judges_every_field(keys: str) -> None:
    _, out, _ = run(signed(agent_claims(aud="x")), "--jwks", keys)
    assert "✗ aud" in out
    assert "✓ exp" in out
    assert "the client says: failed to verify agent identity JWT" in out


@contextmanager
def server(*answers: tuple[int, dict[str, str], bytes]) -> Iterator[str]:
    waiting = list(answers)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = waiting.pop(0)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as http:
        thread = threading.Thread(target=http.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{http.server_port}"
        finally:
            http.shutdown()
            thread.join()


def test_a_key_set_is_fetched_when_its_url_is_given() -> None:
    with server((302, {"Location": "/keys"}, b""), (200, {}, key_set().encode())) as url:
        assert run(signed(agent_claims()), "--jwks", url)[0] == 0


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        ((500, {}, b""), "answered 500"),
        ((200, {}, b"<html>"), "HTML"),
        ((302, {"Location": "http://127.0.0.2:1/keys"}, b""), "redirects to another host"),
    ],
)
def test_a_key_set_that_cannot_be_had_is_cannot_tell(
    answer: tuple[int, dict[str, str], bytes], word: str
) -> None:
    with server(answer) as url:
        code, out, err = run(signed(agent_claims()), "--jwks", url)
    assert (code, out) == (3, "")
    assert word in err
