#!/usr/bin/env bash
# Runs the tests that hold for every version of Spark once more on 3.5, the oldest, in an environment of its own.
# Its Connect server is not in its Python package: Maven gets it, and without Maven the tests over Connect are skipped.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
bash setup-python.sh .venv-3.5 requirements-3.5.lock
cd ../spark-udf
python=.venv-3.5/bin/python

spark=$("$python" -c 'import pyspark; print(pyspark.__path__[0])')
connect=spark-connect_2.12-$("$python" -c 'import pyspark; print(pyspark.__version__)')
if [ ! -e "$spark/jars/$connect.jar" ]; then
  mvn -q dependency:copy -DoutputDirectory="$spark/jars" \
    -Dartifact="org.apache.spark:${connect/spark-connect_2.12-/spark-connect_2.12:}" ||
    echo "test-spark-3.5: no Connect server of Spark 3.5; on Debian or Ubuntu: apt-get install maven" >&2
fi

# That version and its tools use what Python has deprecated since.
exec "$python" -m pytest -W ignore::DeprecationWarning tests/spark/test_{spark_doors,sql,streaming,missing}.py "$@"
