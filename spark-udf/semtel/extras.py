"""What to install where a door's library is missing."""

from __future__ import annotations


def missing_extra(extra: str, error: ModuleNotFoundError) -> ModuleNotFoundError:
    """Return the error to raise for a module that an extra of this package brings.

    Parameters
    ----------
    extra : str
        The extra, which has the name of the module of this package that needs it.
    error : ModuleNotFoundError
        As the import raised it.
    """
    sentence = f"semtel.{extra} needs {error.name}, which is not installed: pip install 'semtel[{extra}]'"
    return ModuleNotFoundError(sentence, name=error.name)
