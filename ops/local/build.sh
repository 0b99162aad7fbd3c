# The build behind ./octavo: only what is stale, one at a time, gone with the script however that ends.
# Uses root and java_home; state is in the checkout's target/.

state=$root/target
job=
locked=

# What each part is made of. A build must write nothing among it but what is left out in is_stale.
sources_of() {
  case $1 in
    local) echo pom.xml .mvn proto ui server ops/local ;;
    cli) echo pom.xml .mvn proto client-lib ops/cli ;;
  esac
}

modules_of() {
  case $1 in
    local) echo ops/local/cassandra,ops/local/s3,ops/local/launcher,server ;;
    cli) echo ops/cli ;;
  esac
}

# Folders from src down count too: its time is all that a deleted file leaves.
is_stale() {
  [ -e "$state/.built-$1" ] || return 0
  local newer
  newer=$(cd "$root" && find $(sources_of "$1") \
    \( -name target -o -name node_modules -o -name dist -o -path '*/src/test' \) -prune -o \
    \( -type f -o -name src -o -path '*/src/*' \) ! -name '*.md' ! -name '*.sh' ! -name dependency-reduced-pom.xml \
    -newer "$state/.built-$1" -print | head -n 1)
  [ -n "$newer" ]
}

# Builds those of the named parts that are stale.
build_stale() {
  [ -z "${OCTAVO_NO_BUILD:-}" ] || return 0
  local part stale=
  for part in "$@"; do
    is_stale "$part" && stale=1
  done
  [ -n "$stale" ] || return 0
  require_build_tools
  lock_build
  local parts='' modules=''
  for part in "$@"; do
    if is_stale "$part"; then
      parts="$parts $part"
      modules="$modules,$(modules_of "$part")"
    fi
  done
  if [ -n "$parts" ]; then
    build "${modules#,}" $parts
  fi
  unlock_build
}

build() {
  local modules=$1 began=$SECONDS
  shift
  if [ -e "$state/.built-$1" ]; then
    printf 'octavo: building what is stale ... ' >&2
  else
    printf 'octavo: building for the first time, which takes minutes ... ' >&2
  fi
  touch "$state/.build-began"
  run_group logged_maven -q -pl "$modules" -am -Dmaven.test.skip=true -Djacoco.skip=true -Dspotless.check.skip=true \
    package
  if [ "$status" -ne 0 ]; then
    printf 'failed\n' >&2
    tail -n 40 "$state/build.log" >&2
    unlock_build
    fail "the build failed with status $status (all of it: $state/build.log)"
  fi
  printf '%d s\n' $((SECONDS - began)) >&2
  mark_built "$@"
}

# As built from what was there when the build began: what was edited since is newer.
mark_built() {
  local part
  for part in "$@"; do
    touch -r "$state/.build-began" "$state/.built-$part"
  done
}

require_build_tools() {
  command -v mvn >/dev/null || fail "mvn: not found on the path (expected: Maven 3.8 or newer, to build with)"
  jdk_home=$(jdk_17)
  [ -n "$jdk_home" ] || jdk_home=${java_home-}
  [ -x "$jdk_home/bin/javac" ] || fail "JDK: none found with a compiler (expected: a JDK 17 in JAVA_HOME or installed)"
}

maven() {
  cd "$root" && JAVA_HOME=$jdk_home exec mvn -B "$@"
}

# The log is not run_group's own output: what a signal has to say goes to the terminal.
logged_maven() {
  maven "$@" >"$state/build.log" 2>&1
}

# Runs a command in a process group of its own that ends with this script: a signal ends both, and if the script is
# killed a watchdog ends the group. Sets status.
run_group() {
  signal=
  trap 'signal=130' INT
  trap 'signal=143' TERM
  trap 'signal=129' HUP
  exec 9> >(exec >/dev/null 2>&1; watch_group)
  set -m
  "$@" </dev/null 9>&- &
  job=$!
  set +m
  echo "$job" >&9
  trap 'stop_group 130' INT
  trap 'stop_group 143' TERM
  trap 'stop_group 129' HUP
  [ -z "$signal" ] || stop_group "$signal"
  wait "$job"
  status=$?
  job=
  echo 'done' >&9
  exec 9>&-
}

# Reads the group first and "done" at the end; the pipe's end without it means that the script was killed.
watch_group() {
  trap '' INT TERM HUP
  local group word=
  read -r group || return
  read -r word
  if [ "$word" != 'done' ]; then
    kill -TERM -- "-$group"
    sleep 3
    kill -KILL -- "-$group"
  fi
}

stop_group() {
  trap '' INT TERM HUP
  if [ -n "$job" ]; then
    kill -TERM -- "-$job" 2>/dev/null
    local tries=50
    while kill -0 -- "-$job" 2>/dev/null && [ "$tries" -gt 0 ]; do
      sleep 0.1
      tries=$((tries - 1))
    done
    kill -KILL -- "-$job" 2>/dev/null
    echo 'done' >&9
  fi
  unlock_build
  printf '\nstopped\n' >&2
  exit "$1"
}

# One build at a time in a checkout. The lock of a holder that is gone is taken over, when its Maven has ended as well.
lock_build() {
  mkdir -p "$state" 2>/dev/null || fail "$state: not writable"
  local holder='' told='' nameless=0
  until mkdir "$state/.building" 2>/dev/null; do
    holder=$(cat "$state/.building/pid" 2>/dev/null)
    [ -n "$holder" ] || nameless=$((nameless + 1))
    if [ "$nameless" -gt 10 ] || { [ -n "$holder" ] && ! kill -0 "$holder" 2>/dev/null; }; then
      sleep 4
      rm -rf "$state/.building"
      continue
    fi
    [ -n "$told" ] || [ -z "$holder" ] || printf 'octavo: waiting for the build of process %s\n' "$holder" >&2
    [ -z "$holder" ] || told=1
    sleep 0.5
  done
  locked=1
  echo $$ >"$state/.building/pid"
}

unlock_build() {
  [ -z "$locked" ] || rm -rf "$state/.building"
  locked=
}
