"""The commands: `authtui NAME` is the module of that name, `authtui` alone is `app`.

Each has `add_arguments` for its options and `run`, which takes the parsed options and what it may
touch, and returns an exit code. The other modules are parts of one command, named after it or in
its words (`capture_app`, `check_json`, `help_topics`, `key_set`), or shared: `options`, `session`,
`signals`, `event_lines`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from authtui.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TextIO

EXIT_OK = 0
EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_CANNOT_TELL = 3
EXIT_NOT_LOGGED_IN = 4
EXIT_BUG = 70
EXIT_INTERRUPTED = 130
EXIT_CODES = """\
exit codes: 0 it went well · 1 it did not · 2 wrong usage · 3 something could not be read ·
70 a bug in authtui · 130 interrupted
"""
EXIT_CODES_OF_CHECK = """\
exit codes: 0 usable as far as can be known without the network · 1 the client would refuse, or
send no or a wrong credential, or a check fails · 2 wrong usage · 3 cannot tell: something is there
and could not be read · 4 not logged in · 70 a bug in authtui · 130 interrupted
"""


class ProcessContext(NamedTuple):
    """What a command may touch of the process it runs in."""

    environ: Mapping[str, str]
    stdin: TextIO
    out: TextIO
    err: TextIO

    def in_terminal(self) -> bool:
        """Whether somebody reads and types here, as the app needs it."""
        return self.stdin.isatty() and self.out.isatty()
