# A server to measure, for the benches: functions for their scripts. The server is that of ./octavo up, on free ports and
# with data in a folder of its own; both go with the script. Needs Linux: CPU time is read from /proc.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
. "$root/ops/local/java.sh"
require_java 17
[ -r /proc/self/stat ] || fail "this bench reads /proc (expected: Linux)"
work=$(mktemp -d "${TMPDIR:-/tmp}/octavo-bench.XXXXXX")
up=
trap 'stop_stack' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# A program, from its Debian package if it is not there.
need() {
  command -v "$1" >/dev/null && return
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || fail "$1: not found (expected: Debian's package $2)"
  apt-get install -y -qq "$2" >/dev/null 2>&1 || { apt-get update -qq && apt-get install -y -qq "$2"; } >/dev/null 2>&1 || true
  command -v "$1" >/dev/null || fail "$1: apt-get install $2 did not bring it"
}

# Starts the stores and a server whose JVM has these options, and those of OCTAVO_SERVER_JAVA_OPTS.
start_stack() {
  local port=12000 ports='' end=$((SECONDS + 900))
  while [ "$(wc -w <<<"$ports")" -lt 2 ]; do
    port=$((12000 + RANDOM % 20000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || ports="$ports $port"
  done
  read -r http grpc <<<"$ports"
  OCTAVO_SERVER_JAVA_OPTS="$* ${OCTAVO_SERVER_JAVA_OPTS:-}" "$root/octavo" up --data "$work/data" --http-port "$http" --grpc-port "$grpc" \
    >"$work/up.log" 2>&1 &
  up=$!
  until grep -qs 'ready' <(curl -fs "http://127.0.0.1:$http/api/v1/status" | grep -o '"ready" *: *true'); do
    kill -0 "$up" 2>/dev/null && [ "$SECONDS" -lt "$end" ] || fail "the server did not start: $(tail -n 5 "$work/up.log")"
    sleep 0.3
  done
  server=$(pgrep -P "$up" -f io.octavo.server.OctavoServer)
  libraries=$work/data/server/jars/octavo-server.jar
}

stop_stack() {
  local status=$?
  trap '' INT TERM HUP
  [ -z "$up" ] || { kill "$up" 2>/dev/null; wait "$up" 2>/dev/null; } || true
  rm -rf "$work"
  exit "$status"
}

# Runs a bench; it finds the stack by its properties.
bench() {
  local main=$1 classes=$root/target/bench
  shift
  mkdir -p "$classes"
  "$java_home/bin/javac" -Xlint:-options -nowarn -d "$classes" -cp "$libraries" \
    -sourcepath "$root/server/src/test/java:$root/ops/local/launcher/src/main/java" "$root"/ops/bench/*.java || fail "javac failed"
  "$java_home/bin/java" -XX:+UseSerialGC "-Xmx${bench_heap:-512m}" "-Dbench.data=$work/data" "-Dbench.work=$work" \
    "-Dbench.server=$server" "-Dbench.http=$http" "-Dbench.grpc=$grpc" "-Dbench.libraries=$libraries" \
    "-Dlogback.configurationFile=$root/ops/bench/logback.xml" -cp "$classes:$libraries" "$main" "$@"
}
