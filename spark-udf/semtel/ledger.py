"""The server's count of what became of every question."""

from __future__ import annotations

import json

from semtel.errors import AnswerError

STATES = ("ok", "invalid", "refused", "failed", "skipped", "over_budget", "cancelled")


def check_ledger(app_metadata: bytes | None, rows: int, classifiers: int) -> None:
    """Compare a batch's ledger with what was sent.

    Parameters
    ----------
    app_metadata : bytes
        ``{"ledger": {…}}`` as JSON.
    rows, classifiers : int
        What was asked: questions = rows x classifiers = the sum of the states.

    Raises
    ------
    AnswerError
        Where a number is missing or the sums differ.
    """
    try:
        ledger = json.loads(app_metadata or b"")["ledger"]
        counted = {name: int(ledger[name]) for name in ("rows", "questions", *STATES)}
    except (ValueError, KeyError, TypeError) as error:
        raise AnswerError("ledger", "The server's answer carries no complete ledger.") from error
    total = sum(counted[state] for state in STATES)
    if counted["rows"] != rows or not counted["questions"] == rows * classifiers == total:
        raise AnswerError(
            "ledger",
            f"The server's ledger does not balance for a batch of {rows} rows x {classifiers} classifiers: {counted}.",
        )
