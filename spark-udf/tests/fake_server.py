"""A Flight server that keeps the contract in memory, and breaks it when a test asks for it.

Labels are read from marks in the conversation, ``[[topic=Health]]``, so that a row with another row's label is seen.
"""

from __future__ import annotations

import argparse
import json
import re
import threading
import time
from collections import deque
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.flight as flight

DIGEST = "0123456789ab"
METADATA = {"semtel.prompt_digest": DIGEST}
OUTPUTS = {
    "topic": [("label", pa.string())],
    "expertise": [("label", pa.string())],
    "satisfaction": [("sat_gratitude", pa.int64()), ("sat_learning", pa.int64()), ("score", pa.float64())],
}
COMMON = [
    *((name, pa.string()) for name in ("status", "error_code", "error_message", "source", "repair")),
    *((name, pa.string()) for name in ("model", "endpoint", "prompt_digest")),
    *((name, pa.int32()) for name in ("prompt_tokens", "completion_tokens", "attempts", "latency_ms")),
    ("call_questions", pa.int32()),
]
STATES = ("ok", "invalid", "refused", "failed", "skipped", "over_budget", "cancelled")


def answer_type(classifier: str) -> pa.DataType:
    return pa.struct([*OUTPUTS[classifier], *COMMON])


def marks(text: str) -> dict[str, str]:
    return dict(re.findall(r"\[\[([a-z_.]+)=([^\]]*)\]\]", text))


def text_of(conversation) -> str:
    if isinstance(conversation, list):
        return "\n".join(message["content"] or "" for message in conversation)
    return conversation or ""


def answer(classifier: str, conversation) -> dict:
    text = text_of(conversation)
    found = marks(text)
    row = dict.fromkeys(name for name, _ in [*OUTPUTS[classifier], *COMMON])
    row["source"], row["prompt_digest"] = "none", DIGEST
    if not text.strip():
        return {**row, "status": "skipped", "error_code": "null" if conversation is None else "empty"}
    if "[[invalid]]" in text:
        return {**row, "status": "invalid", "error_code": "unreadable", "error_message": "no JSON found"}
    if classifier == "satisfaction":
        row["sat_gratitude"] = int(found.get("satisfaction.sat_gratitude", 0))
        row["sat_learning"] = int(found.get("satisfaction.sat_learning", 0))
        row["score"] = float(row["sat_gratitude"] + row["sat_learning"])
    else:
        row["label"] = found.get(classifier, "Other")
    numbers = {
        "prompt_tokens": 10,
        "completion_tokens": 2,
        "attempts": 1,
        "latency_ms": 5,
        "call_questions": 1,
    }
    return {**row, **numbers, "status": "ok", "source": "llm", "model": "default", "endpoint": "fake"}


@dataclass
class Fault:
    """What one call to the server does wrong."""

    error: Exception | None = None
    headers: dict[str, str] = field(default_factory=dict)
    delay_s: float = 0.0
    swap: bool = False
    drop: bool = False
    double: bool = False
    ledger: dict | None = None
    no_metadata: bool = False
    reorder_columns: bool = False
    extra_batch: bool = False


class FaultMiddleware(flight.ServerMiddleware):
    def __init__(self, fault: Fault) -> None:
        self.fault = fault

    def sending_headers(self):
        return self.fault.headers


class FaultFactory(flight.ServerMiddlewareFactory):
    """Gives every DoExchange the next fault of the list."""

    def __init__(self) -> None:
        self.faults: deque[Fault] = deque()
        self.actions: deque[Fault] = deque()
        self.tokens: list[str] = []

    def start_call(self, info, headers):
        self.tokens.extend(headers.get("authorization", []))
        source = self.faults if info.method == flight.FlightMethod.DO_EXCHANGE else self.actions
        return FaultMiddleware(source.popleft() if source else Fault())


