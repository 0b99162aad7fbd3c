#!/usr/bin/env bash
# How long after a publish 100 held polls have its bytes, 20 publishes a second, against etcd's Watch. Two and a half minutes:
#   ops/bench/propagation.sh [--pairs 7] [--seconds 5]
# With bench_cores=1 the servers and their stores share one core, and who publishes and subscribes has the other.
set -eu
. "$(dirname "${BASH_SOURCE[0]}")/stack.sh"
need etcd etcd-server
start_stack
if [ -n "${bench_cores:-}" ]; then
  pgrep -P "$up" | while read -r child; do taskset -a -c -p 0 "$child" >/dev/null; done
  PATH=$work/bin:$PATH
  mkdir "$work/bin"
  printf '#!/bin/sh\nexec taskset -c 0 %s "$@"\n' "$(command -v etcd)" >"$work/bin/etcd"
  chmod +x "$work/bin/etcd"
  taskset -c -p 1 $$ >/dev/null
fi
bench Propagation "$@"
