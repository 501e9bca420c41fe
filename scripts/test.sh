#!/usr/bin/env bash
# Runs every test, and fetches and builds what they need first.
#
#   ./scripts/test.sh                 everything
#   ./scripts/test.sh ./pkg/...       the tests of some packages
#
# A system package that is missing is installed where this is root or may become it, else named.
# Tools are built into .cache/. FENGQIAO_TEST_MONGODB_URI names a server that takes the place of
# FerretDB. Nothing is skipped: what cannot run fails.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
SECONDS=0

readonly cache=$PWD/.cache
scratch=$(mktemp -d)
readonly scratch
server='' # process id of FerretDB
jobs=()   # process ids of what runs beside

cleanup() {
  local pid
  for pid in "${jobs[@]}" $server; do
    kill "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  rm -rf "$scratch"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

step() { printf '== %s (%d s)\n' "$*" "$SECONDS"; }
die() {
  printf '%s\n' "$*" >&2
  exit 1
}
has() { command -v "$1" >/dev/null 2>&1; }

export GOFLAGS="${GOFLAGS:-} -buildvcs=false"

# missing_packages names the Debian packages of what is not here.
missing_packages() {
  has chromium || has chromium-browser || has google-chrome || has google-chrome-stable || echo chromium
  { has fc-list && [[ -n $(fc-list :lang=zh-cn family) ]]; } || echo fontconfig fonts-noto-cjk
  has soffice || echo libreoffice-writer libreoffice-calc
  if has soffice && has dpkg-query; then
    local part
    for part in libreoffice-writer libreoffice-calc; do
      [[ $(dpkg-query -W -f '${Status}' libreoffice-core 2>/dev/null) != *' installed' ]] ||
        [[ $(dpkg-query -W -f '${Status}' "$part" 2>/dev/null) == *' installed' ]] || echo "$part"
    done
  fi
  has pdftoppm || echo poppler-utils
  has "${CC:-gcc}" || echo gcc libc6-dev # the race detector wants a C compiler
}

install_packages() {
  local root=()
  if [[ $(id -u) -ne 0 ]]; then
    has sudo && sudo -n true 2>/dev/null || die "Please install, as root: $*"
    root=(sudo -n)
  fi
  has apt-get || die "Please install what these packages of Debian hold: $*"
  export DEBIAN_FRONTEND=noninteractive
  {
    "${root[@]}" apt-get -qq update
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "$@"
  } >"$scratch/apt.log" 2>&1 || {
    tail -n 20 "$scratch/apt.log" >&2
    die "Could not install: $*"
  }
}

# What takes long runs beside the checks: packages of the system, and the server of the tests.
mkdir -p "$cache"
mapfile -t missing < <(missing_packages | tr ' ' '\n')
if ((${#missing[@]} > 0)); then
  step "installing ${missing[*]}"
  install_packages "${missing[@]}" </dev/null &
  jobs+=($!)
fi
if [[ -z ${FENGQIAO_TEST_MONGODB_URI:-} ]]; then
  step 'building FerretDB beside the checks'
  go build -C scripts/ferretdb -tags ferretdb_no_postgresql -o "$cache/ferretdb" . </dev/null &
  jobs+=($!)
fi

step 'format, modules'
unformatted=$(gofmt -l .)
[[ -z $unformatted ]] || die "gofmt is needed: $unformatted"
go mod tidy -diff || die 'go mod tidy is needed'

step 'vet, staticcheck'
go build -C scripts/lint -o "$cache/" tool
# The checks read packages as the tests build them, so that each is compiled once. With -race the
# compiler also watches conversions of unsafe pointers, of which this code has none and SQLite's many:
# that took a third of the time.
GOFLAGS+=' -race -gcflags=all=-d=checkptr=0'
go vet ./...
"$cache/staticcheck" ./...

step 'known vulnerabilities'
reached=0
timeout 20 "$cache/govulncheck" ./pkg/docstore >/dev/null 2>&1 || reached=$?
case $reached in
0 | 3) "$cache/govulncheck" ./... ;; # 3: it found some
*) echo 'The vulnerability database could not be reached; this check says nothing today.' ;;
esac

for job in "${jobs[@]}"; do
  wait "$job" || die 'a preparation failed, see above'
done
jobs=()

if [[ -z ${FENGQIAO_TEST_MONGODB_URI:-} ]]; then
  step 'starting FerretDB'
  mkfifo "$scratch/lifeline"
  "$cache/ferretdb" <"$scratch/lifeline" >"$scratch/uri" 2>"$scratch/ferretdb.log" &
  server=$!
  exec {lifeline}>"$scratch/lifeline" # the server ends with this shell, however that ends
  for ((tries = 0; tries < 300; tries++)); do
    [[ ! -s $scratch/uri ]] || break
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
  done
  [[ -s $scratch/uri ]] || die "FerretDB did not start: $(cat "$scratch/ferretdb.log")"
  FENGQIAO_TEST_FERRETDB=$(<"$scratch/uri")
  export FENGQIAO_TEST_FERRETDB
fi

# The engine on a server runs with its words shown, since they tell what that server is not able to
# do. Go's lines on each package are kept for the end.
step 'tests'
readonly talkative=fengqiao/pkg/docstore/mongodb
mapfile -t packages < <(go list "${@:-./...}")
quiet=() loud=()
for package in "${packages[@]}"; do
  if [[ $package == "$talkative" ]]; then loud+=("$package"); else quiet+=("$package"); fi
done
((${#packages[@]} > 0)) || die 'no packages to test'

summary=()
show() {
  local line
  while IFS= read -r line; do
    case $line in
    $'ok  \t'* | $'FAIL\t'* | $'?   \t'* | FAIL) summary+=("$line") ;;
    PASS | '=== '* | *'--- PASS: '*) ;;
    *) printf '%s\n' "$line" ;;
    esac
  done
}
# Vet has read everything above. Memory is there for fewer rounds of garbage collection.
failed=0
run_tests() {
  GOGC=400 go test -vet=off -timeout 12m "$@" </dev/null >"$scratch/pipe" 2>&1 &
  local run=$!
  jobs=("$run")
  show <"$scratch/pipe"
  wait "$run" || failed=1
  jobs=()
}
mkfifo "$scratch/pipe"
((${#loud[@]} == 0)) || run_tests -v "${loud[@]}"
((${#quiet[@]} == 0)) || run_tests "${quiet[@]}"

step "$([[ $failed == 0 ]] && echo 'all tests passed' || echo 'tests failed')"
printf '%s\n' "${summary[@]}"
exit "$failed"
