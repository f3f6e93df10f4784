"""What an answered workspace look-up leads to, for the account that was asked for."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from authtui.exchanges.answers import Answer
from authtui.exchanges.meaning import ACCOUNTS, meaning_of
from authtui.exchanges.record_builder import look_up_fault, seen_of
from authtui.exchanges.records import RequestRecord

AT = datetime(2026, 11, 13, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("listed", "said"),
    [
        (["ws-1"], "workspaces received"),
        (["ws-2", "ws-1"], "workspaces received"),
        (["ws-1", "ws-1"], "duplicate workspace in routing discovery"),
        (["ws-2"], "selected workspace missing from routing discovery"),
        ([], "selected workspace missing from routing discovery"),
    ],
)
def test_the_list_of_workspaces_tells_which_message_it_leads_to(
    listed: list[str], said: str
) -> None:
    body = json.dumps({"accounts": [{"id": name} for name in listed]}).encode()
    asked = RequestRecord(
        1, AT, "GET", "chatgpt.com", "/wham/accounts/check", account_header="ws-1"
    )
    seen = seen_of(asked, Answer(1, 200, (), body, 1.0), ACCOUNTS, b"")
    assert said in meaning_of(seen).text
    unnamed = seen_of(
        asked._replace(account_header=None), Answer(1, 200, (), body, 1.0), ACCOUNTS, b""
    )
    assert meaning_of(unnamed).text == "workspaces received"


ORIGIN = {"workspace_backend_origin": "https://chatgpt.com"}


@pytest.mark.parametrize(
    ("status", "body", "fault"),
    [
        (200, json.dumps({"accounts": [{"id": "ws-1", **ORIGIN}]}), None),
        (200, json.dumps({"accounts": [{"id": "ws-1"}]}), "no-origin"),
        (200, json.dumps({"accounts": [{"id": "ws-1", **ORIGIN}] * 2}), "duplicate"),
        (200, json.dumps({"accounts": [{"id": "ws-2", **ORIGIN}, 7]}), "other-workspace"),
        (200, json.dumps({"accounts": {}}), "not-json"),
        (200, "<html>", "not-json"),
        (403, "<html>", "403"),
    ],
)
def test_a_fault_of_the_look_up_has_the_name_of_its_assumption(
    status: int, body: str, fault: str | None
) -> None:
    assert look_up_fault(Answer(1, status, (), body.encode(), 1.0), "ws-1") == fault
