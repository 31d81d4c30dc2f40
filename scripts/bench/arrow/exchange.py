"""Sends the batches of an Arrow file through DoExchange streams, all at once, and tells how long it took.

Prints one JSON object: ``{"seconds", "rows", "ledgers"}``; ``ledgers`` are those that came with the answers.
"""

from __future__ import annotations

import argparse
import collections
import json
import secrets
import threading
import time

import pyarrow as pa
import pyarrow.flight as flight


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--uri", required=True, help="grpc://host:port")
    parser.add_argument("--input", required=True, help="Arrow file")
    parser.add_argument("--command", required=True, help="command of the Flight descriptor")
    parser.add_argument("--streams", type=int, required=True)
    parser.add_argument("--passes", type=int, required=True, help="how often each stream sends the whole file")
    parser.add_argument("--distinct", action="store_true", help="no two batches alike: a further column numbers them")
    return parser.parse_args()


class Stream(threading.Thread):
    """One DoExchange that sends its batches, on a connection of its own, and reads what comes."""

    def __init__(self, uri: str, command: str, batches: list[pa.RecordBatch], start: threading.Barrier):
        super().__init__(daemon=True)
        self.client = flight.connect(uri)
        self.client.wait_for_available()
        self.command = command
        self.batches = batches
        self.start_line = start
        self.rows = 0
        self.ledger: collections.Counter[str] = collections.Counter()
        self.error: BaseException | None = None

    def run(self) -> None:
        """Send from a thread of its own, and read here."""
        descriptor = flight.FlightDescriptor.for_command(self.command)
        self.start_line.wait()
        try:
            writer, reader = self.client.do_exchange(descriptor)
            with writer:
                sender = threading.Thread(target=self.send, args=(writer,), daemon=True)
                sender.start()
                for chunk in reader:
                    self.rows += chunk.data.num_rows
                    if chunk.app_metadata is not None:
                        self.ledger.update(json.loads(chunk.app_metadata.to_pybytes())["ledger"])
                sender.join()
        except BaseException as error:
            self.error = error

    def send(self, writer: flight.FlightStreamWriter) -> None:
        """Send every batch, as fast as the server takes them."""
        writer.begin(self.batches[0].schema)
        for batch in self.batches:
            writer.write_batch(batch)
        writer.done_writing()


def repeated(batches: list[pa.RecordBatch], passes: int, distinct: bool) -> list[pa.RecordBatch]:
    """Repeat the batches; distinct ones share their columns but for a random number in one more."""
    return [
        batch.append_column("number", pa.array([secrets.randbits(62)] * batch.num_rows)) if distinct else batch
        for _ in range(passes)
        for batch in batches
    ]


def main() -> None:
    """Run the streams side by side."""
    options = arguments()
    with pa.memory_map(options.input) as source:
        file = pa.ipc.open_file(source)
        batches = [file.get_batch(index) for index in range(file.num_record_batches)]
        start = threading.Barrier(options.streams + 1)
        streams = [
            Stream(options.uri, options.command, repeated(batches, options.passes, options.distinct), start)
            for _ in range(options.streams)
        ]
        for stream in streams:
            stream.start()
        start.wait()
        started = time.perf_counter()
        for stream in streams:
            stream.join()
        seconds = time.perf_counter() - started
    for stream in streams:
        if stream.error is not None:
            raise stream.error
    ledger = sum((stream.ledger for stream in streams), collections.Counter())
    print(json.dumps({"seconds": seconds, "rows": sum(stream.rows for stream in streams), "ledger": ledger}))


if __name__ == "__main__":
    main()
