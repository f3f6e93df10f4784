"""A file for somebody else: always a new one, readable only by its owner."""

from __future__ import annotations

import os
from pathlib import Path


def write_new_file(path: str, data: bytes) -> str | None:
    """Write `data` to `path`; a sentence where that cannot be done, None when it is.

    A file that is there already is never replaced, nor is a link followed; what could not be
    written whole is taken away again.
    """
    try:
        target = Path(path).expanduser()
    except RuntimeError:
        return "there is no home of that name"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0)
    flags |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    try:
        handle = os.open(target, flags, 0o600)
    except FileExistsError:
        return "File exists, and was left as it is"
    except OSError as error:
        return os.strerror(error.errno) if error.errno else "it cannot be created"
    except ValueError:
        return "that is no file name"
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
    except OSError as error:
        target.unlink(missing_ok=True)
        return os.strerror(error.errno) if error.errno else "it could not be written whole"
    return None
