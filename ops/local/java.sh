# Which Java: functions for ./octavo. Reads release files, so that no JVM is started only to ask for its version.

fail() {
  printf 'octavo: %s\n' "$*" >&2
  exit 1
}

# The feature number of the Java at a home (17, 25), nothing if there is none.
java_feature() {
  [ -x "$1/bin/java" ] || return 0
  if [ -f "$1/release" ]; then
    sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
  else
    "$1/bin/java" -version 2>&1 </dev/null | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -n 1
  fi
}

# The home of the java on the path, through links.
java_on_path() {
  local program link
  program=$(command -v java) || return 0
  while [ -L "$program" ]; do
    link=$(readlink "$program")
    case $link in
      /*) program=$link ;;
      *) program=$(dirname "$program")/$link ;;
    esac
  done
  (cd "$(dirname "$program")/.." && pwd -P)
}

# The home of the first Java with exactly this feature number: JAVA_HOME's, the path's, an installed one. The second
# argument, if any, is a home that comes before these.
java_home_of() {
  local home
  for home in "${2-}" "${JAVA_HOME:-}" "$(java_on_path)" /usr/lib/jvm/*"$1"* "$(java_home_asked "$1")"; do
    if [ -n "$home" ] && [ "$(java_feature "$home")" = "$1" ]; then
      printf '%s\n' "$home"
      return
    fi
  done
}

# macOS knows its Javas.
java_home_asked() {
  [ ! -x /usr/libexec/java_home ] || /usr/libexec/java_home -v "$1" 2>/dev/null
}

jdk_17() {
  java_home_of 17 "${OCTAVO_JAVA17_HOME:-}"
}

jdk_25() {
  java_home_of 25 "${OCTAVO_JAVA25_HOME:-}"
}

# Sets java_home to JAVA_HOME or the path's Java if it is at least this, else to an installed one of exactly this.
require_java() {
  local feature
  for java_home in "${JAVA_HOME:-}" "$(java_on_path)"; do
    [ -n "$java_home" ] || continue
    feature=$(java_feature "$java_home")
    if [ "${feature:-0}" -ge "$1" ]; then
      return
    fi
  done
  java_home=$(java_home_of "$1")
  [ -n "$java_home" ] || fail "Java: none found (expected: a JDK $1 in JAVA_HOME or on the path)"
}
