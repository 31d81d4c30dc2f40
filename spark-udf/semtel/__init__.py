"""Labels AI conversations through a semtel server, over Arrow Flight.

The package is a thin client: prompts, models and the reading of replies belong to the server.
"""

from semtel.client import Client
from semtel.errors import SemtelError

__all__ = ["Client", "SemtelError"]
__version__ = "0.1.0"
