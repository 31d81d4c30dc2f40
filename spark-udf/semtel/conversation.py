"""The conversation column: which one it is, and the layout it travels in."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from semtel.errors import InvalidRequestError

DEFAULT_NAMES = ("conversation", "messages")

_MESSAGES = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))


def conversation_name(name: str | None, names: Sequence[str], usable: Sequence[str]) -> str:
    """Choose the conversation column.

    Parameters
    ----------
    name : str, optional
        As asked; None: ``conversation``, else ``messages``.
    names : sequence of str
        The columns there are.
    usable : sequence of str
        Those whose type could hold conversations, named when the choice fails.

    Raises
    ------
    InvalidRequestError
        Where there is no such column, or two of that name, or one whose type holds no conversations.
    """
    would_do = (
        f"These would do: {', '.join(usable)}."
        if usable
        else "None of the columns holds text or lists of {role, content}."
    )
    wanted = DEFAULT_NAMES if name is None else (name,)
    for candidate in wanted:
        if names.count(candidate) > 1:
            raise InvalidRequestError(
                "missing_column",
                f'Two columns are called "{candidate}"; rename one of them before classifying.',
            )
        if candidate in usable:
            return candidate
        if candidate in names:
            raise InvalidRequestError(
                "column_type",
                f'The column "{candidate}" cannot hold conversations: they are text, or lists of {{role, content}}. '
                + would_do,
            )
    what = " or ".join(f'"{candidate}"' for candidate in wanted)
    raise InvalidRequestError("missing_column", f"There is no column {what} to classify. {would_do}")


def is_conversation(type_: pa.DataType) -> bool:
    """Whether a column of this type can hold conversations: text, or a list of ``{role, content}``."""
    plain = plain_type(type_)
    if pa.types.is_list(plain) and pa.types.is_struct(plain.value_type):
        return {"role", "content"} <= {field.name for field in plain.value_type}
    return pa.types.is_string(plain) or pa.types.is_large_string(plain)


def plain_column(column: pa.Array) -> pa.Array:
    """Cast to the layouts that every Arrow reader has.

    A slice of a dictionary or view column would carry the buffers of the whole column when sent.
    """
    type_ = plain_type(column.type)
    return column if type_ == column.type else column.cast(type_)


def plain_type(type_: pa.DataType) -> pa.DataType:
    """Return the type without dictionaries, views, extensions and columns of nothing."""
    if isinstance(type_, pa.BaseExtensionType):
        return plain_type(type_.storage_type)
    if pa.types.is_dictionary(type_):
        return plain_type(type_.value_type)
    if pa.types.is_null(type_) or str(type_) == "string_view":
        return pa.string()
    if pa.types.is_list(type_) or pa.types.is_large_list(type_) or pa.types.is_fixed_size_list(type_):
        # A list in which nothing was ever seen: only as a list of messages does it mean an empty conversation.
        if pa.types.is_null(type_.value_type):
            return _MESSAGES
        return pa.list_(plain_type(type_.value_type))
    if pa.types.is_struct(type_):
        return pa.struct([field.with_type(plain_type(field.type)) for field in type_])
    return type_
