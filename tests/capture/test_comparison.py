"""Predicted and observed: what is the same is called the same, and what differs is explained."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authtui.credentials.marks import mark_of
from authtui.exchanges.evidence import ANOTHER_PROCESS
from authtui.exchanges.records import AssertionFacts, BearerFacts
from authtui.machine.observation import FileFacts
from authtui.model import events as ev
from authtui.redaction import Secret
from authtui.verdict.captured_program import judge_program
from authtui.verdict.command_line import surface_of
from authtui.verdict.comparison import compare
from tests.capture.build import Watched
from tests.tui.homes import answer, read

if TYPE_CHECKING:
    from authtui.verdict.comparison import Comparison
    from authtui.verdict.comparison_rows import Row

CHATGPT = {"account_header": "org_mine", "bearer": BearerFacts("org_mine")}


def watched(story: str = "healthy") -> Watched:
    return Watched(read(story), answer(story)).start()


def access_mark(story: str = "healthy") -> str:
    mark = mark_of(read(story), "auth.json", "tokens.access_token")
    assert mark is not None
    return mark


def as_predicted(story: str = "healthy", **fields: Any) -> Watched:  # noqa: ANN401
    return watched(story).call(**{**CHATGPT, "credential_mark": access_mark(story), **fields})


def finished(shown: Watched, status: int = 0, story: str = "healthy") -> Comparison:
    return compare(shown.end(status).look(read(story), answer(story)).program)


def row(found: Comparison, name: str) -> Row:
    return next(r for r in found.rows if r.id == name)


def test_a_run_that_goes_as_predicted_has_no_difference_and_leaves_nothing_open() -> None:
    found = finished(as_predicted())
    assert {r.status for r in found.rows} == {"same"}
    assert [r.label for r in found.rows] == [
        "scheme", "credential", "address", "account", "FedRAMP", "answer", "refresh",
        "stored login", "exit code", "message",
    ]  # fmt: skip


def test_while_it_runs_what_is_not_known_is_open_and_nothing_differs() -> None:
    found = compare(watched().program)
    assert found.differences == ()
    assert row(found, "sent").observed == "not seen yet"
    assert row(found, "exit").status == "open"


DIFFERENCES = [
    ("authorization", {"authorization": None, "credential_mark": None}, "dropped silently"),
    ("authorization", {"authorization": "AgentAssertion"}, "Another kind of credential won"),
    ("account", {"account_header": "org_other"}, "two logins were mixed"),
    ("account", {"account_header": None}, "default workspace"),
    ("fedramp", {"fedramp_header": True}, "FedRAMP service"),
    ("host", {"host": "api.openai.com"}, "leads there"),
    ("host", {"path": "/backend-api/responses"}, "path is not"),
    ("judged.account.token", {"bearer": BearerFacts("org_other")}, "different logins"),
    ("judged.route.host", {"authorization": "Bearer sk-"}, "takes ChatGPT logins only"),
]


@pytest.mark.parametrize(("name", "fields", "words"), DIFFERENCES)
def test_a_difference_is_named_and_explained(name: str, fields: dict[str, Any], words: str) -> None:
    found = finished(as_predicted(**fields))
    differing = row(found, name)
    assert differing.status == "differs"
    assert words in differing.meaning
    assert differing.request == 1
    assert found.rows[0].status == "differs", "differences come first"


def test_the_credential_is_known_by_its_mark() -> None:
    found = finished(
        watched("shadowed").call(
            host="api.openai.com", path="/v1/responses", credential_mark=access_mark("shadowed")
        ),
        story="shadowed",
    )
    seen = row(found, "credential")
    assert (seen.expected, seen.observed, seen.status) == ("CODEX_API_KEY", "auth.json", "differs")


def test_a_credential_that_is_stored_nowhere_is_not_called_another_one() -> None:
    found = finished(as_predicted(credential_mark="#abcdef"))
    seen = row(found, "credential")
    assert (seen.status, "#abcdef" in seen.observed) == ("open", True)


def test_an_identity_is_known_by_its_runtime() -> None:
    facts = AssertionFacts("agent_7f3a", Secret("t"), "2026-11-13T12:01:00Z", 0.1, verified=True)
    shown = watched("agent-identity").call(authorization="AgentAssertion", assertion=facts)
    assert row(finished(shown, story="agent-identity"), "credential").observed == "auth.json"


def test_the_answer_of_a_web_socket_that_falls_back_is_no_answer() -> None:
    shown = as_predicted(method="GET", status=426, colour="noise")
    assert row(compare(shown.program), "answer").status == "open"
    shown.call(**CHATGPT, credential_mark=access_mark())
    assert row(finished(shown), "answer").observed == "accepted (200)"


def test_a_web_page_with_status_200_is_not_accepted() -> None:
    shown = as_predicted(status=200, colour="fail", meaning="a captive portal answered")
    assert row(finished(shown, 1), "answer").status == "differs"


def refreshing(status: int, **fields: Any) -> dict[str, Any]:  # noqa: ANN401
    made = {"purpose": "refresh", "host": "auth.openai.com", "path": "/oauth/token"}
    return {**made, "authorization": None, "status": status, **fields}


def test_a_401_with_its_recovery_is_told_by_the_refresh() -> None:
    shown = as_predicted(status=401, colour="fail")
    shown.call(**refreshing(200)).call(**CHATGPT, credential_mark="#0000ff")
    found = finished(shown)
    assert [r.id for r in found.differences] == ["refresh"]
    assert "refused the stored token with 401" in found.differences[0].meaning
    assert row(found, "answer").status == "same"


def test_a_refresh_that_is_refused_says_why() -> None:
    shown = as_predicted(status=401, reason="Unauthorized", meaning="the credential was refused")
    shown.call(**refreshing(401, meaning="another copy already used this refresh token"))
    found = finished(shown, 1)
    assert "another copy" in row(found, "refresh").meaning
    assert row(found, "answer").observed == "Unauthorized (401)"
    assert row(found, "exit").status == "differs"


def test_an_expired_token_is_expected_to_be_refreshed_once() -> None:
    shown = watched("expired").call(**refreshing(200))
    shown.call(**CHATGPT, credential_mark="#0000ff")
    assert finished(shown, story="expired").differences == ()
    twice = watched("expired").call(**refreshing(200)).call(**refreshing(200))
    twice.call(**CHATGPT, credential_mark="#0000ff")
    assert "more than once" in row(finished(twice, story="expired"), "refresh").meaning
    never = watched("expired").call(**CHATGPT, credential_mark=access_mark("expired"))
    assert (
        "another process did it first" in row(finished(never, story="expired"), "refresh").meaning
    )


def test_a_deleted_login_is_a_difference_unless_it_was_foretold() -> None:
    gone = read("healthy")._replace(auth_file=FileFacts("auth.json"))
    found = compare(as_predicted().end(0).look(gone, answer("healthy")).program)
    assert row(found, "login").status == "differs"
    foretold = answer("wrong-workspace")
    says = next(p.says for p in foretold.predictions if p.surface == "exec")
    gone = read("wrong-workspace")._replace(auth_file=FileFacts("auth.json"))
    shown = watched("wrong-workspace").say(*str(says).splitlines()).end(1).look(gone, foretold)
    found = compare(shown.program)
    assert found.differences == ()
    assert row(found, "login").observed == "deleted"
    assert row(found, "sent").status == "same"


def test_a_look_from_before_the_end_does_not_count_as_after() -> None:
    shown = as_predicted().look(read("healthy"), answer("healthy")).end(0)
    assert row(compare(shown.program), "login").status == "open"


def test_a_program_that_was_ended_by_hand_is_no_difference_in_its_exit() -> None:
    found = compare(as_predicted().end(None, "SIGINT").program)
    assert (row(found, "exit").observed, row(found, "exit").status) == ("SIGINT", "open")


def test_what_it_would_have_come_to_is_open_where_it_was_ended_from_outside() -> None:
    shown = watched().call(**CHATGPT, credential_mark=access_mark(), status=None, error="cut")
    found = compare(shown.end(1, "SIGINT").program)
    assert found.differences == ()
    assert {row(found, name).status for name in ("answer", "exit", "message")} == {"open"}
    early = compare(watched().end(130, "SIGINT").program)
    assert row(early, "sent").status == "open"


def test_a_good_signature_is_shown_and_one_that_cannot_be_checked_is_open() -> None:
    for verified, status in ((True, "same"), (None, "open")):
        facts = AssertionFacts("agent_7f3a", None, "2026-11-13T12:01:00Z", 0.1, verified=verified)
        shown = watched("agent-identity").call(authorization="AgentAssertion", assertion=facts)
        assert row(compare(shown.program), "judged.assertion.signature").status == status


def test_tokens_that_are_refused_after_each_renewal_are_not_what_is_wrong() -> None:
    shown = as_predicted(status=401, colour="fail").call(**refreshing(200))
    shown.call(**CHATGPT, credential_mark="#0000ff", status=401, colour="fail")
    assert "not what is wrong" in row(finished(shown, 1), "refresh").meaning


def test_a_refresh_shows_which_token_took_the_place_of_which() -> None:
    shown = as_predicted(status=401, colour="fail").call(**refreshing(200))
    shown.add(ev.RotationSeen, "codex exec (1)", "#1", "#2").call(**CHATGPT)
    assert row(finished(shown), "refresh").observed == "once, #1 → #2"


def test_what_failed_before_the_first_call_is_the_cause_and_stands_first() -> None:
    shown = watched().call(
        purpose="whoami", host="auth.openai.com", status=401, reason="Unauthorized",
        colour="fail", meaning="the personal access token was refused",
    )  # fmt: skip
    shown.call(host="api.openai.com", path="/v1/responses", authorization=None, status=401)
    found = finished(shown, 1)
    assert found.rows[0].id == "preparation.whoami"
    assert found.rows[0].observed == "Unauthorized (401)"
    assert "drops the credential" in found.rows[0].meaning


def test_a_missing_policy_is_no_trouble_and_a_later_failure_no_cause() -> None:
    shown = watched().call(purpose="config-bundle", status=404, colour="info")
    shown.call(**CHATGPT, credential_mark=access_mark())
    shown.call(purpose="accounts-check", status=500, colour="fail")
    assert finished(shown).differences == ()


def test_the_message_is_compared_without_what_differs_from_run_to_run() -> None:
    foretold = next(p for p in answer("nothing-stored").predictions if p.surface == "exec")
    assert foretold.says is not None
    said = foretold.says.replace("https://api.openai.com/v1", "http://127.0.0.1:41/x/model")
    shown = watched("nothing-stored").call(
        host="api.openai.com", path="/v1/responses", authorization=None, credential_mark=None,
        status=401, colour="fail",
    )  # fmt: skip
    shown.say("OpenAI Codex v0.169.0", "ERROR: Reconnecting... 5/5", f"{said}, request id: req_9")
    found = finished(shown, 1, "nothing-stored")
    assert found.differences == ()
    shown = watched("nothing-stored").say("ERROR: something else", "at line 2")
    assert row(finished(shown, 1, "nothing-stored"), "message").observed == (
        "ERROR: something else\nat line 2"
    )


def test_a_backend_on_loopback_stands_in_where_the_path_is_right() -> None:
    assert row(compare(as_predicted(host="127.0.0.1:4711").program), "host").status == "same"
    shown = as_predicted(host="127.0.0.1:4711", path="/v1/responses").program
    assert row(compare(shown), "host").status == "differs"
    shown = as_predicted(host="127.0.0.1.example.org").program
    assert row(compare(shown), "host").status == "differs"


def test_another_process_that_rotates_is_told_apart_from_the_program() -> None:
    shown = as_predicted()
    shown.add(ev.RotationSeen, "codex exec", "#1", "#2")
    assert "rotation" not in {r.id for r in compare(shown.program).rows}
    shown.add(ev.RotationSeen, ANOTHER_PROCESS, "#2", "#3", cause="watch")
    found = row(compare(shown.program), "rotation")
    assert "#2 → #3" in found.meaning
    assert "refresh_token_reused" in found.meaning


COMMANDS = [
    (("codex", "exec", "hi"), "exec"),
    (("/opt/bin/codex", "-c", "exec", "login", "status"), "login-status"),
    (("codex.exe",), "tui"),
    (("codex", "--model", "gpt-5", "e", "hi"), "exec"),
    (("codex", "resume"), "tui"),
    (("codex", "logout"), None),
    (("codex", "login"), None),
    (("python", "exec"), None),
    ((), None),
]


@pytest.mark.parametrize(("command", "surface"), COMMANDS)
def test_the_command_line_says_which_start_it_is(
    command: tuple[str, ...], surface: str | None
) -> None:
    assert surface_of(command) == surface


def test_a_command_that_is_not_predicted_still_shows_what_was_wrong_with_it() -> None:
    shown = Watched(read("healthy"), answer("healthy")).start(("python", "tool.py"))
    found = compare(shown.call(authorization="Bearer sk-").end(3).program)
    assert [r.id for r in found.rows] == ["judged.route.host"]


def test_a_request_of_our_own_is_no_evidence_against_the_program() -> None:
    shown = watched()
    record = as_predicted().program.evidence.first
    shown.add(ev.RequestStarted, record, cause="request")
    assert shown.program.evidence.first is None


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "authorization": st.sampled_from([None, "Bearer JWT", "Bearer sk-", "other", "Basic"]),
            "account_header": st.one_of(st.none(), st.text(max_size=20)),
            "fedramp_header": st.booleans(),
            "host": st.text(max_size=30),
            "path": st.text(max_size=30),
            "status": st.one_of(st.none(), st.integers(100, 599)),
            "credential_mark": st.one_of(st.none(), st.just("#abcdef")),
        },
    ),
    st.integers(0, 255),
    st.lists(st.text(max_size=40), max_size=5),
)
def test_every_difference_has_a_meaning_and_stands_first(
    fields: dict[str, Any], status: int, lines: list[str]
) -> None:
    found = finished(as_predicted(**fields).say(*lines), status)
    states = [r.status for r in found.rows]
    assert states == sorted(states, key=["differs", "open", "same"].index)
    assert all(r.meaning for r in found.differences)
    assert len({r.id for r in found.rows}) == len(found.rows)


@pytest.mark.parametrize(
    ("meaning", "headline"),
    [
        (
            "the workspace is listed twice: the newest clients stop with …",
            "ChatGPT lists the workspace of this login twice",
        ),
        (
            "the workspace is not listed: the newest clients stop with …",
            "The workspace of this login is not among those of the account",
        ),
    ],
)
def test_a_list_of_workspaces_that_stops_the_client_is_the_headline_although_it_goes_on_here(
    meaning: str, headline: str
) -> None:
    shown = watched().call(
        method="GET", path="/backend-api/wham/accounts/check", purpose="accounts-check",
        meaning=meaning, colour="warn", **CHATGPT,
    ).call(**CHATGPT, credential_mark=access_mark())  # fmt: skip
    program = shown.end(0).look(read("healthy"), answer("healthy")).program
    verdict = judge_program(program, compare(program), answer("healthy"))
    assert (verdict.outcome, verdict.headline) == ("degraded", headline)
    assert verdict.sentence.endswith("without capture it stops.")
