#!/usr/bin/env bash
# 10,000 subscribers that connect at once and hold a poll of 7 topics each: how long until all are held, and what they
# take of the server's heap. About a minute and a half:
#   ops/bench/connections.sh [--count 10000]
set -eu
. "$(dirname "${BASH_SOURCE[0]}")/stack.sh"
need h2load nghttp2-client
ulimit -n "$(ulimit -H -n)"
start_stack -Xmx1g
bench Connections "$@"
