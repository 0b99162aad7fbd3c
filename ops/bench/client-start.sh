#!/usr/bin/env bash
# Processes with the Java client that start with 1, 100 and 1,000 topics: from the service, from it with a cache directory
# from an earlier run, from that directory alone, from the fallback cache, and with overrides; each a fresh process. What
# subscriptions take of the heap, and how large the client is with all that it needs. About four minutes:
#   ops/bench/client-start.sh [--topics 1000] [--pairs 3]
set -eu
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
. "$root/ops/local/java.sh"
. "$root/ops/local/build.sh"
# The client with all that it needs, as its users have it: without Jackson, which is optional.
jars=$root/ops/ci/target/client
if [ -z "${OCTAVO_NO_BUILD:-}" ]; then
  jars=$root/target/bench-client
  mkdir -p "$state"
  require_java 17
  require_build_tools
  run_group logged_maven -q -pl client-lib -am -Dmaven.test.skip=true -Djacoco.skip=true -Dspotless.check.skip=true \
    package dependency:copy-dependencies -DincludeScope=runtime "-DoutputDirectory=$jars" \
    -DexcludeGroupIds=com.fasterxml.jackson.core,tools.jackson.core
  [ "$status" -eq 0 ] || fail "the build failed with status $status (all of it: $state/build.log)"
  cp "$root"/client-lib/target/octavo-client-*.jar "$jars"
fi
. "$root/ops/bench/stack.sh"
start_stack
# Where the fallback cache is.
while IFS= read -r -d '' variable; do
  case $variable in OCTAVO_REGIONS_0_*) export "${variable?}" ;; esac
done <"/proc/$server/environ"
classes=$root/target/bench-client-classes
mkdir -p "$classes"
"$java_home/bin/javac" -nowarn -d "$classes" -cp "$jars/*" "$root/ops/bench/Bench.java" "$root"/ops/bench/client/*.java ||
  fail "javac failed"
"$java_home/bin/java" -XX:+UseSerialGC -Xmx256m "-Dbench.http=$http" "-Dbench.work=$work" "-Dbench.jars=$jars" \
  -cp "$classes:$jars/*" ClientStart "$@"
