#!/usr/bin/env bash
# How long a publish of 1 KB takes by REST, one after the other, against a read measured in the same run:
#   ops/bench/publish-latency.sh [--server http://127.0.0.1:8080] [--count 2000]
set -eu
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
. "$root/ops/local/java.sh"
require_java 17
exec "$java_home/bin/java" "$root/ops/bench/PublishLatency.java" "$@"
