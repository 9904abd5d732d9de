#!/bin/sh
# The former name of leakfinder.sh.
exec "$(dirname "$(readlink -f "$0")")/leakfinder.sh" "$@"
