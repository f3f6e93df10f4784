"""Nothing that stands in a credential can draw outside its place or speak to the terminal."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from authtui.assessment.generations import GenerationRow
from authtui.lifecycle.preview import Outcome, Plan, PlannedCall, PlannedChange
from authtui.simulation.forms import FormRow
from authtui.tui.dialogs.preview_screen import preview_doc
from authtui.tui.lines import Doc, Line, fit, spans_width
from authtui.tui.views.checks import checks_doc
from authtui.tui.views.claims import claims_doc
from authtui.tui.views.context import ViewContext
from authtui.tui.views.detail import detail_doc
from authtui.tui.views.events import events_doc
from authtui.tui.views.generations import generations_doc
from authtui.tui.views.program_panes import compare_doc, program_doc
from authtui.tui.views.requests import requests_doc
from authtui.tui.views.sources import sources_doc
from authtui.tui.views.verdict import header_line, verdict_lines
from authtui.tui.views.verdict_detail import verdict_doc
from authtui.tui.views.whatif import Toggle, whatif_doc
from tests.tui.hostile import HOSTILE, assert_harmless, poisoned, told, watch
from tests.tui.samples import NOW, REQUESTS, answer, session_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


MAKERS = (
    sources_doc, claims_doc, checks_doc, requests_doc, events_doc, compare_doc, program_doc,
)  # fmt: skip


def texts_of(lines: Iterable[Line]) -> Iterator[str]:
    for line in lines:
        for span in (*line.left, *line.right):
            yield span.text


def docs_of(view: ViewContext, width: int, *, details: bool) -> Iterator[Doc]:
    for make in MAKERS:
        yield make(view, width)
    yield checks_doc(view._replace(matrix=True), width)
    yield verdict_doc(view, width)
    if not details:
        return
    for make in MAKERS:
        for item in make(view, width).items:
            yield detail_doc(item.subject, view, width)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))
@pytest.mark.parametrize("story", ["shadowed", "silent-drop"])
def test_every_view_keeps_hostile_text_harmless_and_in_its_columns(story: str, text: str) -> None:
    found = poisoned(answer(story), text)
    session = told(session_of(found), text)
    watch(session, text)
    state = replace(session.state, requests=tuple(poisoned(r, text) for r in REQUESTS))
    view = ViewContext(state, session.events)
    for width in (12, 46):
        for doc in docs_of(view, width, details=width == 46):
            assert_harmless(doc.title)
            for text_shown in texts_of(doc.lines):
                assert_harmless(text_shown)
            assert all(spans_width(fit(line, width)) == width for line in doc.lines)
    for compact in (True, False):
        lines: list[Line] = verdict_lines(view, 100, compact=compact)
        assert all(spans_width(fit(line, 100)) == 100 for line in lines)
        for text_shown in texts_of([*lines, header_line(view, 100, "watching")]):
            assert_harmless(text_shown)


def test_a_claim_that_expired_long_ago_and_one_from_the_far_future_both_draw() -> None:
    found = answer("healthy")
    for days in (-3_000, 300_000):
        token = found.tokens[0]._replace(
            issued_at=NOW - timedelta(days=9_000), expires_at=NOW + timedelta(days=days)
        )
        view = ViewContext(session_of(found._replace(tokens=(token,))).state)
        assert all(spans_width(fit(x, 60)) == 60 for x in claims_doc(view, 60).lines)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))
def test_the_screens_of_clients_experiments_and_plans_keep_hostile_text_harmless(text: str) -> None:
    found = answer("silent-drop")
    other = poisoned(answer("shadowed"), text)
    view = ViewContext(session_of(found).state)
    rows = tuple(
        GenerationRow(
            text,
            text,
            text or None,
            True,
            {p.surface: p._replace(says=text) for p in found.predictions},
            text,
            True,
            (text,),
        )
        for _ in range(2)
    )
    switches = (Toggle("a", text, text), Toggle("b", text, text, given=True))
    plan = Plan(
        "logout",
        (PlannedCall("POST", f"https://{text}", text, text, text),),
        (PlannedChange(text, text),),
        (text,),
    )
    outcomes = (
        Outcome("logout", done=False, reason=text, plan=plan),
        Outcome("logout", done=False, reason=text, client_text=text),
    )
    for width in (30, 76):
        docs = [
            generations_doc(rows, view, width, (FormRow(text, text, text, text, (text,)),)),
            whatif_doc(switches, frozenset("a"), found, other, width, ""),
            whatif_doc(switches, frozenset("a"), found, other, width, text),
            *(preview_doc("logout", made, view, width, text) for made in outcomes),
        ]
        for doc in docs:
            assert_harmless(doc.title)
            for shown in texts_of(doc.lines):
                assert_harmless(shown)
            assert all(spans_width(fit(line, width)) == width for line in doc.lines)
