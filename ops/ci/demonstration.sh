#!/usr/bin/env bash
# Shows Octavo at work, on real data and a running server: every dataset is published, followed by two apps, edited and
# published again; then one app is pinned to the version before, and let go. Every file that a follower writes is
# compared with its source. Ends with status 1 and the reason at the first deviation. May be run any number of times.
#   ops/ci/demonstration.sh [--server URL]
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
octavo=$root/octavo
. "$root/ops/local/java.sh"

server=${OCTAVO_SERVER:-http://127.0.0.1:8080}
while [ $# -gt 0 ]; do
  case $1 in
    --server) server=${2:?--server: no value (expected: a URL)} && shift 2 ;;
    --server=*) server=${1#*=} && shift ;;
    --help) sed -n '2,5s/^# *//p' "$0" && exit 0 ;;
    *) printf '%s: unknown (expected: --server URL)\n' "$1" >&2 && exit 2 ;;
  esac
done
export OCTAVO_SERVER=$server

poll=1            # seconds between two polls of a follower
bound=120         # seconds in which anything must have happened
polls_of_calm=3   # polls in which the follower that is not meant must not move

require_java 17
work=$(mktemp -d "${TMPDIR:-/tmp}/octavo-demonstration.XXXXXX")
followers=
topic=
pinned=

say() {
  printf '%4d s  %-22s %s\n' "$SECONDS" "$topic" "$*"
}

