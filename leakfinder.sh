#!/usr/bin/env bash
# Runs LeakFinder from a clone: ./leakfinder.sh COMMAND [flags] [TARGET | FILE...], or ./leakfinder.sh demo
#
# Builds the binary first where there is none or the sources are newer, and says so. Then everything is passed through:
# arguments, standard input and output, exit code. Where the target did not answer, it adds advice on standard error.
set -uo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
binary=${LEAKFINDER_BINARY:-$here/build/release/leakfinder}
unset LEAKFINDER_BINARY

say() { printf 'leakfinder.sh: %s\n' "$*" >&2; }

# Builds what is missing or old. An installed compiler and nothing to do cost one `find`.
ensure_binary() {
  [[ $binary == "$here/build/release/leakfinder" ]] || return 0
  local stamp=$here/build/release/built-leakfinder newer
  if [[ ! -x $binary || ! -e $stamp ]]; then
    say "no binary yet: building it (some minutes, once)"
  else
    newer=$(find "$here/src" "$here/cmake" "$here/docs/rules" "$here/CMakeLists.txt" "$here/CMakePresets.json" -type f \
      ! -name '*_test.cc' ! -name '*_bench.cc' ! -name README.md -newer "$stamp" -print -quit 2>/dev/null)
    [[ -n $newer ]] || return 0
    say "${newer#"$here/"} is newer than the binary: building again"
  fi
  "$here/scripts/build" release >&2 || { say "the build failed (above)"; exit 3; }
}

# Runs the binary with the arguments given; signals sent to this script reach it. Sets `code`.
run() {
  local child signalled=''
  # A child in the background would ignore Ctrl-C and read no input, were it not for the trap and the redirection.
  (trap - INT QUIT; exec "$binary" "$@") <&0 &
  child=$!
  trap 'signalled=1' INT QUIT
  trap 'signalled=1; kill -TERM $child 2>/dev/null' TERM
  trap 'signalled=1; kill -HUP $child 2>/dev/null' HUP
  # A signal ends `wait` before the child ends; so it is asked until no signal came meanwhile.
  while :; do
    wait "$child"
    code=$?
    [[ -n $signalled ]] || break
    signalled=''
  done
}

# Asks the target once more, shortly, with the same flags, and prints only the error: why did it not answer? The
# command becomes `check`; what would write, wait, post or cost is left out. Prints nothing when all is well now.
ask_why() {
  local word words=() found='' skip='' message
  for word in "$@"; do
    [[ $word == -- ]] && break
    case $skip$found:$word in
      skip*) skip=''; continue ;;
      *:-o | *:--o | *:-notify | *:--notify | *:-write-baseline | *:--write-baseline | *:-fail-on | *:--fail-on) skip=skip; continue ;;
      *:-o=* | *:--o=* | *:-notify=* | *:--notify=* | *:-write-baseline=* | *:--write-baseline=* | *:-fail-on=* | *:--fail-on=*) continue ;;
      :check | :monitor | :analyze | :compare | :filter | :patterns | :channels | :memory | :capture) word=check found=1 ;;
    esac
    words+=("$word")
  done
  [[ -n $found ]] || return 0
  message=$(env -u LEAKFINDER_O -u LEAKFINDER_NOTIFY -u LEAKFINDER_WRITE_BASELINE "$binary" "${words[@]}" -quiet \
    -timeout=5s -force-gc=false -save-reports=false -fail-on=never -format=text 2>&1 >/dev/null </dev/null)
  [[ $? != 3 ]] || printf '%s' "$message"
}

# Prints plain advice for the error message $1 (target/http_errors.cc writes them; tests/test_runner.py holds the two
# together), or nothing where it speaks of something else than a target.
advise() {
  case $1 in
    *"no such host"* | *"while resolving"*)
      say "the host's name is not known here: is it spelt right? Inside containers and clusters names differ from outside."
      ;;
    *timeout*)
      say "the target is silent: a firewall may drop the packets, the address may be wrong, or the program may be stuck or"
      say "busy. curl -sv URL/debug/pprof/ shows how far one gets; -timeout=2m waits longer."
      ;;
    *TLS* | *certificate*)
      say "this is about TLS: an own CA is given by -ca=FILE, a client certificate by -cert=FILE -key=FILE;"
      say "plain-text ports take http:// instead of https://; -insecure goes without any check."
      ;;
    *credentials*)
      say "the target wants to know who asks: -user=NAME with LEAKFINDER_PASSWORD, -bearer-token-file=FILE, or -header 'K: V'."
      ;;
    *"nothing listens"*)
      say "is the program running? Is it this port (ss -ltnp shows them)? A port inside a container is reached only when it"
      say "is published. pprof is on when the program has these three lines:"
      three_lines
      ;;
    *"can't reach"* | *"can't connect"* | *"proxy"*"connect"*)
      say "the network does not let it through: a firewall, a VPN that is off, or a proxy (-proxy=URL, NO_PROXY=HOST)."
      ;;
    *pprof* | *HTML* | *"status "* | *"closed the connection"* | *"does not speak HTTP"*)
      say "something answers there, but not Go's pprof. Another port, or a prefix before /debug/pprof/ (give the whole URL)?"
      say "Or the program does not import it; these three lines turn it on:"
      three_lines
      ;;
  esac
}

three_lines() {
  cat >&2 <<'TEXT'

    import "net/http"
    import _ "net/http/pprof"
    go http.ListenAndServe("localhost:6060", nil)

TEXT
}

if [[ ${1:-} == demo ]]; then
  shift
  ensure_binary
  LEAKFINDER_BINARY=$binary exec "$here/scripts/demo" "$@"
fi

ensure_binary
run "$@"
if [[ $code == 3 ]]; then
  advise "$(ask_why "$@")"
fi
exit "$code"
