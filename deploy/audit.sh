#!/bin/sh
# Look every locked dependency up in PyPI's advisory database (pip-audit); print its report, JSON.
# Exit codes: 0 nothing known against any; 1 advisories found; 69 (EX_UNAVAILABLE) not every package was audited, as
# where the advisory service does not answer. An audit that did not happen must not look like one that found nothing.
set -eu
cd "$(dirname "$0")/.."
report=$(mktemp)
trap 'rm -f "$report" "$report.errors"' EXIT
status=0
.venv/bin/pip-audit --requirement deploy/requirements.lock --no-deps --disable-pip --progress-spinner off \
    --format json >"$report" 2>"$report.errors" || status=$?
audited=$(grep -o '"vulns"' "$report" | wc -l)
skipped=$(grep -o '"skip_reason"' "$report" | wc -l)
if [ "$audited" -eq 0 ]; then
    echo "NOT AUDITED: the advisory service does not answer here, nothing is known of any locked package." >&2
    echo "Run \`make audit\` where pip-audit reaches it." >&2
    exit 69
fi
cat "$report"
echo "$audited packages audited" >&2
if [ "$status" -ne 0 ]; then
    cat "$report.errors" >&2
    exit "$status"
fi
if [ "$skipped" -gt 0 ]; then
    echo "NOT AUDITED: $skipped packages, see skip_reason in the report." >&2
    exit 69
fi
