#!/usr/bin/env bash
# 50,000 topics and a node of the housekeeping role: how long the first export and retention's first look at all of them
# take, what it costs when nothing changes, and how long a node takes to start from the fallback cache. About ten minutes:
#   ops/bench/housekeeping.sh [--count 50000] [--store s3proxy|radosgw]
set -eu
. "$(dirname "${BASH_SOURCE[0]}")/stack.sh"
case " $* " in
  *" --store radosgw "*)
    need radosgw radosgw
    need ceph-mon ceph-mon
    need ceph-osd ceph-osd
    need ceph ceph-common
    ;;
esac
start_stack
bench HousekeepingCost "$@"
