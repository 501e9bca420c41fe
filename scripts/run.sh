#!/usr/bin/env bash
# Starts the demo from the source: ./scripts/run.sh [--addr HOST:PORT] …
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec go run ./cmd/fengqiao demo "$@"
