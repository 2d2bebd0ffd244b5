# tap.sh -- for the shell tests, which source it: TAP lines, a temporary folder, runs of programs.
#
# Sets source and build (absolute), work (an empty folder with a space in its name, removed
# at the end; the current one), longhand (the command).  Every assertion takes its sentence first.

set -u
LC_ALL=C
export LC_ALL
source=$(cd "${srcdir:-$(dirname "$0")/../..}" && pwd) || exit 99
build=$(cd "${top_build:-.}" && pwd) || exit 99
: "${CC:=cc}"
longhand=$build/longhand
for variable in $(env | sed -n 's/^\(LONGHAND_[A-Z0-9_]*\)=.*/\1/p'); do
    unset "$variable"
done

work=$(mktemp -d "${TMPDIR:-/tmp}/longhand test XXXXXX") || exit 99
trap 'cd /; chmod -R u+w "$work"; rm -rf "$work"' EXIT
trap 'exit 99' HUP INT TERM
cd "$work" || exit 99

count=0
failures=0
code=0

# result STATUS SENTENCE: one TAP line; on failure the last run as diagnostics.
result() {
    count=$((count + 1))
    if [ "$1" -eq 0 ]; then
        printf 'ok %d - %s\n' "$count" "$2"
        return 0
    fi
    failures=$((failures + 1))
    printf 'not ok %d - %s\n' "$count" "$2"
    printf '#   exit code of the last run: %s\n' "$code"
    for output in "$work/out" "$work/err"; do
        [ -s "$output" ] && cut -c1-200 "$output" | sed 's/^/#   /' | tail -n 12
    done
    return 0
}

# ok SENTENCE COMMAND...: the command succeeds.
ok() {
    sentence=$1
    shift
    if "$@" >"$work/.said" 2>&1; then
        result 0 "$sentence"
    else
        result 1 "$sentence"
        sed 's/^/#   /' "$work/.said" | head -n 30
    fi
}

# is SENTENCE GOT WANTED
is() {
    if [ "$2" = "$3" ]; then
        result 0 "$1"
    else
        result 1 "$1"
        printf '%s\n' "got $2, wanted $3" | sed 's/^/#   /'
    fi
}

skip() {
    count=$((count + 1))
    printf 'ok %d - %s # SKIP %s\n' "$count" "$1" "$2"
}

# run COMMAND...: its output in $work/out and $work/err, its exit code in $code.
run() {
    code=0
    "$@" >"$work/out" 2>"$work/err" </dev/null || code=$?
}

# exits SENTENCE WANTED: the exit code of the last run.
exits() { is "$1" "$code" "$2"; }
# says SENTENCE FILE TEXT, never_says SENTENCE FILE PATTERN: out or err of the last run.
says() { ok "$1" grep -F -e "$3" "$2"; }
no_match() { ! grep -e "$2" "$1"; }
never_says() { ok "$1" no_match "$2" "$3"; }
not() { ! "$@"; }
have() { command -v "$1" >/dev/null 2>&1; }

# compile NAME: NAME.c in the current folder against the library in the build tree.
compile() {
    # LH_LDFLAGS: in a build with sanitizers their runtime must come first in a program.
    flags=$(sed -n 's/^CFLAGS = //p; s/^LH_LDFLAGS = //p' "$build/Makefile" | tr '\n' ' ')
    "$build/libtool" --silent --tag=CC --mode=link $CC -std=c11 -Wall -Wextra -Werror $flags \
        -I"$source/include" -I"$build/include" -o "$1" "$1.c" "$build/liblonghand.la"
}

# plant TREE: a copy of the sources, to be broken.
plant() {
    mkdir -p "$1" && for part in framework include experiments tests configure.ac Makefile.am; do
        cp -R "$source/$part" "$1/" || return 1
    done
    chmod -R u+w "$1"
}

# For awk over C files: what follows sees lines without strings and comments, and `outside` is 0 on
# those of a longer comment.
without_comments='
    FNR == 1 || ends { inside = ends = 0 }
    { gsub(/"([^"\\]|\\.)*"/, "\"\""); gsub(/\/\*.*\*\//, "") }
    /\/\*/ { inside = 1 }
    { ends = /\*\//; outside = !inside }'

# rule SENTENCE FUNCTION: the function, called with a tree, prints what breaks the rule.
rule() {
    ("$2" "$source") >"$work/found" 2>&1
    ok "$1" not grep . "$work/found"
}

# catches SENTENCE FUNCTION FILE TEXT...: with the lines added to the file of a copy the
# function complains, naming the file.
catches() {
    sentence=$1 function=$2 file=$3
    shift 3
    [ -d "$work/planted" ] || plant "$work/planted"
    [ -f "$work/planted/$file" ] && cp "$work/planted/$file" "$work/.whole"
    mkdir -p "$(dirname "$work/planted/$file")"
    printf '%s\n' "$@" >>"$work/planted/$file"
    ("$function" "$work/planted") >"$work/found" 2>&1
    ok "$sentence" grep -F -e "$(basename "$file")" "$work/found"
    rm -f "$work/planted/$file"
    [ -f "$work/.whole" ] && mv "$work/.whole" "$work/planted/$file"
    return 0
}

finish() {
    printf '1..%d\n' "$count"
    [ "$failures" -eq 0 ]
    exit $?
}

# python_with MODULE: sets python to one that has it, or to nothing.
python_with() {
    for python in python3 /usr/bin/python3; do
        "$python" -c "import $1" >/dev/null 2>&1 && return
    done
    python=
}
