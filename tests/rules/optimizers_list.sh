#!/bin/sh
# optimizers_list.sh -- the tables of optimisers and schedules, their files and their page agree.
. "${srcdir:-.}/tests/tap.sh"

# "name number value, number value" of each row of a table; a row may take several lines.
rows() { # FILE MACRO
    { grep -v '^[ /]\*' "$1" | tr '\n' ' '; echo; } | sed "s/$2(/\\
&/g" | sed -n "s/^$2(\\([a-z-]*\\), .*/&/p" | while IFS= read -r row; do
        name=$(printf '%s\n' "$row" | sed "s/^$2(\\([a-z-]*\\),.*/\\1/")
        numbers=$(printf '%s\n' "$row" | grep -o '{"[a-z0-9-]*", [0-9.e-]*}' |
            sed 's/{"\(.*\)", \(.*\)}/\1 \2/' | paste -sd, - | sed 's/,/, /g')
        echo "$name${numbers:+ $numbers}"
    done
}
# The same of the page: the first and the last column of a row of its tables.
page() { # FILE HEADING
    awk -v heading="## $2" -F ' *[|] *' '
        /^## / { inside = $0 == heading }
        inside && $2 ~ /^`/ { gsub(/`/, "", $2); print $2 ($4 != "" ? " " $4 : "") }' "$1"
}
differ() { diff "$1" "$2" | sed -n 's/^[<>]/optimizers.def, schedules.def: &/p'; }
agree() { # SOURCE
    rows "$1/framework/optim/optimizers.def" LHI_OPTIMIZER >in_table
    page "$1/docs/optimizers.md" Optimisers >in_page
    differ in_table in_page
    rows "$1/framework/optim/schedules.def" LHI_SCHEDULE >in_table
    page "$1/docs/optimizers.md" Schedules >in_page
    differ in_table in_page
}
# Every mover is a file that is compiled, and every file is a mover.
files() {
    sed -n 's/^LHI_OPTIMIZER([a-z]*, \([a-z]*\),.*/framework\/optim\/\1.c/p' \
        "$1/framework/optim/optimizers.def" | sort -u >in_table
    (cd "$1" && grep -l 'LHI_MOVER' framework/optim/*.c | sort) >in_tree
    sed -n '/^lh_variant_sources/,/^$/s|.*\(framework/optim/[a-z]*\.c\).*|\1|p' \
        "$1/framework/local.mk" | sort >in_make
    differ in_table in_tree
    differ in_table in_make
}
rule "docs/optimizers.md has every row with its defaults" agree
rule "each mover has a file, and the makefile has it" files
rows "$source/framework/optim/optimizers.def" LHI_OPTIMIZER >all
is "there are nine optimisers" "$(wc -l <all | tr -d ' ')" 9
is "a row is read whole" "$(grep '^adamw' all)" \
    "adamw rate 0.001, beta1 0.9, beta2 0.999, epsilon 1e-8, decay 0.01"
catches "a row that the page lacks is caught" agree framework/optim/optimizers.def \
    'LHI_OPTIMIZER(planted, sgd, 0, "text", LHI_NOTHING, LHI_LIST({"rate", 0.5}))'
catches "a mover without a file is caught" files framework/optim/optimizers.def \
    'LHI_OPTIMIZER(planted, planted, 0, "text", LHI_NOTHING, LHI_LIST({"rate", 0.5}))'
finish
