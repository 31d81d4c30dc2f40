#!/usr/bin/env bash
# Runs the tests that hold for every version of Spark once more on 3.5, the oldest, in an environment of its own.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
bash setup-python.sh .venv-3.5 requirements-3.5.lock
cd ../spark-udf
exec .venv-3.5/bin/python -m pytest tests/spark/test_spark_doors.py tests/spark/test_streaming.py tests/spark/test_missing.py "$@"