deviation() {
  printf 'octavo demonstration: %s: %s\n' "${topic:-$server}" "$*" >&2
  local log
  for log in "$work"/*.err; do
    [ -s "$log" ] || continue
    printf -- '--- the end of %s\n' "$(basename "$log")" >&2
    tail -n 10 "$log" >&2
  done
  exit 1
}

# Runs however the script ends: nothing of it goes on, and no pin of it stays.
clean_up() {
  local status=$?
  trap '' INT TERM HUP
  stop_followers
  if [ -n "$pinned" ]; then
    "$octavo" unpin "$pinned" --scope app=demo --reason 'the demonstration was cut short' --yes >/dev/null 2>&1 || true
  fi
  rm -rf "$work"
  exit "$status"
}

stop_followers() {
  local follower
  for follower in $followers; do
    kill "$follower" 2>/dev/null || true
  done
  for follower in $followers; do
    wait "$follower" 2>/dev/null || true
  done
  followers=
}

trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

digest() {
  if command -v sha256sum >/dev/null; then
    sha256sum "$1" | cut -d ' ' -f 1
  else
    shasum -a 256 "$1" | cut -d ' ' -f 1
  fi
}

# The command line, whose refusal is a deviation.
run() {
  "$octavo" "$@" >"$work/command.out" 2>"$work/command.err" || deviation "octavo $* ended with status $?"
}

# Publishes a file; sets version.
publish() {
  run publish "$topic" "$1" --meta source=demonstration --json
  version=$(grep -o '"version" *: *[0-9]*' "$work/command.out" | head -n 1 | grep -o '[0-9]*$') \
    || deviation "publish answered no version: $(cat "$work/command.out")"
}

# Follows the topic as an app: its file, and a line for each version that it came to.
follow() {
  "$octavo" watch "$topic" --app "$1" -o "$work/$1" --poll "${poll}s" --json \
    >"$work/$1.seen" 2>"$work/$1.err" </dev/null &
  followers="$followers $!"
}

# The versions that an app came to, in order.
seen() {
  grep -o '"version" *: *[0-9]*' "$work/$1.seen" 2>/dev/null | grep -o '[0-9]*$' | tr '\n' ' ' | sed 's/ $//' || true
}

# Waits until an app has come to exactly these versions, and has the bytes of the source.
expect() {
  local app=$1 versions=$2 source=$3 end=$((SECONDS + bound)) follower so_far
  while :; do
    so_far=$(seen "$app")
    [ "$so_far" != "$versions" ] || break
    case "$versions " in
      "${so_far:+$so_far }"*) ;;
      *) deviation "app=$app came to the versions $so_far (expected: $versions)" ;;
    esac
    for follower in $followers; do
      kill -0 "$follower" 2>/dev/null || deviation "a follower has ended (expected: it follows until it is stopped)"
    done
    [ "$SECONDS" -lt "$end" ] || deviation "app=$app came to the versions ${so_far:-(none)} in $bound s (expected: $versions)"
    sleep 0.2
  done
  local is should
  is=$(digest "$work/$app")
  should=$(digest "$source")
  [ "$is" = "$should" ] || deviation "app=$app has a file with SHA-256 $is (expected: $should, as $source)"
}

# Looks for several polls whether an app stays as it is: same versions, and a file that nobody has replaced.
expect_calm() {
  local app=$1 versions=$2 inode poll_number
  inode=$(ls -i "$work/$app")
  for poll_number in $(seq "$polls_of_calm"); do
    sleep "$poll"
    [ "$(seen "$app")" = "$versions" ] || deviation "app=$app came to the versions $(seen "$app") (expected: $versions)"
    [ "$(ls -i "$work/$app")" = "$inode" ] || deviation "app=$app has another file after poll $poll_number"
  done
}

demonstrate() {
  local source=$2 edited=$work/edited first second
  topic=$1
  rm -f "$work/demo"* "$work/other"*
  publish "$source"
  first=$version
  say "version $first published: $(wc -c <"$source" | tr -d ' ') bytes of $source"
  follow demo
  follow other
  expect demo "$first" "$source"
  expect other "$first" "$source"
  say "app=demo and app=other have version $first"

  cp "$source" "$edited"
  chmod u+w "$edited"
  "$3" "$edited"
  publish "$edited"
  second=$version
  [ "$second" -eq $((first + 1)) ] || deviation "version $second follows $first (expected: $((first + 1)))"
  expect demo "$first $second" "$edited"
  expect other "$first $second" "$edited"
  say "version $second, edited, published; both moved to it"

  pinned=$topic
  run pin "$topic" "$first" --scope app=demo --reason 'demonstration: one app goes back' --yes
  expect demo "$first $second $first" "$source"
  expect_calm other "$first $second"
  say "app=demo pinned to version $first and back at it; app=other untouched for $polls_of_calm polls"

  run unpin "$topic" --scope app=demo --reason 'demonstration: forward again' --yes
  pinned=
  expect demo "$first $second $first $second" "$edited"
  expect other "$first $second" "$edited"
  stop_followers
  say "app=demo let go and forward at version $second again"
}

# The edits: a comment, a name, a rule, and one byte in the middle of much.
edit_tzdata() { printf '# Edited: a demonstration.\n' >>"$1"; }
edit_names() { sed 's/"Aruba"/"Aruba (edited)"/' "$1" >"$1.new" && mv "$1.new" "$1"; }
edit_suffixes() { printf 'demonstration.example\n' >>"$1"; }
edit_binary() { printf 'octavo' | dd of="$1" bs=1 seek=50000000 conv=notrunc 2>/dev/null; }

tzdata=/usr/share/zoneinfo/tzdata.zi
names=/usr/share/iso-codes/json/iso_3166-1.json
suffixes=/usr/share/publicsuffix/public_suffix_list.dat
modules=$java_home/lib/modules
missing=
for needed in "$tzdata tzdata" "$names iso-codes" "$suffixes publicsuffix"; do
  [ -r "${needed% *}" ] || missing="$missing ${needed#* }"
done
[ -z "$missing" ] || deviation "data are missing; as root: apt-get install --no-install-recommends$missing"
[ -r "$modules" ] || deviation "$modules: missing (expected: a JDK with its modules in one file)"

run status
say "at $server"
demonstrate demo.tzdata "$tzdata" edit_tzdata
demonstrate demo.countries "$names" edit_names
demonstrate demo.public-suffixes "$suffixes" edit_suffixes
demonstrate demo.jdk-modules "$modules" edit_binary
topic=
say "all as it should be"
