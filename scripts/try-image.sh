#!/usr/bin/env bash
# Builds deploy/Dockerfile where no image registry is reached, and runs the image as deploy/kubernetes does. What stands in
# for Node's image: Debian 12 by debootstrap, and the Node and npm of this checkout. Prints sizes and a verdict.
# Wants root, debootstrap, buildah, podman and runc (Debian's packages), and `npm ci`.
#   scripts/try-image.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
work=$(mktemp -d)
store=(--root "$work/storage" --runroot "$work/run")
buildah() { command buildah "${store[@]}" "$@"; }
# Limits of this process: raising them is a right that a container's host may not have itself.
podman() { command podman "${store[@]}" --runtime runc --cgroup-manager cgroupfs "$@"; }
limits=(--ulimit "nofile=$(ulimit -n):$(ulimit -n)" --ulimit nproc=4096:4096)
trap 'podman rm -fa >/dev/null 2>&1 || true; buildah rm -a >/dev/null 2>&1 || true; rm -rf "$work"' EXIT

base=$(buildah from scratch)
root=$(buildah mount "$base")
debootstrap --variant=minbase --include=ca-certificates bookworm "$root" >"$work/debootstrap.log"
rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*
mkdir -p "$root/usr/local/lib/node_modules"
cp -L node_modules/node/bin/node "$root/usr/local/bin/node"
cp -r "$(dirname "$(realpath "$(command -v npm)")")/.." "$root/usr/local/lib/node_modules/npm"
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
# A package registry may stand behind an authority that only this machine trusts.
cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
buildah config --env NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt \
  --env PATH=/usr/local/bin:/usr/bin:/bin "$base"
buildah commit --quiet --rm "$base" docker.io/library/node:24-bookworm-slim >"$work/base.log"

buildah bud --isolation chroot --network host --pull-never --layers=false --format docker \
  --ignorefile deploy/Dockerfile.dockerignore -t semtel -f deploy/Dockerfile . >"$work/build.log" 2>&1 ||
  { tail -20 "$work/build.log"; exit 1; }
buildah images --format '{{.Name}} {{.Size}}'

# The rights of deploy/kubernetes/deployment.yaml; no network but loopback, so that it needs no credentials.
podman run --detach --name semtel "${limits[@]}" --network none --read-only --read-only-tmpfs=false \
  --image-volume ignore --no-healthcheck --cap-drop ALL --security-opt no-new-privileges \
  --env OPENAI_API_KEY=none localhost/semtel serve --listen 0.0.0.0:8815 --insecure >"$work/id" 2>"$work/run.log"
inside() { podman exec semtel node -e "$1"; }
ask="fetch('http://127.0.0.1:9464/readyz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"
for _ in $(seq 60); do inside "$ask" 2>/dev/null && break; sleep 0.5; done
inside "$ask" || { podman logs semtel; exit 1; }
inside "const { writeFileSync } = require('node:fs');
  if (process.getuid() !== 1000) throw new Error('it is not user 1000');
  for (const folder of ['/', '/app', '/tmp', '/var/lib/semtel'])
    try { writeFileSync(folder + '/written', ''); throw new Error(folder + ' can be written'); }
    catch (error) { if (error.code !== 'EROFS') throw error; }"
podman stop --time 65 semtel >/dev/null
code=$(podman inspect --format '{{.State.ExitCode}}' semtel)
echo "Ready as user 1000 where nothing can be written; stopped by SIGTERM with code $code."
[ "$code" = 0 ]
