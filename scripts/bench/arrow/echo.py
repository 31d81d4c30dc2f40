"""An Arrow Flight server of pyarrow, which is C++, that gives back every batch as it came."""

from __future__ import annotations

import sys

import pyarrow.flight as flight


class Echo(flight.FlightServerBase):
    """Answers DoExchange with what it is sent."""

    def do_exchange(
        self,
        context: flight.ServerCallContext,
        descriptor: flight.FlightDescriptor,
        reader: flight.MetadataRecordBatchReader,
        writer: flight.MetadataRecordBatchWriter,
    ) -> None:
        """Give each batch back before the next one is read."""
        writer.begin(reader.schema)
        for chunk in reader:
            writer.write_batch(chunk.data)


if __name__ == "__main__":
    server = Echo(sys.argv[1])
    print("ready", flush=True)
    server.serve()
