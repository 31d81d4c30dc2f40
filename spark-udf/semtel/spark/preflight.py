"""What can be known on the driver before a row is read."""

from __future__ import annotations

from urllib.parse import urlsplit

import pyarrow as pa
from pyspark.sql import SparkSession

from semtel.client import Client
from semtel.errors import InvalidRequestError
from semtel.request import Request

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def answer_schema(spark: SparkSession | None, client: Client, request: Request) -> pa.Schema:
    """Check the address and ask the server for the answer columns.

    Parameters
    ----------
    spark : SparkSession, optional
        Tells whether the executors are on other machines; None: not checked.
    client : Client
        As the executors will use it.
    request : Request
        Names the classifiers and the model.

    Raises
    ------
    SemtelError
        Within seconds, saying what to change.
    """
    target = client.settings.target
    if spark is not None and target.is_loopback() and not _executors_are_here(spark):
        raise InvalidRequestError(
            "loopback_target",
            f'target "{target}" means the machine of each executor, and this is a cluster: give a host name '
            "that all executors reach, as target= or in $SEMTEL_TARGET.",
        )
    return client.answer_schema(request)


def _executors_are_here(spark: SparkSession) -> bool:
    # A session of Spark Connect has a client; where its server is, "local" means that machine.
    connect = getattr(spark, "_client", None)
    if connect is not None and connect.host not in _LOOPBACK:
        return False
    return _on_this_machine(spark.conf.get("spark.master", "local"))


def _on_this_machine(master: str | None) -> bool:
    """Whether executors run where the driver runs; local-cluster and a master on loopback do."""
    if not master or master.startswith("local"):
        return True
    return urlsplit(master).hostname in _LOOPBACK
