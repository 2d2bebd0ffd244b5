#!/bin/sh
# metrics_list.sh -- metrics.def, docs/metrics.md and the header of the metrics name the same.
. "${srcdir:-.}/tests/tap.sh"

# What differs between the list and each place that repeats it.
differs() {
    sed -n 's/^LH_METRIC(\([a-z0-9_]*\), \(.*\), [A-Z0-9]*, [01], .*/\1 \2/p' \
        "$1/framework/metrics/metrics.def" |
        sed 's/BINARY | CLASSES/0\/1, classes/; s/CLASSES/classes/; s/VALUES/numbers/' >listed
    [ -s listed ] || echo "metrics.def has no rows"
    if [ -d "$1/docs" ]; then
        sed -n 's/^| `\([a-z0-9_]*\)` | \([^|]*\) |.*/\1 \2/p' "$1/docs/metrics.md" >documented
        diff listed documented | sed -n 's/^[<>]/metrics.def, docs\/metrics.md:/p'
    fi
    tr -cs 'a-z0-9_' '\n' <"$1/include/longhand/metrics.h" >words
    cut -d' ' -f1 listed | while IFS= read -r name; do
        grep -qx "$name" words || echo "longhand/metrics.h does not name $name of metrics.def"
    done
}

rule "the table, its document and its header name the same metrics for the same labels" differs
catches "a metric that nothing tells is caught" differs framework/metrics/metrics.def \
    'LH_METRIC(planted, VALUES, 0, 1, "nothing")'
finish
