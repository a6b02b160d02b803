#!/bin/sh
# Look every locked dependency up in PyPI's advisory database (pip-audit). Where that service cannot be reached, say so
# and succeed: an audit that did not happen must be visible, and must not stop work offline.
# AUDIT_REQUIRED=1 makes it an error: for CI with a network.
set -eu
cd "$(dirname "$0")/.."
PATH="build/uv/bin:$PATH"
said=$(mktemp)
trap 'rm -f "$said"' EXIT
status=0
uvx pip-audit==2.9.0 --requirement deploy/requirements.lock --no-deps --disable-pip --progress-spinner off \
    >"$said" 2>&1 || status=$?
if grep -qE "could not be audited|ConnectionError|ServiceError|Name or service|Max retries" "$said"; then
    echo "NOT AUDITED: the advisory service does not answer here for $(grep -c 'could not be audited' "$said") packages."
    status=${AUDIT_REQUIRED:-0}
fi
grep -v "could not be audited" "$said" || true
exit "$status"
