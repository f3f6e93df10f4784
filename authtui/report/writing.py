"""Writes a file to pass on: always a new one, readable only by its owner."""

from __future__ import annotations

import os
from pathlib import Path

from authtui.credentials.backups import write_new


def write_new_file(path: str, data: bytes) -> str | None:
    """Write `data` to `path`; a sentence where that cannot be done, None when it is.

    An existing file is never replaced, and a link is not followed; a file that could not be written
    whole is removed again.
    """
    try:
        target = Path(path).expanduser()
    except RuntimeError:
        return "there is no home of that name"
    try:
        write_new(str(target), data)
    except FileExistsError:
        return "File exists, and was left as it is"
    except OSError as error:
        return os.strerror(error.errno) if error.errno else "it could not be written whole"
    except ValueError:
        return "that is not a file name"
    return None
