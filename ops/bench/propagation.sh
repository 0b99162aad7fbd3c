#!/usr/bin/env bash
# How long after a publish 100 held polls have its bytes, 20 publishes a second, against etcd's Watch. Two and a half minutes:
#   ops/bench/propagation.sh [--pairs 7] [--seconds 5]
set -eu
. "$(dirname "${BASH_SOURCE[0]}")/stack.sh"
need etcd etcd-server
start_stack
bench Propagation "$@"
