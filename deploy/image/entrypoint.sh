#!/bin/sh
# The root file system may be read-only, and numba takes kernels only from a folder that it could write to: the
# compiled ones are copied to one (5 MB of memory, a tenth of a second).
set -eu
mkdir -p "$NUMBA_CACHE_DIR"
cp -Rp "${KERNELS:-/opt/kernels}/." "$NUMBA_CACHE_DIR"
exec newsfold "$@"
