"""A log of an earlier run is read for its answers; whatever stands in it, reading it is safe."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from authtui.commands.event_lines import event_json
from authtui.model.events import RequestFinished, RequestStarted
from authtui.report.run_log import read_requests
from tests.canaries.canary import leaks
from tests.canaries.kinds import CANARIES
from tests.program import NOW, chatgpt_login, codex_home, run
from tests.tui.samples import NOW as AT
from tests.tui.samples import REQUESTS

if TYPE_CHECKING:
    from pathlib import Path


def log(folder: Path, *more: str) -> Path:
    path = folder / "log.jsonl"
    lines = [json.dumps(event_json(RequestStarted(1, AT, "request", REQUESTS[0])))]
    lines += [
        json.dumps(event_json(RequestFinished(n, record.at, "request", record)))
        for n, record in enumerate(REQUESTS[:4], 2)
    ]
    path.write_text("\n".join((*lines, *more)))
    return path


def test_what_was_written_is_read_back_with_its_request_ids(tmp_path: Path) -> None:
    found = read_requests(str(log(tmp_path, '{"kind": "RequestFin')))
    assert not isinstance(found, str)
    assert [r.request_id for r in found] == [r.request_id for r in REQUESTS[:4]]
    assert [r.status for r in found] == [200, 200, 403, 401]
    assert [r.at for r in found] == [r.at for r in REQUESTS[:4]]
    assert found[3].skew_seconds == 91.0
    assert all(record.detail is None for record in found)


def test_the_report_lists_them_and_knows_the_clock(tmp_path: Path) -> None:
    home = codex_home(tmp_path, chatgpt_login())
    answer = run("report", "--home", home, "--now", NOW, "--log", log(tmp_path), user_home=tmp_path)
    assert answer.code == 0
    assert "`req_4`" in answer.out
    assert "4 requests were observed" in answer.out
    assert "this machine is behind" in answer.out
    assert "org_mine" not in answer.out


@pytest.mark.parametrize("text", ["", "\n"])
def test_an_empty_log_holds_no_request(tmp_path: Path, text: str) -> None:
    path = tmp_path / "log"
    path.write_text(text)
    found = read_requests(str(path))
    assert found == () or isinstance(found, str)


def test_what_is_no_log_is_refused_with_a_reason(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("not a log\n[1]\n")
    assert "no line of it" in str(read_requests(str(tmp_path / "x")))
    assert "directory" in str(read_requests(str(tmp_path))).lower()
    answer = run("report", "--log", tmp_path / "nowhere", user_home=tmp_path)
    assert answer.code == 2
    assert "--log" in answer.err


def test_secrets_in_a_log_of_others_are_not_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "log"
    texts = {kind: canary.value for kind, canary in CANARIES.items() if canary.shaped}
    lines = []
    for number, text in enumerate(texts.values()):
        request = dict.fromkeys(("method", "host", "path", "error", "request_id"), text)
        event = {"kind": "RequestFinished", "at": AT.isoformat()}
        lines.append(json.dumps({**event, "request": {**request, "number": number}}))
    path.write_text("\n".join(lines))
    found = read_requests(str(path))
    assert len(found) == len(texts)
    assert leaks(repr(found)) == set()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
        lambda inner: st.dictionaries(
            st.sampled_from(
                ["kind", "request", "at", "number", "status", "path", "host", "method"]
            ),
            inner | st.sampled_from(["RequestFinished", AT.isoformat()]),
        ),
        max_leaves=12,
    )
)
def test_any_json_at_all_is_a_value_or_a_reason(tmp_path: Path, value: object) -> None:
    path = tmp_path / "any"
    path.write_text(json.dumps(value))
    assert isinstance(read_requests(str(path)), str | tuple)
