"""`authtui capture` from outside: what it prints, what it leaves alone, how it ends."""

from __future__ import annotations

import json
import signal
import socket
import stat
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from authtui.demo.backend.server import running_backend
from tests.program import Answer, chatgpt_login, codex_home, environment, run, snapshot

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="shell commands")
CANARY = "sk-proj-CanaryCanaryCanary0123456789"


def capture(user_home: Path, *words: str | Path, **more: Any) -> Answer:  # noqa: ANN401 - as `run`
    return run("capture", *words, user_home=user_home, **more)


def events(answer: Answer) -> list[dict[str, Any]]:
    """The events; the line after them compares what was predicted with what was observed."""
    *found, last = [json.loads(line) for line in answer.out.splitlines()]
    assert last["kind"] == "Comparison"
    return found


def ask(path: str) -> str:
    """A program that asks the address of a variable and prints the status."""
    return (
        "import os, urllib.request, urllib.error\n"
        f"url = os.environ['OPENAI_BASE_URL'] + {path!r}\n"
        f"asked = urllib.request.Request(url, headers={{'Authorization': 'Bearer {CANARY}'}})\n"
        "try: print(urllib.request.urlopen(asked).status)\n"
        "except urllib.error.HTTPError as error: print(error.code)\n"
        "except OSError as error: print('failed')\n"
    )


def test_the_prediction_comes_first_then_the_program_then_its_end(tmp_path: Path) -> None:
    answer = capture(tmp_path, "--json", "--", "sh", "-c", "echo out; echo err >&2")
    assert (answer.code, answer.err) == (0, "")
    kinds = [event["kind"] for event in events(answer)]
    assert kinds[:2] == ["Loaded", "ChildStarted"]
    assert set(kinds[2:-2]) == {"ChildSaid"}
    assert kinds[-2:] == ["ChildEnded", "Loaded"]
    said = {event["stream"]: event["lines"] for event in events(answer) if "stream" in event}
    assert said == {"stdout": ["out"], "stderr": ["err"]}
    assert events(answer)[-2]["exit_status"] == 0


def test_as_text_it_reads_as_lines(tmp_path: Path) -> None:
    answer = capture(tmp_path, "--headless", "--upstream", "demo", "--", "sh", "-c", "echo out")
    assert answer.code == 0
    assert "program started (1): sh -c 'echo out'\n" in answer.out
    assert "  not led: sh is not codex" in answer.out
    assert "  stdout: out\n" in answer.out
    assert "\x1b" not in answer.out


def test_requests_pass_and_stand_in_the_events_and_the_har(tmp_path: Path) -> None:
    har = tmp_path / "x.har"
    with running_backend() as backend:
        answer = capture(
            tmp_path, "--json", "--upstream", backend.base_url, "--har", har, "--",
            sys.executable, "-c", ask("/models"),
        )  # fmt: skip
    assert answer.code == 0
    found = [event for event in events(answer) if event["kind"] == "RequestFinished"]
    (record,) = [event["request"] for event in found]
    assert (record["path"], record["status"]) == ("/v1/models", 401)
    assert record["authorization"] == "Bearer sk-"
    assert record["host"] == backend.base_url.removeprefix("http://")
    (entry,) = json.loads(har.read_text())["log"]["entries"]
    assert entry["response"]["status"] == 401
    assert stat.S_IMODE(har.stat().st_mode) == 0o600
    for text in (answer.out, answer.err, har.read_text()):
        assert CANARY not in text


def test_what_happened_can_be_recorded_and_opened(tmp_path: Path) -> None:
    file = tmp_path / "x.trace"
    with running_backend() as backend:
        answer = capture(
            tmp_path, "--json", "--upstream", backend.base_url, "--record", file, "--",
            sys.executable, "-c", ask("/models"),
        )  # fmt: skip
    assert (answer.code, answer.err) == (0, "")
    assert CANARY not in file.read_text()
    opened = run("open", file, "--json", user_home=tmp_path)
    kinds = [json.loads(line)["kind"] for line in opened.out.splitlines() if '"kind"' in line]
    assert kinds[0] == kinds[-1] == "Loaded"
    assert {"ChildStarted", "RequestStarted", "RequestFinished", "ChildEnded"} <= set(kinds)
    again = capture(tmp_path, "--record", tmp_path, "--", "true")
    assert again.code == 2
    assert "nothing was written" in again.err


