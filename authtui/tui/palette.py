"""Every action by name, for the command palette."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.command import DiscoveryHit, Hit, Provider

from authtui.tui.desk import Desk
from authtui.tui.keys import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.command import Hits

    from authtui.tui.keys import Key


class PaletteActions(Provider):
    """One entry for each key of the desk."""

    def _entries(self) -> Iterator[tuple[Key, Desk]]:
        desk = next((s for s in self.app.screen_stack if isinstance(s, Desk)), None)
        if desk is not None:
            for key in desk.KEYS:
                yield key, desk

    async def discover(self) -> Hits:
        """All of them, before anything is typed."""
        for key, desk in self._entries():
            yield DiscoveryHit(
                f"{key.title}  {shown(key.keys)}",
                partial(desk.run_action, key.action),
                help=key.help or None,
            )

    async def search(self, query: str) -> Hits:
        """Give the keys whose titles match what was typed."""
        matcher = self.matcher(query)
        for key, desk in self._entries():
            name = f"{key.title}  {shown(key.keys)}"
            if (score := matcher.match(name)) > 0:
                yield Hit(
                    score,
                    matcher.highlight(name),
                    partial(desk.run_action, key.action),
                    help=key.help or None,
                )
