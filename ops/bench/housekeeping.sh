#!/usr/bin/env bash
# 50,000 topics and a node of the housekeeping role: how long the first export and retention's first look at all of them
# take, what it costs when nothing changes, and how long a node takes to start from the fallback cache. About ten minutes:
#   ops/bench/housekeeping.sh [--count 50000]
set -eu
. "$(dirname "${BASH_SOURCE[0]}")/stack.sh"
start_stack
bench HousekeepingCost "$@"
