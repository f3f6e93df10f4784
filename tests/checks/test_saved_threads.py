"""Saved threads that name another model provider than new ones."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from authtui.checks.registry import run_checks
from authtui.machine.threads import read_saved_threads
from tests.checks.build import State, chatgpt, subject_of

if TYPE_CHECKING:
    from pathlib import Path

    from authtui.answers.findings import CheckResult

NAMED = '[model_providers.made]\nname = "made"\nwire_api = "responses"\n'


def thread(provider: object) -> str:
    meta = {"type": "session_meta", "payload": {"id": "1", "model_provider": provider}}
    return json.dumps(meta) + '\n{"type": "event_msg"}\n'


def found(config: str, *providers: str) -> CheckResult | None:
    files = {
        f"sessions/2026/04/{day:02}/rollout-2026-04-{day:02}T09-00-00-{day}.jsonl": thread(name)
        for day, name in enumerate(providers, 1)
    }
    results = run_checks(subject_of(State(chatgpt(), config, files=files)))
    return next((one for one in results if one.id == "provider.threads"), None)


def test_a_thread_of_a_provider_without_a_credential_is_named_with_its_file() -> None:
    check = found(NAMED, "made", "openai")
    assert check is not None
    assert check.status == "warn"
    assert "provider made" in check.summary
    assert check.evidence[0].endswith("rollout-2026-04-01T09-00-00-1.jsonl")


def test_a_provider_with_a_credential_is_no_matter() -> None:
    for line in ("requires_openai_auth = true", 'env_key = "MADE_KEY"'):
        check = found(f"{NAMED}{line}\n", "made")
        assert check is not None
        assert check.status == "pass"


def test_threads_of_the_selected_provider_are_no_matter() -> None:
    assert found(NAMED, "openai") is None
    assert found(NAMED) is None


def test_odd_files_are_passed_over(tmp_path: Path) -> None:
    day = tmp_path / "sessions" / "2026" / "04" / "01"
    day.mkdir(parents=True)
    (day / "rollout-1.jsonl").write_text("{nope", "utf-8")
    (day / "rollout-2.jsonl").write_text(thread(7), "utf-8")
    (day / "rollout-3.jsonl").mkdir()
    (day / "rollout-4.jsonl").symlink_to(tmp_path / "nowhere")
    (day / "notes.txt").write_text(thread("made"), "utf-8")
    (tmp_path / "sessions" / "file").write_text("", "utf-8")
    assert read_saved_threads(tmp_path) == ()
    (day / "rollout-5.jsonl").write_text(thread("made"), "utf-8")
    assert [one.provider for one in read_saved_threads(tmp_path)] == ["made"]
    assert read_saved_threads(tmp_path / "nowhere") == ()
