"""Labels Polars frames: once imported, ``df.semtel.classify(...)`` and ``lf.semtel.classify(...)`` are there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from semtel.client import Client
from semtel.column_labeller import ColumnLabeller
from semtel.conversation import conversation_name
from semtel.errors import SemtelError
from semtel.extras import missing_extra
from semtel.new_names import check_new_names
from semtel.request import request_of

try:
    import polars as pl
except ModuleNotFoundError as error:
    raise missing_extra("polars", error) from error

# Rows turned to Arrow at once: what a conversation column of any length needs of memory besides itself.
_ROWS = 10_000


@pl.api.register_lazyframe_namespace("semtel")
class LazyClassifying:
    """``lf.semtel``."""

    def __init__(self, frame: pl.LazyFrame) -> None:
        self._frame = frame

    def classify(
        self,
        classifiers: str | Sequence[str],
        *,
        target: str | None = None,
        conversation: str | None = None,
        model: str | None = None,
        job_id: str | None = None,
        token: str | None = None,
        on_error: str = "keep",
        prefix: str = "",
        **client: Any,
    ) -> pl.LazyFrame:
        """Label every row of the frame.

        The server is asked for the types at once, and for labels when the frame is collected. Polars leaves out what
        nobody needs: rows that a filter on other columns or a ``head`` after this call drops are not asked, nor is
        anything where no answer column is read.

        Parameters
        ----------
        classifiers : str or sequence of str
            Names, in the order of the new columns.
        conversation : str, optional
            The column to judge, text or lists of ``{role, content}``; default ``conversation``, else ``messages``.
        model : str, optional
            Logical model; default each classifier's own.
        job_id : str, optional
            Default a new one, the same each time the frame is collected.
        on_error : {"keep", "fail"}
            Whether a row without a label is kept, with its status, or raises.
        prefix : str
            Put before the names of the new columns.
        target, token, **client
            As for `semtel.Client`. Several parts of the frame are asked at once, ``in_flight`` batches of each.

        Returns
        -------
        LazyFrame
            The columns of the frame, then one struct per classifier; the same rows in the same order.

        Raises
        ------
        semtel.errors.SemtelError
            At once: no server at the address, an unknown classifier, no such column (the message names those that
            would do), or a column of a new name (a ValueError).
        polars.exceptions.ComputeError
            While the frame is collected, in the words of the ``SemtelError`` that ended it.
        """
        request = request_of(classifiers, model, job_id, on_error)
        schema = self._frame.collect_schema()
        column = conversation_name(conversation, schema.names(), _usable_names(schema))
        check_new_names(schema.names(), [prefix + name for name in request.classifiers], case_sensitive=True)
        server = Client(target, token=token, **client)
        answers = server.answer_schema(request)
        labeller = ColumnLabeller(server, request, answers)
        type_ = _polars_type(answers, prefix)

        def label(conversations: pl.Series) -> pl.Series:
            try:
                columns = list(labeller.label(_arrays(conversations)))
            except SemtelError as error:
                # Polars makes errors anew, out of their text alone.
                raise pl.exceptions.ComputeError(str(error)) from error
            plain = pl.Series(pa.chunked_array(columns, pa.struct(list(answers))))
            return plain.struct.rename_fields([field.name for field in type_.fields]).alias(conversations.name)

        # A row's labels depend on that row alone: Polars may cut the frame, and drop rows before they are asked.
        labels = pl.col(column).map_batches(label, return_dtype=type_, is_elementwise=True)
        return self._frame.with_columns(labels.struct.unnest())


@pl.api.register_dataframe_namespace("semtel")
class Classifying:
    """``df.semtel``."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self._frame = frame

    def classify(self, classifiers: str | Sequence[str], **options: Any) -> pl.DataFrame:
        """Label every row of the frame at once; arguments, result and errors are those of the lazy one."""
        return LazyClassifying(self._frame.lazy()).classify(classifiers, **options).collect()


def _arrays(column: pl.Series) -> Iterator[pa.Array]:
    for start in range(0, len(column), _ROWS):
        # Views of text are unknown to older versions of pyarrow.
        yield column.slice(start, _ROWS).to_arrow(compat_level=pl.CompatLevel.oldest())


def _polars_type(answers: pa.Schema, prefix: str) -> pl.Struct:
    types = pl.DataFrame(answers.empty_table()).schema
    return pl.Struct({prefix + name: type_ for name, type_ in types.items()})


def _usable_names(schema: Mapping[str, pl.DataType]) -> list[str]:
    """Names of the columns whose type can hold conversations."""
    return [name for name, type_ in schema.items() if _is_conversation(type_)]


def _is_conversation(type_: pl.DataType) -> bool:
    if isinstance(type_, (pl.List, pl.Array)):
        inner = type_.inner
        # A list in which nothing was ever seen is an empty conversation.
        if isinstance(inner, pl.Struct):
            return {"role", "content"} <= {field.name for field in inner.fields}
        return inner == pl.Null
    return isinstance(type_, (pl.String, pl.Categorical, pl.Enum, pl.Null))
