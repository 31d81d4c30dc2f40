"""Real conversations that say which labels they must get, so that a row with another row's label is seen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parents[3] / "shared/data/conversations.jsonl"
CLASSIFIERS = ["topic", "expertise", "satisfaction"]
TOPICS = ["Health", "Food", "Travel", "Finance", "Games", "Science", "Writing"]
LEVELS = ["Novice", "Beginner", "Intermediate", "Proficient", "Expert"]
SCORES = range(11)
# All three labels together repeat after 385 rows.
ROWS = 385


def expected(n: int) -> tuple[str, str, int]:
    """Labels of row n: the three repeat after 7, 5 and 11 rows, together after 385."""
    return TOPICS[n % len(TOPICS)], LEVELS[n % len(LEVELS)], SCORES[n % len(SCORES)]


def found(row: Any) -> tuple[str, str, int]:
    """The same three labels out of a row of answers."""
    return row["topic"]["label"], row["expertise"]["label"], row["satisfaction"]["sat_gratitude"]


def answered(row: Any) -> list[dict]:
    """What two ways of asking must agree on: outputs, status, error code and digest of every answer."""
    told_by_the_way = (
        *("error_message", "source", "repair", "model", "endpoint", "prompt_tokens", "completion_tokens"),
        *("attempts", "latency_ms", "call_questions"),
    )
    answers = [row[name] for name in CLASSIFIERS]
    plain = [answer if isinstance(answer, dict) else answer.asDict(recursive=True) for answer in answers]
    return [{name: value for name, value in answer.items() if name not in told_by_the_way} for answer in plain]


def conversations(rows: int) -> list[dict]:
    """``{n, messages}`` of the shared conversations, repeated as often as needed, with marks in the first message."""
    lines = DATA.read_text(encoding="utf-8").splitlines()
    return [{"n": n, "messages": _marked(json.loads(lines[n % len(lines)])["messages"], n)} for n in range(rows)]


def _marked(messages: list[dict], n: int) -> list[dict]:
    topic, level, score = expected(n)
    marks = f" [[topic={topic}]] [[expertise={level}]] [[satisfaction.sat_gratitude={score}]]"
    first, *rest = messages
    return [{"role": first["role"], "content": first["content"] + marks}, *rest]


def check(rows: list, reference: dict[int, Any], count: int = ROWS) -> None:
    """Every row is there once, has its own labels, and equals what the reference answers."""
    assert sorted(row["n"] for row in rows) == list(range(count))
    assert [row["n"] for row in rows if found(row) != expected(row["n"])] == []
    assert [row["n"] for row in rows if answered(row) != answered(reference[row["n"]])] == []


def write(path: Path, rows: int = ROWS) -> Path:
    """Write the conversations as JSON lines."""
    path.write_text("".join(json.dumps(row) + "\n" for row in conversations(rows)), encoding="utf-8")
    return path
