# copied.sh -- for scripts that change a copy of the tree: sets source, work, tree, build.
#
# Called with the arguments of the script, [SOURCE [WORK]]; a WORK that was given is kept.
set -u
LC_ALL=C
export LC_ALL
source=$(cd "${1:-$(dirname "$0")/..}" && pwd) || exit 99
made=
[ -n "${2:-}" ] || made=$(mktemp -d) || exit 99
work=${2:-$made}
mkdir -p "$work" || exit 99
tree=$work/tree build=$work/build
passed=0 failed=0
cpus=$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
title=$(basename "$0" .sh)

# step SENTENCE COMMAND...
step()
{
    sentence=$1
    shift
    if "$@" >"$work/log" 2>&1; then
        passed=$((passed + 1))
        echo "ok - $title: $sentence"
    else
        failed=$((failed + 1))
        echo "not ok - $title: $sentence"
        tail -20 "$work/log" | sed 's/^/# /'
    fi
}

# What git would keep, or, in a tarball, what is there but for a build in it.
copy_tree()
{
    mkdir -p "$tree" "$build" || return 1
    if git -C "$source" ls-files -co --exclude-standard >"$work/files" 2>/dev/null; then
        (cd "$source" && tar cf - -T "$work/files") | (cd "$tree" && tar xf -)
    else
        (cd "$source" && tar cf - --exclude=./build .) | (cd "$tree" && tar xf -)
    fi
}

finish()
{
    [ -z "$made" ] || rm -rf "$made"
    echo "$passed passed, $failed failed"
    [ "$failed" -eq 0 ]
    exit
}
