#!/usr/bin/env bash
# Loads unary Classify with ghz: a simulated endpoint without latency, a server, one small batch many times, so that
# nearly all answers come from the store and what is measured is the way through the server.
# Fails unless every request is OK and the job's ledger counts every answer as ok.
# REQUESTS, CONCURRENCY, ROWS and CLASSIFIERS may be set in the environment.
set -euo pipefail
cd "$(dirname "$0")/../.."
export PATH="$PWD/node_modules/.bin:$PATH"

requests=${REQUESTS:-10000}
concurrency=${CONCURRENCY:-50}
rows=${ROWS:-4}
classifiers=${CLASSIFIERS:-topic,expertise}
job=ghz
ghz_version=v0.121.0
fixture=test/arrow/fixtures/conversations.arrow

work=$(mktemp -d)
pids=()
finish() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT

ghz=$(command -v ghz || true)
if [[ -z $ghz ]]; then
  bin=${XDG_CACHE_HOME:-$HOME/.cache}/semtel/bin
  ghz=$bin/ghz
  if [[ ! -x $ghz ]]; then
    command -v go >/dev/null || {
      echo 'ghz is not installed, and Go is not there to build it: see https://ghz.sh/docs/install' >&2
      exit 2
    }
    echo "Building ghz $ghz_version (about 90 s, once)" >&2
    GOBIN=$bin go install "github.com/bojand/ghz/cmd/ghz@$ghz_version"
  fi
fi

free_port() {
  node -e 'const s = require("node:net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })'
}
until_listening() { # port, pid, log
  for _ in $(seq 300); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; then return; fi
    kill -0 "$2" 2>/dev/null || break
    sleep 0.1
  done
  echo "Nothing listens on port $1:" >&2
  cat "$3" >&2
  exit 1
}

model_port=$(free_port)
node src/cli/main.ts simulate --port "$model_port" --control '{"latency_ms":0}' >"$work/simulate.log" 2>&1 &
pids+=($!)
until_listening "$model_port" $! "$work/simulate.log"

port=$(free_port)
cat >"$work/semtel.yaml" <<YAML
listen: 127.0.0.1:$port
status: "off"
models:
  default:
    endpoints:
      - { name: simulated, base_url: "http://127.0.0.1:$model_port/v1", model: simulated-bench, api_key: none }
log: { level: warn }
YAML
node src/cli/main.ts serve --config "$work/semtel.yaml" >"$work/serve.log" 2>&1 &
pids+=($!)
until_listening "$port" $! "$work/serve.log"

node scripts/bench/ghzPayload.ts --fixture "$fixture" --rows "$rows" --classifiers "$classifiers" --job "$job" \
  --out "$work/request.bin"
"$ghz" --insecure --call semtel.v1.ClassifierService.Classify --binary-file "$work/request.bin" \
  --total "$requests" --concurrency "$concurrency" --connections 4 --format json --output "$work/report.json" \
  "127.0.0.1:$port"

names=${classifiers//[^,]/}
answers=$((requests * rows * (${#names} + 1)))
node scripts/bench/ghzVerdict.ts --report "$work/report.json" --target "127.0.0.1:$port" --job "$job" \
  --requests "$requests" --answers "$answers" || {
  tail -20 "$work/serve.log" >&2
  exit 1
}
