#!/usr/bin/env bash
# The longer drills, run by hand on a quiet machine: the benchmarks of the packages, then the
# benchmark of the whole system, whose arguments may follow (--small, --large, --dir, --json).
# FENGQIAO_TEST_MONGODB_URI names a server to measure the MongoDB engine on; without it that is
# FerretDB, whose figures say nothing of MongoDB.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
[[ -n ${FENGQIAO_TEST_MONGODB_URI:-} ]] ||
  go build -C scripts/ferretdb -buildvcs=false -tags ferretdb_no_postgresql -o "$PWD/.cache/ferretdb" .
go test -run '^$' -bench . -benchtime 3x -timeout 60m ./pkg/...
exec go run ./cmd/fengqiao bench "$@"
