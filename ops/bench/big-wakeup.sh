#!/usr/bin/env bash
# 1 MiB to 10,000 held polls at once: until all have it, the server's memory, and what another topic notices. Two minutes:
#   ops/bench/big-wakeup.sh [--waiters 10000]
set -eu
. "$(dirname "${BASH_SOURCE[0]}")/stack.sh"
start_stack
bench_heap=2g bench BigWakeup "$@"
