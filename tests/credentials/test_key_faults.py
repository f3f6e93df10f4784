"""Every key has a type, and a value that does not fit is told in the client's words."""

from __future__ import annotations

import pytest

from authtui.configuration.key_faults import key_faults
from authtui.configuration.key_table import key_table
from authtui.configuration.toml_reader import read

TABLE = key_table("0.169.0")


def first_fault(text: str) -> tuple[str, str, str]:
    """What the client says first: `line:column`, its words, and the key a program start names."""
    document = read(text)
    assert TABLE is not None
    fault = key_faults(document.tree, TABLE)[0]
    line, column = document.place(document.spans[fault.place][0])
    return f"{line}:{column}", fault.reason, ".".join(map(str, fault.named))


REFUSED = [
    ("hide_agent_reasoning = 1", "1:24", "invalid type: integer `1`, expected a boolean", None),
    ("review_model = []", "1:16", "invalid type: sequence, expected a string", None),
    ("log_dir = {}", "1:11", "invalid type: map, expected path string", None),
    ("notify = [true]", "1:11", "invalid type: boolean `true`, expected a string", "notify"),
    (
        "mcp_oauth_callback_port = 65536",
        "1:27",
        "invalid value: integer `65536`, expected u16",
        None,
    ),
    ("tui.mouse_scroll_speed = false", "1:26", "invalid type: boolean `false`, expected f64", None),
    ("file_opener = 1", "1:15", "wanted string or table", None),
    ("personality = {}", "1:15", "wanted exactly 1 element, found 0 elements", None),
    (
        'web_search = "on"',
        "1:14",
        "unknown variant `on`, expected one of `disabled`, `cached`, `indexed`, `live`",
        None,
    ),
    ("otel = []", "1:8", "invalid length 0, expected struct OtelConfigToml with 11 elements", None),
    (
        "[skills]\nmax_context_tokens = 0",
        "2:22",
        "invalid value: integer `0`, expected a nonzero usize",
        None,
    ),
    # Below a structure that collects unknown keys the place is lost.
    (
        "[agents.helper]\nnickname_candidates = 1",
        "1:2",
        "invalid type: integer `1`, expected a sequence",
        "agents",
    ),
    # Of the flags, the first that is neither true nor false is named.
    (
        "[features]\na = true\nb = 1\nc = 2",
        "3:5",
        "invalid type: integer `1`, expected a boolean",
        "features",
    ),
    (
        "[audio]\nmicrophone_channel = true",
        "2:22",
        "data did not match any variant of untagged enum MicrophoneChannels",
        None,
    ),
    ("[[skills.config]]\nname = 'x'", "1:1", "missing field `enabled`", "skills.config"),
    (
        "[mcp_enterprise_managed_auth]\nextra = 1",
        "2:9",
        "unknown field `extra`, expected `idp`",
        "mcp_enterprise_managed_auth",
    ),
    ("[mcp_servers.x]", "1:1", "invalid transport", None),
    (
        "[mcp_servers.x]\nurl = 'http://a'\nargs = []",
        "1:1",
        "args is not supported for streamable_http",
        None,
    ),
    (
        "[tui.keymap.global]\ncopy = 'ctrl-'",
        "2:8",
        "missing key in keybinding `ctrl-`. Add a key name like `a`, `enter`, or `page-down`.",
        None,
    ),
]


@pytest.mark.parametrize(("text", "place", "reason", "named"), REFUSED, ids=lambda v: str(v)[:40])
def test_a_value_that_does_not_fit_is_told_in_the_clients_words(
    text: str, place: str, reason: str, named: str | None
) -> None:
    found_place, found_reason, found_named = first_fault(text)
    assert (found_place, found_reason) == (place, reason)
    if named is not None:
        assert found_named == named


def test_all_faults_are_told_in_the_order_of_the_file() -> None:
    assert TABLE is not None
    faults = key_faults(
        read("model = 1\n[tui]\nanimations = 2\n[history]\nmax_bytes = 3.5").tree, TABLE
    )
    assert [fault.key for fault in faults] == [
        ("model",),
        ("tui", "animations"),
        ("history", "max_bytes"),
    ]


FITTING = [
    "model = 2026-01-01",
    "desktop.anything.goes = [1]",
    "unknown_key = 1",
    "approval_policy = { never = {} }",
    'history = ["none"]',
    '[tools]\nweb_search = { context_size = "low" }',
    '[tui]\nnotifications = ["agent-turn-complete"]\n[tui.keymap.global]\ncopy = ["cmd-c", "f24"]',
]


@pytest.mark.parametrize("text", FITTING)
def test_what_the_client_takes_is_no_fault(text: str) -> None:
    assert TABLE is not None
    assert key_faults(read(text).tree, TABLE) == []


def test_an_older_client_than_any_table_is_not_judged() -> None:
    assert key_table("0.128.0") is None
    assert key_table("0.171.0") is not None
