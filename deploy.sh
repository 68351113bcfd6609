#!/usr/bin/env bash
# Installs what the deployment itself needs, and hands over to deployment/main.ts. `./deploy.sh help` tells what it can do.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
  echo "Node.js 20 or newer and npm are needed, and are not on the PATH. Install them from https://nodejs.org and run this again." >&2
  exit 1
fi
if ! node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 20 ? 0 : 1)'; then
  echo "Node.js 20 or newer is needed; this is $(node --version). Install a newer one from https://nodejs.org and run this again." >&2
  exit 1
fi

# npm writes node_modules/.package-lock.json last, so it is there, and newer than the lock file, only after a whole installation.
if [ ! -x node_modules/.bin/node ] || [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  echo "Installing the npm packages (once, about a minute) ..."
  if ! npm ci --no-audit --no-fund --loglevel=error; then
    echo "The npm packages could not be installed. Check the network or proxy, then run this again." >&2
    exit 1
  fi
fi

exec node_modules/.bin/node deployment/main.ts "$@"
