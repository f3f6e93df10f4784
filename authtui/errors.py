"""The base of every exception that authtui raises."""

from __future__ import annotations


class AuthtuiError(Exception):
    """Something authtui itself raises; what tells a fault as a value is no exception."""