def test_an_upstream_that_is_not_there_is_a_statement(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    answer = capture(
        tmp_path, "--json", "--upstream", url, "--", sys.executable, "-c", ask("/models")
    )
    found = [event for event in events(answer) if event["kind"] == "RequestFinished"]
    assert "nothing is listening at 127.0.0.1" in found[0]["request"]["error"]
    assert ["failed"] in [event["lines"] for event in events(answer) if "lines" in event]
    assert "Traceback" not in answer.out + answer.err


def test_no_file_of_the_user_is_changed(tmp_path: Path) -> None:
    user = tmp_path / "user"
    user.mkdir()
    home = codex_home(
        user, chatgpt_login(), 'chatgpt_base_url = "https://chatgpt.com/backend-api"\n'
    )
    before = snapshot(user)
    assert capture(user, "--home", home, "--json", "--", "true").code == 0
    assert snapshot(user) == before


def test_what_the_program_made_of_the_login_is_said_at_the_end(tmp_path: Path) -> None:
    home = codex_home(tmp_path, chatgpt_login())
    code = 'rm "$CODEX_HOME/auth.json"'
    last = events(capture(tmp_path, "--home", home, "--json", "--", "sh", "-c", code))[-1]
    assert (last["kind"], last["cause"]) == ("Loaded", "after capture 1")
    assert last["outcome"] == "not-logged-in"
    assert any("auth.json" in change for change in last["changes"])


def test_the_home_that_is_named_is_the_program_s(tmp_path: Path) -> None:
    home = codex_home(tmp_path, chatgpt_login())
    answer = capture(tmp_path, "--home", home, "--json", "--", "sh", "-c", 'echo "$CODEX_HOME"')
    assert [str(home)] in [event["lines"] for event in events(answer) if "lines" in event]


def test_a_login_for_trying_is_made_and_removed(tmp_path: Path) -> None:
    words = ("--upstream", "demo", "--login", "api-key", "--json", "--")
    code = 'echo "$CODEX_HOME"; ls "$CODEX_HOME"'
    answer = capture(tmp_path, *words, "sh", "-c", code)
    lines = [line for event in events(answer) for line in event.get("lines", ())]
    assert lines[1:] == ["auth.json"]
    assert not (tmp_path / lines[0]).exists()
    assert events(answer)[0]["mode"] == "api_key"


def test_its_input_is_the_program_s(tmp_path: Path) -> None:
    answer = capture(tmp_path, "--json", "--", "cat", stdin="from outside\n")
    assert ["from outside"] in [event["lines"] for event in events(answer) if "lines" in event]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "which program?"),
        (("--",), "which program?"),
        (("--", "no-such-program-here"), "no program that can be found"),
        (("--offline", "--", "true"), "leave --offline"),
        (("--upstream", "ftp://x", "--", "true"), "not an http or https URL"),
        (("--upstream", "http://example.com", "--", "true"), "plain http"),
        (("--upstream", "https://u:p@example.com", "--", "true"), "a user name or a password"),
        (("--login", "api-key", "--", "true"), "--login goes with --upstream demo"),
        (("--port", "70000", "--", "true"), "not a port"),
        (("--har", "/no/such/folder/x", "--json", "--", "true"), "--har"),
    ],
)
def test_wrong_usage_is_a_sentence_and_a_2(
    tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    answer = capture(tmp_path, *words)
    assert answer.code == 2
    assert said in answer.err
    assert "Traceback" not in answer.err
    assert "u:p" not in answer.err


def test_a_taken_port_is_a_2(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        answer = capture(tmp_path, "--json", "--port", port, "--", "true")
    assert answer.code == 2
    assert f"cannot have port {port}" in answer.err


@pytest.mark.parametrize("code", ["exit 3", "kill -9 $$"])
def test_a_program_that_fails_is_a_1(tmp_path: Path, code: str) -> None:
    answer = capture(tmp_path, "--json", "--", "sh", "-c", code)
    assert answer.code == 1
    last = events(answer)[-2]
    assert (last["exit_status"], last["signal"]) == (
        (3, None) if "3" in code else (None, "SIGKILL")
    )


@pytest.mark.parametrize("which", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupt_ends_the_program_first_and_is_a_130(tmp_path: Path, which: int) -> None:
    code = (
        "import time\nprint('ready', flush=True)\n"
        "try: time.sleep(60)\nexcept KeyboardInterrupt: print('tidied')"
    )
    with subprocess.Popen(
        [sys.executable, "-m", "authtui", "capture", "--json", "--", sys.executable, "-c", code],
        env=environment(tmp_path),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(json.loads(line))
            if lines[-1].get("lines") == ["ready"]:
                process.send_signal(which)
        assert process.wait(30) == 130
        assert process.stderr is not None
        assert process.stderr.read() == ""
    assert ["tidied"] in [line["lines"] for line in lines if "lines" in line]
    assert [line["kind"] for line in lines[-3:]] == ["ChildEnded", "Loaded", "Comparison"]


def test_the_second_interrupt_does_not_wait(tmp_path: Path) -> None:
    code = (
        "import signal, time\nsignal.signal(2, lambda *_: print('no', flush=True))\n"
        "print('ready', flush=True)\nwhile True: time.sleep(1)"
    )
    with subprocess.Popen(
        [sys.executable, "-m", "authtui", "capture", "--json", "--", sys.executable, "-c", code],
        env=environment(tmp_path),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        began = time.monotonic()
        for line in process.stdout:
            if json.loads(line).get("lines") in (["ready"], ["no"]):
                began = time.monotonic()
                process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
        assert time.monotonic() - began < 4


def test_nothing_runs_on_when_nobody_reads(tmp_path: Path) -> None:
    words = ["capture", "--json", "--", "sh", "-c", "while :; do echo x; sleep 0.1; done"]
    with subprocess.Popen(
        [sys.executable, "-m", "authtui", *words],
        env=environment(tmp_path),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(30) == 0
        assert process.stderr.read() == ""
