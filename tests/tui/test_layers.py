"""The configuration as a screen: what counts, who set it, and what that puts aside."""

from __future__ import annotations

from dataclasses import replace

import pytest

from authtui.answers.findings import ConfigRow
from authtui.redaction import Secret
from authtui.tui.lines import plain
from authtui.tui.views.context import ViewContext
from authtui.tui.views.layers import layers_doc
from tests.tui.drive import dialog, running
from tests.tui.samples import session

ROWS = (
    ConfigRow("model", "m", "managed", "/etc/m.toml", 1, ("config.toml:2",), decided=True),
    ConfigRow("model", "u", "user", "config.toml", 2),
    ConfigRow("model_provider", "x\x1b[2J", "project", "p.toml", 3, note="not set by a project"),
    ConfigRow("k", [Secret("s3cret-made-up-0123")], "user", "config.toml", 9, decided=True),
)


@pytest.mark.parametrize("width", [76, 116])
def test_each_value_has_its_place_and_what_it_overrides_or_why_it_does_not_count(
    width: int,
) -> None:
    state = session("shadowed").state
    assert state.assessment is not None
    state = replace(state, observed=state.assessment._replace(layers=ROWS))
    doc = layers_doc(ViewContext(state), width)
    text = "\n".join(plain(line) for line in doc.lines)
    assert "● model = m" in text
    assert "overrides config.toml:2" in text
    assert "○ model = u" in text
    assert "overridden" in text
    assert "not set by a project" in text
    assert "s3cret" not in text
    assert "\x1b" not in text


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_one_key_opens_the_layers_at_the_line_at_fault(size: tuple[int, int]) -> None:
    async with running("wrong-workspace", size) as (app, pilot):
        await pilot.press("i")
        assert "forced_chatgpt_workspace_id" in dialog(app)
        found = app.view().assessment
        assert found is not None
        item = app.screen.pane.selected  # type: ignore[attr-defined]
        assert item.subject.where == found.verdict.culprit
