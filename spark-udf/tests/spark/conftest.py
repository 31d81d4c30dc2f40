import os
import shutil
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def java():
    """Skips where Spark cannot run."""
    if shutil.which("java") is None or Path(sys.prefix, "no-java").exists():
        pytest.skip("Spark needs Java 17 or later: on Debian or Ubuntu, apt-get install openjdk-17-jre-headless")


@pytest.fixture(scope="session")
def spark(java, tmp_path_factory):
    """Spark in this machine's processes; a failed task is tried again (plain local[2] would not)."""
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    os.environ["PYTHONPATH"] = os.pathsep.join([str(PACKAGE), str(PACKAGE / "tests")])
    session = (
        SparkSession.builder.master("local[2,4]")
        .appName("semtel tests")
        .config("spark.driver.memory", "1g")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "4")
        .config("spark.sql.warehouse.dir", str(tmp_path_factory.mktemp("warehouse")))
        .config("spark.python.task.killTimeout", "100ms")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()
