#!/bin/sh
# Compile every kernel into KERNELS, for any processor of this architecture, by folding the sample articles. It also
# proves that what was installed at PREFIX works.
set -eu
PREFIX=$1
KERNELS=$2
mkdir -p "$KERNELS"
sample=$("$PREFIX/bin/python" -c 'from importlib.resources import files; print(files("stream") / "corpus" / "articles.jsonl")')
NUMBA_CPU_NAME=generic NUMBA_CACHE_DIR="$KERNELS" \
    "$PREFIX/bin/newsfold" replay "$sample"
