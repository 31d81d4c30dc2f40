"""Labels Arrow data, from any Python process."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pyarrow as pa

from semtel.answers import check_labels, conform
from semtel.cancellation import Cancellation
from semtel.connection import Connection
from semtel.conversation import conversation_name, is_conversation
from semtel.data import reader_of
from semtel.errors import DeadlineError, InvalidRequestError, UnavailableError
from semtel.exchange import call_servers, exchange
from semtel.failures import CALL_ERRORS
from semtel.in_order import in_order
from semtel.request import Request, request_of
from semtel.retry import Failure
from semtel.settings import Settings, settings_of
from semtel.slices import Slice, slices
from semtel.unreachable import no_server
from semtel.watchdog import GRACE_S

# Before any row is sent nothing is lost by failing early; a running server answers in milliseconds.
SETUP_S = 5.0


class Client:
    """A client of one or more semtel servers.

    It can be pickled and holds no connection: those are opened by the process that classifies.

    Parameters
    ----------
    target : str, optional
        ``host:port[,host:port…]`` or ``grpc+tls://…``; default ``$SEMTEL_TARGET``, else ``localhost:8815``.
    token : str, optional
        Default ``$SEMTEL_TOKEN`` of the process that makes the calls.
    tls_root_certs : bytes or str, optional
        PEM certificates to trust instead of the system's.
    timeout_s : float
        Time for one batch: all attempts, and waiting while no server is there or has room.
    batch_rows, batch_bytes : int
        Upper bounds of what is sent at once.
    in_flight : int
        Batches sent at once.

    Raises
    ------
    semtel.errors.InvalidRequestError
        Naming the argument that cannot be used.
    """

    def __init__(
        self,
        target: str | None = None,
        *,
        token: str | None = None,
        tls_root_certs: bytes | str | None = None,
        timeout_s: float = 3600,
        batch_rows: int = 256,
        batch_bytes: int = 4 << 20,
        in_flight: int = 4,
    ) -> None:
        self.settings: Settings = settings_of(
            target, token, tls_root_certs, timeout_s, batch_rows, batch_bytes, in_flight
        )

    def classify(
        self,
        data: Any,
        classifiers: str | Sequence[str],
        *,
        conversation: str | None = None,
        id: str | None = None,
        passthrough: str | Sequence[str] = (),
        model: str | None = None,
        job_id: str | None = None,
        on_error: str = "keep",
    ) -> pa.RecordBatchReader:
        """Label every row of ``data``.

        Only the conversations travel; ``id`` and ``passthrough`` are joined here.

        Parameters
        ----------
        data : Table, RecordBatch, RecordBatchReader, dataset, iterable of RecordBatch, or ``__arrow_c_stream__``
            Rows to label; read as far as the answers are.
        classifiers : str or sequence of str
            Names, in the order of the output columns.
        conversation : str, optional
            The column to judge; default ``conversation``, else ``messages``.
        id : str, optional
            A column to return first, unchanged.
        passthrough : str or sequence of str
            Further columns to return unchanged.
        model : str, optional
            Logical model; default each classifier's own.
        job_id : str, optional
            Joins several calls into one job on the server; default a new one.
        on_error : {"keep", "fail"}
            Whether a row without a label is kept, with its status, or raises.

        Returns
        -------
        RecordBatchReader
            ``id``, ``passthrough``, then a struct per classifier; the same rows in the same order.
            Dropping it before its end cancels what is under way.

        Raises
        ------
        semtel.errors.SemtelError
            At once for what can be known before a row is sent, else while reading.
        """
        request = request_of(classifiers, model, job_id, on_error)
        reader = reader_of(data)
        names = reader.schema.names
        usable = [field.name for field in reader.schema if is_conversation(field.type)]
        position = names.index(conversation_name(conversation, names, usable))
        more = [passthrough] if isinstance(passthrough, str) else list(passthrough)
        kept = more if id is None else [id, *more]
        positions = [_position(reader.schema, name) for name in kept]
        for name in kept:
            if name in request.classifiers or kept.count(name) > 1:
                raise InvalidRequestError("column_exists", f'Two output columns would be called "{name}".')
        answer_schema = self.answer_schema(request)
        schema = pa.schema([*(reader.schema.field(i) for i in positions), *answer_schema])
        answers = self.answers(reader, position, request, answer_schema)
        return pa.RecordBatchReader.from_batches(schema, _joined(answers, positions, schema))

    def schema(self, classifiers: str | Sequence[str]) -> pa.Schema:
        """Ask for the answer columns: one struct per classifier.

        The metadata of each field tells the ``prompt_digest`` that its rows would carry now; `prompt_digests` reads it.

        Raises
        ------
        semtel.errors.NotFoundError
            Where the server has no such classifier.
        semtel.errors.UnavailableError
            Where no server answers within five seconds.
        """
        return self.answer_schema(request_of(classifiers))

    def answer_schema(self, request: Request) -> pa.Schema:
        """Ask as `schema` does, for the classifiers and the model of a call: a model that is not there is told, too."""
        descriptor = request.schema_descriptor()

        def get_schema(server: Connection, left_s: float) -> pa.Schema | Failure:
            try:
                return server.flight.get_schema(descriptor, server.options(left_s)).schema
            except CALL_ERRORS as error:
                return server.failure(error)

        try:
            return call_servers(self.settings, 0, min(self.settings.timeout_s, SETUP_S), get_schema)
        except (UnavailableError, DeadlineError) as error:
            raise no_server(self.settings.target, error) from error

    def answers(
        self, batches: Iterable[pa.RecordBatch], conversation: int, request: Request, schema: pa.Schema
    ) -> Iterator[tuple[pa.RecordBatch, list[pa.StructArray]]]:
        """Label batches whose conversation column is at a known position.

        Parameters
        ----------
        batches : iterable of RecordBatch
            Input, in order.
        conversation : int
            Position of the conversation column.
        request : Request
            The options of the job.
        schema : Schema
            The answer columns to return.

        Yields
        ------
        tuple
            Rows of the input as they came, with their answer columns. Closing the generator cancels the rest.
        """
        settings = self.settings
        cancellation = Cancellation()
        # Many executors begin at once: each starts its round of the servers at another one.
        turns = itertools.count(random.randrange(len(settings.target.hosts)))

        def ask(turn_and_slice: tuple[int, Slice]) -> list[pa.StructArray]:
            turn, part = turn_and_slice
            answer = call_servers(
                settings,
                turn,
                settings.timeout_s,
                lambda server, left_s: exchange(server, part.question, request, left_s, cancellation),
                cancellation.sleep,
            )
            return conform(answer, schema)

        parts = slices(batches, conversation, settings.batch_rows, settings.batch_bytes)
        results = in_order(
            zip(turns, parts, strict=False),
            ask,
            in_flight=settings.in_flight,
            limit_s=settings.timeout_s + 2 * GRACE_S,
        )
        try:
            for (_, part), columns in results:
                if request.fail_on_error:
                    check_labels(columns, schema)
                yield part.rows, columns
        finally:
            cancellation.cancel()


def _position(schema: pa.Schema, name: str) -> int:
    positions = schema.get_all_field_indices(name)
    if len(positions) != 1:
        count = "is no column" if not positions else f"are {len(positions)} columns"
        raise InvalidRequestError("missing_column", f'There {count} "{name}"; there are {", ".join(schema.names)}.')
    return positions[0]


def _joined(
    answers: Iterator[tuple[pa.RecordBatch, list[pa.StructArray]]], positions: list[int], schema: pa.Schema
) -> Iterator[pa.RecordBatch]:
    for rows, columns in answers:
        yield pa.RecordBatch.from_arrays([*(rows.column(i) for i in positions), *columns], schema=schema)