class FakeServer(flight.FlightServerBase):
    def __init__(self, port: int = 0, answer_delay_s: float = 0.0) -> None:
        self.factory = FaultFactory()
        super().__init__(f"grpc://127.0.0.1:{port}", middleware={"fault": self.factory})
        self.answer_delay_s = answer_delay_s
        self.lock = threading.Lock()
        self.seen: list[pa.RecordBatch] = []
        self.options: list[dict] = []
        self.running = 0
        self.most_running = 0
        self.cancelled = 0
        self.leaving = False
        self.protocol = 1
        self.delay_by_row = lambda row: 0.0

    @property
    def target(self) -> str:
        return f"127.0.0.1:{self.port}"

    def fail_next(self, *faults: Fault) -> None:
        self.factory.faults.extend(faults)

    def leave(self) -> None:
        """Go away in the middle of all that is asked, without an answer."""
        self.leaving = True
        self.shutdown()

    def _classifiers(self, descriptor) -> list[str]:
        options = json.loads(descriptor.command)
        for name in options["classifiers"]:
            if name not in OUTPUTS:
                raise KeyError(f'unknown classifier "{name}"; nearest: topic')
        if options.get("model", "default") != "default":
            raise KeyError(f'the model "{options["model"]}" is not configured')
        return options["classifiers"]

    def do_action(self, context, action):
        fault = context.get_middleware("fault").fault
        if fault.error:
            raise fault.error
        if action.type != "server_info":
            raise NotImplementedError(action.type)
        info = {"version": "0", "protocol": self.protocol, "batch_rows": 10000, "message_bytes": 1 << 26}
        return [json.dumps(info).encode()]

    def get_schema(self, context, descriptor):
        names = self._classifiers(descriptor)
        return flight.SchemaResult(pa.schema([pa.field(name, answer_type(name), metadata=METADATA) for name in names]))

    def do_exchange(self, context, descriptor, reader, writer):
        with self.lock:
            self.running += 1
            self.most_running = max(self.most_running, self.running)
        try:
            self._exchange(context, descriptor, reader, writer)
        finally:
            with self.lock:
                self.running -= 1

    def _exchange(self, context, descriptor, reader, writer):
        fault = context.get_middleware("fault").fault
        if fault.error:
            raise fault.error
        names = self._classifiers(descriptor)
        question = reader.read_chunk().data
        with self.lock:
            self.seen.append(question)
            self.options.append(json.loads(descriptor.command))
        self._wait(context, fault.delay_s + self.answer_delay_s + self.delay_by_row(question["row"][0].as_py()))
        result, ledger = respond(question, names)
        if fault.swap:
            result = result.take(pa.array([1, 0, *range(2, len(result))]))
        if fault.drop:
            result = result.slice(1)
        if fault.double:
            result = result.take(pa.array([0, 0, *range(2, len(result))]))
        if fault.reorder_columns:
            result = reordered(result)
        ledger = fault.ledger or ledger
        writer.begin(result.schema)
        if fault.no_metadata:
            writer.write_batch(result)
        else:
            writer.write_with_metadata(result, json.dumps({"ledger": ledger}).encode())
        if fault.extra_batch:
            writer.write_batch(result)

    def _wait(self, context, seconds: float) -> None:
        end = time.monotonic() + seconds
        while True:
            if self.leaving:
                raise flight.FlightUnavailableError("going away")
            if time.monotonic() >= end:
                return
            if context.is_cancelled():
                self.cancelled += 1
                return
            time.sleep(0.01)


def respond(question: pa.RecordBatch, names: list[str]) -> tuple[pa.RecordBatch, dict]:
    conversations = question["conversation"].to_pylist()
    columns = [[answer(name, conversation) for conversation in conversations] for name in names]
    arrays = [pa.array(column, answer_type(name)) for name, column in zip(names, columns, strict=True)]
    result = pa.RecordBatch.from_arrays([question["row"], *arrays], ["row", *names])
    statuses = [row["status"] for column in columns for row in column]
    ledger = {state: statuses.count(state) for state in STATES}
    return result, {"rows": len(result), "questions": len(result) * len(names), **ledger}


def reordered(result: pa.RecordBatch) -> pa.RecordBatch:
    """The same answers with columns and struct fields in another order and of wider types."""
    names, arrays = [], []
    for name, column in reversed(list(zip(result.schema.names, result.columns, strict=True))):
        if name != "row":
            children = list(zip(column.type, column.flatten(), strict=True))[::-1]
            wide = [child.cast(pa.large_string()) if pa.types.is_string(f.type) else child for f, child in children]
            column = pa.StructArray.from_arrays(wide, names=[f.name for f, _ in children])
        names.append(name)
        arrays.append(column)
    return pa.RecordBatch.from_arrays(arrays, names)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--answer-delay-s", type=float, default=0.0)
    arguments = parser.parse_args()
    server = FakeServer(arguments.port, arguments.answer_delay_s)
    print(server.port, flush=True)
    server.serve()
