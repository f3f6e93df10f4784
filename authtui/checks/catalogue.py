"""The whole register, filled."""
from authtui.checks.registry import REGISTER, run_checks

__all__ = ["REGISTER", "modes_table", "run_checks"]


def modes_table() -> list[tuple[int, str, tuple[str, ...]]]:
    """Nothing yet."""
    return []
