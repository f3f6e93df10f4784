"""The look at the keyring, beside the app: it may be slow, or never answer; repeated meanwhile."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.dom import DOMNode

    from authtui.machine.observation import Observation

KEYRING_SECONDS: Final = 0.8
"""Between two looks at what a keyring tells of an entry without its secret; some 10 ms each."""
SLOW_KEYRING_SECONDS: Final = 30.0
"""The same for one that is locked, missing or slow, or tells nothing without the secret."""


class KeyringLook:
    """Runs `look` in a thread, one at a time; None looks at nothing."""

    def __init__(
        self,
        node: DOMNode,
        observation: Callable[[], Observation | None],
        look: Callable[[], None] | None,
    ) -> None:
        """`node` runs the thread, `observation` is what was seen last."""
        self._node = node
        self._observation = observation
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

        self._node.run_worker(
            work, thread=True, exclusive=True, group="fill-in", exit_on_error=False
        )

    def again(self) -> None:
        """Look again where something may have changed: only a keyring that was asked once."""
        seen = self._observation()
        if seen is None or seen.keyring.status == "not-probed":
            return
        slow = seen.keyring.mark is None or seen.keyring.status not in ("present", "absent")
        if not slow or time.monotonic() - self._at >= SLOW_KEYRING_SECONDS:
            self.start()
