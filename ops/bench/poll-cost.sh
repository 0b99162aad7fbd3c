#!/usr/bin/env bash
# What an unchanged poll costs the server, against a bare grpc-java echo of the same bytes and against etcd's Range, and
# what the store hears of 100,000 of them. About three minutes:
#   ops/bench/poll-cost.sh [--pairs 7]
set -eu
. "$(dirname "${BASH_SOURCE[0]}")/stack.sh"
need h2load nghttp2-client
need etcd etcd-server
start_stack
bench PollCost "$@"
