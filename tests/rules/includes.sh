#!/bin/sh
# includes.sh -- includes run one way: a folder sees only the layers below it.
. "${srcdir:-.}/tests/tap.sh"
. "$source/tests/layers.sh"

# Prints "file:line: why" for each include, and each use of OpenMP, that breaks the layers.
layers() {
    (cd "$1" && find framework experiments include tests -name '*.[ch]' -exec awk "$layers"'
    function bad(why) { print FILENAME ":" FNR ": " why ": " $0 }
    FNR == 1 {
        parts = split(FILENAME, path, "/")
        top = path[1]
        folder = top == "framework" && parts > 2 ? path[2] : ""
        if (top == "framework" && !(folder in below))
            bad("a folder without a layer")
    }
    /^[ \t]*#[ \t]*pragma[ \t]+omp/ || /_Pragma *\( *"omp/ {
        if (FILENAME != "framework/base/threads.c")
            bad("OpenMP belongs to base/threads.c")
    }
    /^[ \t]*#[ \t]*include/ && top != "tests" {
        name = $0
        sub(/^[ \t]*#[ \t]*include[ \t]*/, "", name)
        quoted = name ~ /^"/
        sub(/^["<]/, "", name)
        sub(/[">].*/, "", name)
        if (name ~ /^hdf5/ || name ~ /^H5/) {
            if (folder != "store") bad("HDF5 belongs to store/")
        } else if (name ~ /^mpi/) {
            if (FILENAME != "framework/mpi/engine.c") bad("MPI belongs to mpi/engine.c")
        } else if (name == "omp.h") {
            if (FILENAME != "framework/base/threads.c") bad("OpenMP belongs to base/threads.c")
        } else if (name ~ /^longhand(\/[a-z]+)?\.(h|def)$/ || name ~ /^longhand\//) {
            if (quoted) bad("public headers are included as <longhand/...>")
        } else if (quoted || name ~ /^(framework|tests)\//) {
            split(name, to, "/")
            if (top == "experiments" && quoted && FILENAME == top "/" name)
                next # an op file reads itself once for each type
            if (top != "framework")
                bad(top " sees the public headers alone")
            else if (to[1] != "framework" || name ~ /\.\./)
                bad("a path from the top is wanted")
            else if (!allowed(folder, to[2]))
                bad(folder "/ may not see " to[2] "/")
        }
    }' {} +)
}

# An op file, one that ops.def names, includes framework/ops/op_impl.h and nothing else of ours; or
# a header that includes that for it, where several ops share code.
op_files() {
    for op in $(sed -n 's/^LH_[A-Z]*ARY[_0-9]* *(\([a-z0-9_]*\),.*/\1/p' "$1/include/longhand/ops.def"); do
        found=$(sed -n 's/^[ \t]*#[ \t]*include[ \t]*//p' "$1/framework/ops/$op.c" |
            grep -e '^"' -e longhand -e framework)
        case $found in
        '"framework/ops/op_impl.h"') continue ;;
        '"framework/ops/'[a-z_]*'.h"')
            header=$(printf '%s' "$found" | tr -d '"')
            grep -q '^#include "framework/ops/op_impl.h"' "$1/$header" 2>/dev/null && continue
            ;;
        esac
        echo "$op.c includes $found"
    done
}

rule "every include goes down the layers, HDF5 stays in store/, OpenMP in base/threads.c, MPI in mpi/" layers
rule "an op file includes op_impl.h alone, or what ops share" op_files
for pair in tape:ops tape:optim optim:ops optim:train tape:lines lines:ops ops:page page:data \
    ops:data base:tape mpi:base kernels:tape arrays:store store:tape \
    report:store train:verify verify:train verify:selftest verify:derive session:selftest \
    derive:train data:train system:base train:session cli:base session:cli session:bench \
    train:bench report:train bench:cli cli:bench; do
    catches "${pair%:*}/ that sees ${pair#*:}/ is caught" layers \
        "framework/${pair%:*}/planted.c" "#include \"framework/${pair#*:}/planted.h\""
done
catches "HDF5 in train/ is caught" layers framework/train/run.c "#include <hdf5.h>"
catches "mpi.h in train/ is caught" layers framework/train/run.c "#include <mpi.h>"
catches "omp.h in kernels/ is caught" layers framework/kernels/rows.c "  #  include <omp.h>"
catches "an OpenMP pragma in train/ is caught" layers framework/train/run.c "#pragma omp parallel"
catches "a driver that looks inside is caught" layers experiments/notes.c \
    '#include "framework/tape/tape.h"'
catches "a driver that is not of one file is caught" layers experiments/notes.c \
    '#include "own_op.c"'
catches "a public header that looks inside is caught" layers include/longhand/data.h \
    '#include "framework/data/data.h"'
catches "a path that is not from the top is caught" layers framework/tape/run.c '#include "tape.h"'
catches "a folder without a layer is caught" layers framework/extra/planted.c 'int planted;'
catches "an op file that sees the tape is caught" op_files framework/ops/relu.c \
    '#include "framework/tape/tape.h"'
finish
