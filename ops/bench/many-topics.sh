#!/usr/bin/env bash
# 50,000 topics on a node of the subscribe role: what their heads take of its heap, how long they load, and what staying
# fresh costs. About three minutes:
#   ops/bench/many-topics.sh [--count 50000]
set -eu
. "$(dirname "${BASH_SOURCE[0]}")/stack.sh"
start_stack
bench ManyTopics "$@"
