"""What a report holds, of every kind of state."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from authtui.assessment.options import Options
from authtui.machine.observation import ConfigFacts, ConfigValue, InstalledClient, Variable
from authtui.redaction import Secret, printable
from authtui.report.formats import FORMATS, render
from authtui.report.schema import VERSION
from tests.report.samples import HOMES, NOW, made_report, report_of
from tests.tui.homes import OLD_KEY, read
from tests.tui.samples import REQUESTS, session

if TYPE_CHECKING:
    from authtui.report.schema import Report


@pytest.mark.parametrize("story", HOMES)
@pytest.mark.parametrize("name", FORMATS)
def test_every_format_of_every_state_is_text_that_does_nothing_to_a_terminal(
    story: str, name: str
) -> None:
    text = render(made_report(story), name)
    assert text.endswith("\n")
    assert all(printable(line) == line for line in text.split("\n"))


def test_the_winner_the_shadowed_and_who_belongs_to_whom() -> None:
    report = made_report("workspace-token")
    status = {source.name: source.status for source in report.sources}
    assert status["CODEX_AGENT_IDENTITY"] == "selected"
    assert status["auth.json"] == "shadowed"
    accounts = {row.who: row.account for row in report.matrix}
    assert accounts["agent identity"] == "acct-A"
    assert accounts["forced workspace"] == "acct-B"
    assert report.matrix[0].disagrees == ("account",)


def test_the_same_account_has_the_same_stand_in_in_every_sentence_and_none_has_its_name() -> None:
    text = render(made_report("workspace-token"), "md")
    assert 'belongs to `Some("acct-A")`' in text
    assert "allows only workspace acct-B" in text
    for name in ("org_other", "org_mine", "user-ada", "agent_7f3a", "ada@", "a***@"):
        assert name not in text
    assert "agent-1" in text
    assert "mail-1" in text


def test_names_of_people_and_machines_are_taken_out() -> None:
    seen = read("healthy")
    home = seen.home._replace(path="/home/ada/.codex", shown="/home/ada/.codex")
    host = seen.host._replace(user="ada")
    clients = (
        InstalledClient("/home/ada/bin/codex", "0.169.0", "PATH, package.json"),
        InstalledClient("/home/bob/.local/codex", "0.142.0", "npm, not on PATH"),
        InstalledClient("/opt/adas-laptop/codex", None, "PATH, version unknown"),
    )
    report = report_of(seen._replace(home=home, host=host, clients=clients))
    paths = [copy.path for copy in report.client.installed]
    assert paths == ["~/bin/codex", "/home/<user>/.local/codex", "/opt/<host>/codex"]
    assert report.home == "~/.codex"
    for name in FORMATS:
        text = render(report, name)
        assert "/ada" not in text
        assert "bob" not in text
        assert "adas-laptop" not in text


def test_of_the_hosts_that_no_proxy_is_asked_for_only_the_number_is_told() -> None:
    seen = read("healthy")
    given = Variable("NO_PROXY", Secret(".corp.example, build7.corp.example"))
    variables = {**seen.environment.variables, "NO_PROXY": given}
    report = report_of(seen._replace(environment=seen.environment._replace(variables=variables)))
    assert [part.value for part in report.environment if part.name == "NO_PROXY"] == [
        "2 entries, not shown"
    ]
    assert "corp.example" not in render(report, "json")


def test_a_claim_that_is_not_known_to_be_harmless_is_not_shown() -> None:
    from tests.checks.build import State, observe
    from tests.tui.homes import login, token

    claims = {"name": "Ada Lovelace", "phone": 4930123456, "iss": "https://auth.openai.com"}
    auth = login()
    auth["tokens"]["access_token"] = token(claims)
    report = report_of(observe(State(auth)))
    text = render(report, "json")
    assert "Lovelace" not in text
    assert "4930123456" not in text
    access = next(token for token in report.tokens if token.name == "access_token")
    shown = {claim.name: claim.value for claim in access.claims}
    assert shown["name"].startswith("not shown: 12 characters, #")
    assert shown["iss"] == "https://auth.openai.com"


def test_the_private_key_shows_as_its_public_fingerprint_only() -> None:
    report = made_report("workspace-token")
    claims = {claim.name: claim.value for claim in report.tokens[0].claims}
    assert claims["agent_private_key"].startswith("▒▒▒▒ ed25519 SHA256:")
    assert "public key" not in claims


def test_the_record_is_told_by_its_structure() -> None:
    rows = {row.field: row for row in made_report("healthy").record}
    assert rows["tokens"].type == "object"
    assert rows["tokens.id_token"].type == "JWT"
    assert rows["tokens.refresh_token"].length == 29
    assert rows["OPENAI_API_KEY"].type == "null"
    broken = read("healthy")
    broken = broken._replace(auth_file=broken.auth_file._replace(data=b"\x00\xff nothing"))
    assert report_of(broken).record[0].type == "no readable document"


def test_marks_are_the_same_within_a_report_and_others_in_the_next() -> None:
    seen = read("shadowed")

    def marks(key: bytes) -> list[str | None]:
        return [row.mark for row in report_of(seen, key=key).record]

    assert marks(b"one") == marks(b"one")
    assert marks(b"one") != marks(b"two")
    text = render(report_of(seen), "json")
    assert Secret(OLD_KEY.reveal()).fingerprint not in text


def test_the_configuration_names_its_layers_and_hides_what_no_login_reads() -> None:
    seen = read("healthy")
    values = {
        "forced_login_method": ConfigValue("chatgpt", "/etc/codex/managed_config.toml", 2),
        "model_providers.x.http_headers.Authorization": ConfigValue(
            Secret("abc"), "config.toml", 9
        ),
        "model_providers.x.base_url": ConfigValue("https://u:p@x.example/v1?k=1", "config.toml", 8),
        'projects."/home/ada/secret-project".trust_level': ConfigValue("trusted", "config.toml", 4),
    }
    config = ConfigFacts(
        seen.config.file,
        values,
        overridden=(("forced_login_method", ConfigValue("api", "config.toml", 1)),),
        requirements={"forced_login_method": ConfigValue("chatgpt", "requirements.toml", 1)},
    )
    report = report_of(seen._replace(config=config))
    rows = [(row.key, row.where, row.overridden_by, row.restricts) for row in report.configuration]
    assert ("forced_login_method", "/etc/codex/managed_config.toml:2", None, False) in rows
    over = ("forced_login_method", "config.toml:1", "/etc/codex/managed_config.toml:2", False)
    assert over in rows
    assert ("forced_login_method", "requirements.toml:1", None, True) in rows
    text = render(report, "json")
    assert "protected: text, 3 characters" in text
    assert "x.example/v1" in text
    assert "u:p@" not in text
    assert "k=1" not in text
    assert "secret-project" not in text
    assert "1 more that no rule of a login reads" in text


def test_what_was_excluded_is_what_passed_and_nothing_that_did_not() -> None:
    report = made_report("shadowed")
    assert "Wrong owner or mode" in report.excluded.no_sign_of
    assert "Environment key shadows the stored login" not in report.excluded.no_sign_of
    assert "DNS or ISP fault" in report.excluded.not_visible_here
    passed = {name for name, _ in report.excluded.passed}
    assert "file.mode" in passed
    assert not passed & {check.id for check in report.checks}


def test_the_experiment_that_decides_comes_first_and_says_what_would_be() -> None:
    first = made_report("shadowed").experiments[0]
    assert first.change == "unset CODEX_API_KEY (environment)"
    assert ("auth.json", "shadowed by 1", "selected") in first.differences
    forced = made_report("workspace-token").experiments
    assert any(part.change == "force workspace acct-A" for part in forced)


def test_the_timeline_orders_issue_look_and_expiry() -> None:
    moments = made_report("expired").timeline
    assert [m.at for m in moments] == sorted(m.at for m in moments)
    words = [m.what for m in moments]
    assert words.index("access_token was issued") < words.index("access_token expires")
    assert words.index("access_token expires") < words.index("this report looked")


def test_observed_answers_stand_in_the_timeline_with_their_request_ids() -> None:
    report = made_report("agent-identity", REQUESTS)
    refused = [m for m in report.timeline if "401" in m.what]
    assert "request id req_4" in refused[0].what
    row = next(row for row in report.requests if row.status == 401)
    assert row.account == report.requests[3].account
    assert row.request_id == "req_4"
    assert report.clock.skew_seconds == 91.0
    assert "this machine is behind" in report.clock.server
    assert "task-made-up" not in render(report, "json")
    assert "agent_7f3a" not in render(report, "json")


def test_without_a_request_it_says_that_none_was_made() -> None:
    report = made_report("healthy")
    assert "contacts nobody" in report.probes
    assert report.clock.server == "not known: no answer with the server's time was seen"


def test_events_of_the_session_are_part_of_the_timeline() -> None:
    shown = session("wrong-workspace")
    report = made_report("wrong-workspace", (), shown.events)
    assert any("refused by a restriction" in moment.what for moment in report.timeline)


def test_the_same_facts_and_key_make_the_same_report() -> None:
    assert made_report("workspace-token") == made_report("workspace-token")


def test_json_has_a_schema_version_first_and_the_models_own_names() -> None:
    document = json.loads(render(made_report("workspace-token"), "json"))
    assert next(iter(document)) == "schema"
    assert document["schema"] == VERSION == 1
    assert document["verdict"]["deletes_stored_login"] is True
    assert set(document) == set(made_report("healthy")._fields)
    assert document["matrix"][0] == {
        "who": "agent identity",
        "account": "acct-A",
        "user": "user-1",
        "where": "CODEX_AGENT_IDENTITY",
        "disagrees": ["account"],
    }


def test_a_plan_is_named_with_the_age_of_the_claim() -> None:
    plan = made_report("healthy").verdict.plan
    assert plan is not None
    assert plan.startswith("pro (id_token, issued 2026-11-11T12:01:07Z)")


def test_a_report_of_the_past_or_a_future_clock_does_not_stumble() -> None:
    for days in (-100_000, 100_000):
        report: Report = report_of(read("healthy", NOW + timedelta(days)), Options())
        assert render(report, "md")
