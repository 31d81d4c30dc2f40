"""Which rows still have to be asked: a job that runs every week asks only for what is new."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from semtel.client import Client
from semtel.digests import prompt_digests
from semtel.errors import InvalidRequestError
from semtel.request import request_of
from semtel.spark.columns import plain_name, with_plain_names

# An answer that would be the same if it were asked for again.
_FINAL = ("ok", "skipped")


def missing(
    df: DataFrame,
    done: DataFrame,
    *,
    on: str | Sequence[str],
    classifiers: str | Sequence[str],
    target: str | None = None,
    token: str | None = None,
    prefix: str = "",
    **client: Any,
) -> DataFrame:
    """Return the rows of ``df`` that some classifier has not answered under its prompt of today.

    A row is answered by a classifier where ``done`` has a row of the same key whose ``status`` is ``ok`` or
    ``skipped`` and whose ``prompt_digest`` is the one that the server has now. Rows that are ``invalid``, ``refused``,
    ``failed``, ``over_budget`` or ``cancelled`` are asked again, and so is everything after a prompt was changed.
    The conversation is not compared, nor is the model: a changed one is found only under a new key. A key of which a
    part is null is never found.

    ``classify(missing(df, done, on="id", classifiers=names), names)`` and appending the result to ``done`` is the whole
    of a job that can be run every week, and again after it was killed.

    Parameters
    ----------
    df : DataFrame
        Rows to label.
    done : DataFrame
        Answers of earlier calls of `semtel.spark.classify`, in as many rows as there are, for instance a whole table.
    on : str or sequence of str
        The columns that tell rows apart, in both frames.
    classifiers : str or sequence of str
        Those that every row must have been answered by.
    target, token, **client
        As for `semtel.Client`; only this process asks the server.
    prefix : str
        What stands before the names of the answer columns in ``done``.

    Returns
    -------
    DataFrame
        Rows of ``df``, with its columns.

    Raises
    ------
    semtel.errors.SemtelError
        Within seconds: no server, an unknown classifier, a key or answer column that is not there.
    """
    request = request_of(classifiers)
    digests = prompt_digests(Client(target, token=token, **client).schema(request.classifiers))
    keys = [on] if isinstance(on, str) else list(on)
    if not keys:
        raise InvalidRequestError("bad_option", 'on is empty; name the columns that tell rows apart, for example "id".')
    rows, answers = with_plain_names(df), with_plain_names(done)
    answered = [_answered(answers[plain_name("done", done, prefix + name)], digest) for name, digest in digests.items()]
    key_columns = [answers[plain_name("done", done, key)].alias(f"k{n}") for n, key in enumerate(keys)]
    # Answers of one row may stand in several rows, one for each call.
    by_key = answers.groupBy(*key_columns).agg(*(F.max(flag).alias(f"a{n}") for n, flag in enumerate(answered)))
    complete = by_key.where(_all([F.col(f"a{n}") for n in range(len(answered))]))
    same_key = _all([rows[plain_name("df", df, key)] == complete[f"k{n}"] for n, key in enumerate(keys)])
    return rows.join(complete, same_key, "left_anti").toDF(*df.columns)


def _answered(answer: Column, digest: str) -> Column:
    # Where the answer is null, nothing is known of the row.
    known = answer["status"].isin(*_FINAL) & (answer["prompt_digest"] == digest)
    return F.coalesce(known, F.lit(False))


def _all(conditions: Sequence[Column]) -> Column:
    return reduce(lambda both, each: both & each, conditions)
