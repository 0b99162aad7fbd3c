#!/usr/bin/env bash
# Polls of a million subscribers in virtual time, with the client's own rules: how far from even they come, in the steady
# state and after the service was away. Takes minutes and 8 GB:
#   ops/bench/fleet.sh [--subscribers 1000000]
set -eu
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
. "$root/ops/local/java.sh"
. "$root/ops/local/build.sh"
require_java 17
build_stale cli
classes=$root/target/bench-fleet
libraries="$root/ops/cli/target/lib/*"
mkdir -p "$classes"
"$java_home/bin/javac" -nowarn -d "$classes" -cp "$libraries" "$root"/ops/bench/fleet/io/octavo/client/*.java
exec "$java_home/bin/java" -Xmx8g -XX:+UseParallelGC -cp "$classes:$libraries" io.octavo.client.SimulatedFleet "$@"
