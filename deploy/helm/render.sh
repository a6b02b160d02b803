#!/bin/sh
# Render the chart with each of the example values into FOLDER. Needs helm on the path, or `make helm`.
set -eu
FOLDER=$1
CHART=$(dirname "$0")
HELM=$(command -v helm || echo "$CHART/../../build/bin/helm")
for values in "$CHART"/examples/*.yaml; do
    rendered=$("$HELM" template news "$CHART" --kube-version 1.32.0 --namespace newsfold --values "$values" 2>&1) ||
        { echo "$rendered" >&2; exit 1; }
    # The dashboards stand as they are in deploy/grafana/dashboards; helm says of each link that it followed it.
    echo "$rendered" | grep -v 'found symbolic link' |
        awk '/^  newsfold-.*[.]json: /{print; print "    {}"; skip=1; next} skip && /^    /{next} {skip=0; print}' \
            >"$FOLDER/$(basename "$values")"
done
