"""The eight stories of the menu: what each shows, asks, offers and proves, played for real."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import pytest

from authtui.demo.story import Story
from authtui.demo.story_file import read_names, read_story
from authtui.demo.walk import pages_of
from authtui.model import events as ev
from tests.demo.test_play import Played

if TYPE_CHECKING:
    from authtui.answers.findings import Assessment

ORDER = (
    "ghost",
    "wrong-door",
    "wrong-company",
    "two-terminals",
    "forgetful-container",
    "nobody-there",
    "unknown-key",
    "there-all-along",
)
REUSED = (
    "Your access token could not be refreshed because your refresh token was already used. "
    "Please log out and sign in again."
)
MESSAGES = {
    "ghost": "ERROR: unexpected status 401 Unauthorized: Incorrect API key provided, "
    "url: https://api.openai.com/v1/responses",
    "wrong-company": "Login is restricted to workspace(s) workspace-demo-2, but current "
    "credentials belong to workspace-demo-1. Logging out.",
    "two-terminals": REUSED,
    "forgetful-container": REUSED,
    "nobody-there": "Token exchange failed: error sending request for url "
    "(https://auth.openai.com/oauth/token)",
    "there-all-along": "ERROR: unexpected status 401 Unauthorized: Missing bearer or basic "
    "authentication in header, url: https://api.openai.com/v1/responses",
}


def story(name: str) -> Story:
    found = read_story(name)
    assert isinstance(found, Story), found
    return found


@functools.cache
def played(name: str) -> Played:
    """Each is played once: what a test looks at is what came of it."""
    return Played(story(name))


def at(name: str, title: str) -> Assessment:
    """The answer at the moment of that title."""
    moment = next(m for m in played(name).moments if m.step.title == title)
    found = played(name).session.state_at(moment.sequence).assessment
    assert found is not None
    return found


def wire(name: str) -> list[tuple[str, str, int | None]]:
    return [(seen.endpoint, seen.auth, seen.status) for seen in played(name).seen]


def test_the_menu_has_them_in_the_order_for_somebody_new_and_the_tour_last() -> None:
    assert read_names() == (*ORDER, "identity")


@pytest.mark.parametrize("name", ORDER)
def test_each_begins_with_the_clients_own_message_and_a_guess(name: str) -> None:
    pages = pages_of(story(name))
    assert pages[0].kind == "symptom"
    assert story(name).guess is not None
    first = played(name).moments[0]
    assert first.message
    assert first.message == MESSAGES.get(name, first.message)


@pytest.mark.parametrize("name", ORDER)
def test_each_ends_on_an_accepted_request_and_offers_its_fix_before(name: str) -> None:
    kinds = [page.kind for page in pages_of(story(name))]
    assert kinds[-1] == "proof"
    assert "offer" in kinds
    assert played(name).ending.green
    assert wire(name)[-1][::2] == ("responses", 200)
    assert played(name).moments[-1].step.pane == "requests"


@pytest.mark.parametrize("name", ORDER)
def test_the_verdict_of_the_core_is_the_sentence_that_the_story_teaches(name: str) -> None:
    moment = next(m for m in played(name).moments if m.step.pane == "verdict")
    found = played(name).session.state_at(moment.sequence).assessment
    assert found is not None
    assert found.verdict.kind == story(name).teaches
    assert found.verdict.fix


@pytest.mark.parametrize("name", ORDER)
def test_every_row_that_is_pointed_at_is_there(name: str) -> None:
    """Looked for as the guide does, in the state of that moment."""
    from authtui.tui.story.story_desk import row_of
    from authtui.tui.views.checks import checks_doc
    from authtui.tui.views.claims import claims_doc
    from authtui.tui.views.context import ViewContext
    from authtui.tui.views.events import events_doc
    from authtui.tui.views.requests import requests_doc
    from authtui.tui.views.sources import sources_doc

    docs = {
        "sources": sources_doc,
        "claims": claims_doc,
        "checks": checks_doc,
        "matrix": checks_doc,
        "requests": requests_doc,
        "events": events_doc,
    }
    for moment in played(name).moments:
        step = moment.step
        if not step.row:
            continue
        view = ViewContext(
            played(name).session.state_at(moment.sequence),
            played(name).session.events,
            matrix=step.pane == "matrix",
        )
        last = step.pane in ("requests", "events")
        found = row_of(docs[step.pane](view, 74), step.row, last=last)
        assert found is not None, (name, step.title, step.row)


@pytest.mark.parametrize("name", ORDER)
def test_no_story_tells_a_secret(name: str) -> None:
    text = played(name).text
    for mark in ("eyJ", "rt-demo-", "code-demo-", "sk-old", "PRIVATE KEY", "MC4CAQAw"):
        assert mark not in text


def test_the_ghost_goes_to_the_api_host_and_the_login_to_chatgpt() -> None:
    assert wire("ghost") == [
        ("responses", "API key", 401),
        ("responses", "ChatGPT access token", 200),
    ]
    hosts = [r.host for r in played("ghost").session.state.requests]
    assert hosts == ["api.openai.com", "chatgpt.com"]


def test_the_wrong_door_is_the_right_token_at_the_api_host() -> None:
    message = played("wrong-door").moments[0].message or ""
    assert "Missing scopes: api.responses.write" in message
    sent = [auth for _, auth, _ in wire("wrong-door")]
    assert sent == ["ChatGPT access token", "none", "ChatGPT access token"]
    assert at("wrong-door", "The verdict").verdict.culprit == "config.toml:5"


def test_the_wrong_company_would_have_its_login_deleted_until_the_other_one_is_chosen() -> None:
    assert at("wrong-company", "What would happen now").verdict.deletes_stored_login
    after = at("wrong-company", "Log in, and pick the other workspace")
    assert not after.verdict.deletes_stored_login
    assert {row.account_id for row in after.matrix} == {"workspace-demo-2"}
    assert not any(row.wrong for row in after.matrix)


def test_two_terminals_use_up_one_token_and_the_file_has_the_new_one() -> None:
    rotations = played("two-terminals").session.state.rotations
    assert [(r.by, r.accepted) for r in rotations] == [
        ("terminal A", True),
        ("terminal B", False),
    ]
    first, second = rotations
    assert first.old == second.old
    assert (second.at - first.at).total_seconds() >= 2
    verdict = at("two-terminals", "The verdict").verdict
    assert "nothing is lost" in verdict.headline
    assert f"auth.json holds {first.new}" in verdict.sentence
    # Restarting B is the whole fix: nobody logged in.
    assert "authorize" not in [endpoint for endpoint, _, _ in wire("two-terminals")]


def test_the_container_could_not_keep_what_it_was_given_and_that_was_foretold() -> None:
    before = at("forgetful-container", "It could be seen before").verdict
    assert before.headline.startswith("The next refresh of this login will be lost")
    failed = [e for e in played("forgetful-container").session.events if isinstance(e, ev.Failed)]
    assert "could not be stored" in failed[0].reason
    assert "cannot be written by this user" in failed[0].reason
    tokens = [status for endpoint, _, status in wire("forgetful-container") if endpoint == "token"]
    # First run, second run, the login, the refresh that is kept.
    assert tokens == [200, 401, 200, 200]
    kept = [e for e in played("forgetful-container").session.events if isinstance(e, ev.Refreshed)]
    assert [event.rotated for event in kept] == [True]


def test_nobody_was_reached_because_tls_was_refused_and_all_lamps_stay_grey() -> None:
    found = at("nobody-there", "How far it came")
    assert [lamp.light for lamp in found.lamps] == ["grey"] * 4
    failed = next(r for r in played("nobody-there").session.state.requests if r.error)
    assert [(s.stage, s.ok) for s in failed.connection] == [
        ("name", True),
        ("connection", True),
        ("tls", False),
    ]
    assert failed.connection[-1].issuer == "Acme Web Gateway CA 2026"
    sentence = at("nobody-there", "The verdict").verdict.sentence
    assert "Acme Web Gateway CA 2026" in sentence
    assert "company-2023.pem, last changed in 2023" in sentence
    # The refused exchange never arrived: the backend saw only the one that worked.
    assert [endpoint for endpoint, _, _ in wire("nobody-there")] == [
        "authorize",
        "authorize",
        "token",
        "responses",
    ]


def test_the_unknown_key_is_of_another_environment_and_then_the_clock_is_wrong() -> None:
    rows = {row.name: row.status for row in at("unknown-key", "Claim by claim").tokens[0].rows}
    assert rows["kid"] == "fail"
    assert [rows[name] for name in ("alg", "iss", "aud", "exp")] == ["pass"] * 4
    assert "chatgpt.com does not know" in at("unknown-key", "The verdict").verdict.headline
    clock = at("unknown-key", "A second fault behind the first").verdict
    assert clock.headline == "The clock of this machine is 10 minutes ahead"
    assert wire("unknown-key")[-1] == ("responses", "AgentAssertion", 200)


def test_the_login_that_was_there_is_kept_aside_and_the_new_one_is_private() -> None:
    found = at("there-all-along", "There is a record")
    status = {source.name: source.status for source in found.sources}
    assert status["auth.json"] == "invalid"
    modes = {check.id: check.status for check in found.checks}
    assert modes["file.mode"] == "warn"
    assert "auth.json.bad" in played("there-all-along").left
    after = at("there-all-along", "Aside, and a login of its own")
    assert {check.id: check.status for check in after.checks}["file.mode"] == "pass"


@pytest.mark.parametrize("name", ORDER)
def test_going_back_shows_what_was_before_the_fix(name: str) -> None:
    offer = next(page for page in pages_of(story(name)) if page.kind == "offer")
    before = played(name).moments[offer.moment - 1]
    after = played(name).moments[-1]
    state = played(name).session.state_at(before.sequence)
    assert state.assessment is not None
    assert state.assessment.verdict.kind != "ready"
    last = played(name).session.state_at(after.sequence)
    assert last.assessment is not None
    assert (last.assessment.verdict.kind, last.assessment.lamps.accepted.light) == (
        "ready",
        "green",
    )
