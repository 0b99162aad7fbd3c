# ./octavo test [--all] [Maven's arguments]: all tests on Java 17. Where a Java 25 is installed, on that once more all
# that needs no stores, and with the stores what runs the whole product; with --all, everything.

# A file that tests read, and Debian's package that has it.
needs='/usr/bin/faketime faketime
/usr/share/zoneinfo/tzdata.zi tzdata
/usr/share/iso-codes/json/iso_3166-1.json iso-codes
/usr/share/publicsuffix/public_suffix_list.dat publicsuffix
/usr/bin/unshare util-linux'
on_newer_java=PublishingIT,FollowingIT,SigningInIT,DemonstrationIT,ReadmeIT,TranscriptIT,ZipIT,SecuredServerIT,CassandraTlsIT,S3PayloadsIT
needs_of_all='/usr/bin/radosgw radosgw
/usr/bin/ceph-mon ceph-mon
/usr/bin/ceph-osd ceph-osd
/usr/bin/ceph ceph-common
/usr/bin/etcd etcd-server
/usr/bin/h2load nghttp2-client
/usr/bin/promtool prometheus'

run_tests() {
  local all='' arguments
  arguments=()
  while [ $# -gt 0 ]; do
    case $1 in
      --all) all=1 ;;
      *) arguments+=("$1") ;;
    esac
    shift
  done
  require_build_tools
  [ "$(java_feature "$jdk_home")" = 17 ] || fail "JDK 17: not found (expected: in OCTAVO_JAVA17_HOME, JAVA_HOME or installed)"
  install_missing "$needs"
  if [ -n "$all" ]; then
    install_missing "$needs_of_all"
    arguments+=(-Pall)
  fi
  lock_build
  touch "$state/.build-began"
  # Tests that start ./octavo take what this build made.
  export OCTAVO_NO_BUILD=1
  test_on "Java 17" ${arguments[@]+"${arguments[@]}"}
  if [ "${#arguments[@]}" -eq 0 ]; then
    mark_built local cli
  fi
  local newer
  newer=$(jdk_25)
  if [ -n "$newer" ]; then
    # Nothing to compile or to check again: what runs on the other Java is the tests. How Cassandra and S3 behave when
    # they are killed or slow does not depend on it.
    local some
    some=()
    [ -n "$all" ] || some=("-Dit.test=$on_newer_java" -Dfailsafe.failIfNoSpecifiedTests=false)
    test_on "Java 25" "-Djvm=$newer/bin/java" -Djacoco.skip=true -Dcoverage.agent= -Dspotless.check.skip=true \
      -Dexec.skip=true ${some[@]+"${some[@]}"} ${arguments[@]+"${arguments[@]}"}
  fi
  unlock_build
}

test_on() {
  local name=$1 began=$SECONDS
  shift
  printf 'octavo: tests on %s\n' "$name"
  run_group maven verify "$@"
  if [ "$status" -ne 0 ]; then
    unlock_build
    printf 'octavo: the tests on %s failed with status %d\n' "$name" "$status" >&2
    exit "$status"
  fi
  printf 'octavo: the tests on %s passed in %d s\n' "$name" $((SECONDS - began))
}

# Debian's packages for those of the listed files that are absent.
install_missing() {
  local file package missing=
  while read -r file package; do
    [ -e "$file" ] || missing="$missing $package"
  done <<LIST
$1
LIST
  [ -n "$missing" ] || return 0
  if ! command -v apt-get >/dev/null; then
    printf 'octavo: tests may miss what is in the Debian packages%s\n' "$missing" >&2
  elif [ "$(id -u)" -ne 0 ]; then
    fail "packages:$missing: missing (expected: installed; as root: apt-get install --no-install-recommends$missing)"
  else
    run_group apt_install $missing
    [ "$status" -eq 0 ] || fail "packages:$missing: apt-get could not install them"
  fi
}

apt_install() {
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -q && apt-get install -y -q --no-install-recommends "$@"
}
