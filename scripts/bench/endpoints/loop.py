"""The alternatives in Python: `loop.py openai|litellm|litellm-no-cooldown|openaivec FILE`.

Each waits for a line on standard input, answers the rows of the given file and writes one line of JSON.
The fields of both are described in loopSpec.ts.
"""

import asyncio
import importlib.util
import json
import logging
import os
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Literal

# No network but the endpoint's.
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

Rows = list[dict[str, Any]]
# Asks for one user message; gives the label, or None when the reply cannot be read.
Send = Callable[[str], Awaitable[str | None]]
# Rows with their own label, and when each job was done, in milliseconds.
Answered = tuple[int, list[float]]

kind, file = sys.argv[1:]
with open(file, encoding="utf-8") as source:
    spec = json.load(source)
endpoints = spec["endpoints"]
complaints: set[str] = set()


def in_turn() -> Rows:
    """Give the rows of all jobs in turn, so that no job waits for another to end."""
    longest = max(len(rows) for rows in spec["jobs"])
    return [
        {"job": job, **rows[at]} for at in range(longest) for job, rows in enumerate(spec["jobs"]) if at < len(rows)
    ]


class Lanes:
    """Endpoints in turn by their quota."""

    def __init__(self, lanes: list[Any]) -> None:
        self.lanes = lanes
        self.taken = [0] * len(lanes)

    def next(self) -> int:
        """Choose the endpoint that has had least of its part."""
        best = min(range(len(self.lanes)), key=lambda index: self.taken[index] / endpoints[index]["weight"])
        self.taken[best] += 1
        return best


def body(user: str) -> dict[str, Any]:
    """Build the chat completion of a row."""
    return {
        "model": "bench",
        "messages": [{"role": "system", "content": spec["system"]}, {"role": "user", "content": user}],
        "max_completion_tokens": spec["maxOutputTokens"],
        "temperature": 0,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "topic", "strict": True, "schema": spec["schema"]},
        },
    }


def label_in(content: str | None) -> str | None:
    """Read the label; None where there is none."""
    try:
        return json.loads(content or "")["label"]
    except (ValueError, KeyError, TypeError):
        return None


def openai_sender() -> Send:
    """openai-python with its own retries."""
    from openai import AsyncOpenAI

    clients = [
        AsyncOpenAI(api_key="none", base_url=endpoint["url"], timeout=spec["timeoutS"]) for endpoint in endpoints
    ]
    lanes = Lanes(clients)

    async def send(user: str) -> str | None:
        reply = await clients[lanes.next()].chat.completions.create(**body(user))
        return label_in(reply.choices[0].message.content)

    return send


def litellm_sender() -> Send:
    """LiteLLM's router over all endpoints."""
    import litellm

    litellm.suppress_debug_info = True
    litellm.telemetry = False
    for name in ("LiteLLM", "LiteLLM Router"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    router = litellm.Router(
        model_list=[
            {
                "model_name": "bench",
                "litellm_params": {
                    "model": "openai/bench",
                    "api_base": endpoint["url"],
                    "api_key": "none",
                    # The picker's weight.
                    **({"tpm": endpoint["tpm"]} if endpoint["tpm"] else {"weight": endpoint["weight"]}),
                },
            }
            for endpoint in endpoints
        ],
        routing_strategy="simple-shuffle",
        num_retries=3,
        disable_cooldowns=kind == "litellm-no-cooldown",
        timeout=spec["timeoutS"],
    )

    async def send(user: str) -> str | None:
        reply = await router.acompletion(**body(user))
        return label_in(reply.choices[0].message.content)

    return send


async def with_semaphore(send: Send, rows: Rows) -> Answered:
    """Answer all rows, so many at once."""
    started = time.monotonic()
    semaphore = asyncio.Semaphore(spec["width"])
    jobs = [0.0] * len(spec["jobs"])
    right = 0

    async def answer(row: dict[str, Any]) -> None:
        nonlocal right
        async with semaphore:
            try:
                # A reply that cannot be read is asked for once more.
                label = await send(row["user"]) or await send(row["user"])
                right += label == row["label"]
            except Exception as error:
                complaints.add(f"{type(error).__name__}: {error}"[:80])
            jobs[row["job"]] = (time.monotonic() - started) * 1000

    tasks = [asyncio.create_task(answer(row)) for row in rows]
    _, pending = await asyncio.wait(tasks, timeout=spec["stopAfterS"])
    for task in pending:
        task.cancel()
    return right, jobs


def openaivec_lists() -> Callable[[Rows], Awaitable[Answered]]:
    """openaivec, with a list of rows for each endpoint."""
    from openai import AsyncOpenAI
    from openaivec import AsyncBatchResponses
    from pydantic import create_model

    # tiktoken would download its vocabulary; LiteLLM brings the same file.
    vocabulary = Path(importlib.util.find_spec("litellm").origin).parent / "litellm_core_utils" / "tokenizers"
    os.environ["TIKTOKEN_CACHE_DIR"] = str(vocabulary)
    answer = create_model("Topic", label=(Literal[tuple(spec["labels"])], ...))
    lists = [
        AsyncBatchResponses.of(
            client=AsyncOpenAI(api_key="none", base_url=endpoint["url"], timeout=spec["timeoutS"]),
            model_name="gpt-4o-mini",
            system_message=spec["system"],
            response_format=answer,
            # One conversation a request, as everybody here.
            batch_size=1,
            max_concurrency=spec["width"],
        )
        for endpoint in endpoints
    ]

    async def run(rows: Rows) -> Answered:
        started = time.monotonic()
        lanes = Lanes(lists)
        parts: list[Rows] = [[] for _ in lists]
        for row in rows:
            parts[lanes.next()].append(row)
        right = 0

        async def answer_part(index: int) -> None:
            nonlocal right
            part = parts[index]
            # One failed row fails the list; what was answered stays in its cache.
            for _ in range(10):
                try:
                    answers = await lists[index].parse([row["user"] for row in part])
                    right += sum(
                        found is not None and found.label == row["label"]
                        for found, row in zip(answers, part, strict=True)
                    )
                    return
                except Exception as error:
                    complaints.add(f"{type(error).__name__}: {error}"[:80])

        tasks = [asyncio.create_task(answer_part(index)) for index in range(len(lists))]
        _, pending = await asyncio.wait(tasks, timeout=spec["stopAfterS"])
        for task in pending:
            task.cancel()
        return right, [(time.monotonic() - started) * 1000] * len(spec["jobs"])

    return run


async def main() -> None:
    """Get ready, wait for the word, answer, report."""
    rows = in_turn()
    if kind == "openaivec":
        run = openaivec_lists()
    else:
        send = openai_sender() if kind == "openai" else litellm_sender()

        async def run(rows: Rows) -> Answered:
            return await with_semaphore(send, rows)

    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    started, cpu = time.monotonic(), time.process_time()
    right, jobs = await run(rows)
    report = {
        "right": right,
        "tookMs": (time.monotonic() - started) * 1000,
        "cpuMs": (time.process_time() - cpu) * 1000,
        "jobsMs": jobs,
        "complaints": sorted(complaints),
    }
    print(json.dumps(report), flush=True)
    # Without waiting for what a library left behind.
    os._exit(0)


asyncio.run(main())
