"""The examples of the README, as a user would paste them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

README = Path(__file__).resolve().parents[1] / "README.md"


def run(section: str, given: dict[str, Any], lake: Path | None = None) -> dict[str, Any]:
    """Run the Python of one section, block after block, and give back the names it made; ``lake`` holds its files."""
    body = README.read_text().split(f"\n## {section}\n")[1].split("\n## ")[0]
    blocks = re.findall(r"```python\n(.*?)```", body, re.DOTALL)
    assert blocks
    names = dict(given)
    for block in blocks:
        block = block.replace('"lake/', f'"{lake}/')
        exec(compile(block, f"README.md, {section}", "exec"), names)
    return names
