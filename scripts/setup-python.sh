#!/usr/bin/env bash
# setup-python.sh [VENV [LOCK]]: makes spark-udf/VENV (default .venv) from spark-udf/LOCK (default requirements.lock),
# once: a second run with the same lock only compares stamps.
# Where no Java 17 is found it leaves the file no-java in the environment, and the Spark tests are skipped with a word.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../spark-udf"
venv=${1:-.venv}
lock=${2:-requirements.lock}
python=$venv/bin/python
stamp=$venv/lock.sha256

say() { echo "setup-python: $*" >&2; }

lock_hash() { python3 -c 'import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest())' "$lock"; }

install_packages() {
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    { say "Python 3.11 or later is needed as python3; this one is $(python3 --version 2>&1)."; exit 1; }
  say "installing Python packages into spark-udf/$venv (about half a minute, once)"
  rm -f "$stamp"
  # Without ensurepip (Debian leaves it out) no virtual environment can be made.
  [ -x "$python" ] || python3 -m venv "$venv" ||
    { say "python3 -m venv failed; on Debian or Ubuntu: apt-get install python3-venv"; exit 1; }
  if "$python" -m pip install --quiet --disable-pip-version-check uv==0.13.9; then
    "$python" -m uv pip install --quiet --python "$python" --require-hashes -r "$lock" && return
  fi
  say "uv did not work here; trying plain pip"
  "$python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock"
}

# The package itself is used from the checkout: a path file instead of an install that needs a build.
link_checkout() { pwd > "$("$python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/semtel-checkout.pth"; }

check_java() {
  local java=java version
  if [ -n "${JAVA_HOME:-}" ] && [ -x "$JAVA_HOME/bin/java" ]; then java=$JAVA_HOME/bin/java; fi
  version=$("$java" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p' | head -n 1) || true
  if [ "${version:-0}" -ge 17 ]; then rm -f "$venv/no-java"; return; fi
  touch "$venv/no-java"
  say "Spark needs Java 17 or later (found: ${version:-none}); on Debian or Ubuntu: apt-get install openjdk-17-jre-headless. Spark is skipped until then."
}

hash=$(lock_hash)
if [ "$(cat "$stamp" 2>/dev/null)" != "$hash" ]; then
  install_packages
  link_checkout
  echo "$hash" > "$stamp"
fi
check_java
