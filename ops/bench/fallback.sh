#!/usr/bin/env bash
# 50,000 topics and the fallback cache: how long the first export takes, what it costs when nothing changes, and how long
# a node takes to start from it. About six minutes:
#   ops/bench/fallback.sh [--count 50000]
set -eu
. "$(dirname "${BASH_SOURCE[0]}")/stack.sh"
start_stack
bench FallbackCost "$@"
