"""The prompts of today: what answers asked now would carry as ``prompt_digest``."""

from __future__ import annotations

import pyarrow as pa

from semtel.errors import ServerError

_KEY = b"semtel.prompt_digest"


def prompt_digests(schema: pa.Schema) -> dict[str, str]:
    """Read the digest of each classifier out of the answer columns that `semtel.Client.schema` gives.

    Raises
    ------
    ServerError
        Where the server does not tell them.
    """
    found = {field.name: (field.metadata or {}).get(_KEY, b"").decode() for field in schema}
    if not all(found.values()):
        raise ServerError(
            "protocol", "The semtel server is older than this package: it does not tell the digests of its prompts."
        )
    return found
