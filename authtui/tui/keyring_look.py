"""The look at the keyring, beside the app: it may be slow, or never answer; repeated meanwhile."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from authtui.tui.app import AuthtuiApp

KEYRING_SECONDS: Final = 0.8
"""Between two looks at a keyring that answers; a look takes it some 10 ms."""
SLOW_KEYRING_SECONDS: Final = 30.0
"""The same for one that does not: each look there leaves a thread waiting for it."""


class KeyringLook:
    """Runs `look` in a thread of the app, one at a time; None looks at nothing."""

    def __init__(self, app: AuthtuiApp, look: Callable[[], None] | None) -> None:
        """Nothing is looked at before `start`."""
        self._app = app
        self._look = look
        self.under_way = False
        self._at = 0.0

    def start(self) -> None:
        """Look now, unless a look is under way."""
        look = self._look
        if look is None or self.under_way:
            return
        self.under_way = True
        self._at = time.monotonic()

        def work() -> None:
            try:
                look()
            finally:
                self.under_way = False

        self._app.run_thread(work, "fill-in")

    def again(self) -> None:
        """Look again where something may have changed: only a keyring that was asked once."""
        seen = self._app.session.state.observation
        if seen is None or seen.keyring.status == "not-probed":
            return
        slow = seen.keyring.status in ("hanging", "failed")
        if not slow or time.monotonic() - self._at >= SLOW_KEYRING_SECONDS:
            self.start()
