#!/bin/sh
# fsck.sh -- longhand fsck tells of each file in a run's folder, and changes none unasked.
. "${srcdir:-.}/tests/tap.sh"

train() { # OPTIONS...
    "$longhand" train --check-rows=0 --plot=none --quiet "$@" >out 2>err || result 1 "training $*"
}
train --epochs=3 --out=run
train --epochs=5 --out=longer
cp run/model.h5 longer/model-21.h5
sums() { (cd "$1" && cksum ./*) 2>/dev/null; }
# line SENTENCE FILE TEXT: the line of a file begins so.
line() { ok "$1" awk -v name="$2" -v text="$3" '
    $1 == name { sub(/^ *[^ ]+ +/, ""); if (index($0, text) == 1) found = 1 }
    END { exit !found }' out; }
flip() { printf 'x' | dd of="$1" bs=1 seek=2000 conv=notrunc 2>/dev/null; }

run "$longhand" fsck longer
exits "a folder in order is well" 0
line "the newest is whole" model.h5 "whole: epoch 5, step 35, 6 parameters of f32"
line "the one before it, too" model-21.h5 "whole: epoch 3, step 21"
line "the history is its" history.csv "the history of model.h5"
line "in both forms" history.jsonl "the history of model.h5"
says "what would be resumed is told" out \
    "--resume=auto beside model.h5 goes on from model.h5 (epoch 5, step 35)"
says "and how many are whole" out "2 of 2 checkpoints are whole; 0 things to see to"
ok "it fits a terminal" not grep -E '^.{100}' out
run "$longhand" fsck --quiet longer
is "--quiet prints nothing" "$(cat out err)" ""

cp -R longer hurt
flip hurt/model.h5
: >hurt/empty.h5
head -c 5000 longer/model.h5 >hurt/model-28.h5
cp run/model.h5 hurt/model-30.h5
cp longer/model.h5 hurt/best.checkpoint
printf '\211HDF\r\n\032\narrays' >hurt/theirs.h5
mkdir hurt/folder.h5
sed '$d' longer/history.csv >hurt/history.csv
sed 's/[0-9],/7,/' longer/history.jsonl >hurt/history.jsonl
head -c 700 longer/model.h5 >hurt/model.h5.lh-0123456789abcdef.tmp
echo "process 4194000 on nowhere since 2026-01-01 00:00:00 UTC" >hurt/model.h5.lock
echo "words" >hurt/other.lock
sums hurt >before
run "$longhand" fsck hurt
exits "one that is not is told by its exit code" 1
line "a damaged checkpoint" model.h5 "NOT WHOLE: it is damaged"
line "an empty one" empty.h5 "NOT WHOLE: it is empty"
line "one cut short" model-28.h5 "NOT WHOLE: it is cut short"
line "one under the name of another step" model-30.h5 "its name says another step"
line "one of any name" best.checkpoint "whole: epoch 5"
never_says "arrays of other programs are passed over" out 'theirs\.h5\|folder\.h5'
line "a history that goes on" history.csv "goes on behind the history of model-30.h5"
line "one that is another, and from where" history.jsonl "NOT the history of"
line "a lock of a process that is gone" model.h5.lock "left by a process that is gone: process 4194000"
never_says "a lock of others is none of it" out 'other\.lock'
line "a file in the making that was left" model.h5.lh-0123456789abcdef.tmp "700 bytes of a file in the"
says "what is whole would be resumed" out \
    "--resume=auto beside model.h5 goes on from model-30.h5"
says "and of the others each" out "--resume=auto beside best.checkpoint goes on from best.checkpoint"
says "all of it is counted" out "3 of 6 checkpoints are whole; 8 things to see to"
sums hurt >after
ok "nothing was changed" cmp before after
run "$longhand" fsck --quiet hurt
exits "--quiet has the same exit code" 1
is "and prints nothing" "$(cat out err)" ""
run "$longhand" fsck hurt --remove-leftovers
exits "with --remove-leftovers what remains is told" 1
line "the lock is removed" model.h5.lock "left by a process that is gone"
says "six things remain" out "; 6 things to see to"
sums hurt >after
is "nothing but leftovers is gone" "$(diff before after | sed 's/.*\.\//.\//' | grep '^\./')" \
    "./model.h5.lh-0123456789abcdef.tmp
./model.h5.lock"

# What --resume=auto does is what fsck has said.
rm hurt/model-30.h5
run "$longhand" fsck hurt
told=$(sed -n 's/^--resume=auto beside model.h5 goes on from \([^ ]*\) .*/\1/p' out)
run "$longhand" train --check-rows=0 --plot=none --epochs=5 --resume=auto --out=hurt
says "--resume=auto takes the one that was told" err "going on from hurt/$told"
is "it was the one before the damaged" "$told" model-21.h5

# At work.
if have flock; then
    cp -R longer work
    echo "process 12 on alpha since 2026-01-01 00:00:00 UTC" >work/model.h5.lock
    sed '$d' longer/history.csv >work/history.csv
    : >work/model.h5.lh-00000000000000ff.tmp
    run flock work/model.h5.lock flock work/model.h5.lh-00000000000000ff.tmp \
        "$longhand" fsck work --remove-leftovers
    exits "of a run at work nothing is to be seen to" 0
    line "its history may be behind" history.csv "ends before the history of model.h5 does"
    line "it is told who that is" model.h5.lock "at work: process 12 on alpha"
    ok "and nothing of it is removed" test -e work/model.h5.lock
    ok "neither is what it writes" test -e work/model.h5.lh-00000000000000ff.tmp
    run flock work/model.h5.lh-00000000000000ff.tmp "$longhand" fsck work
    line "what it writes is told" model.h5.lh-00000000000000ff.tmp "0 bytes of a file in the making, at work"
else
    skip "of a run at work nothing is to be seen to" "no flock"
fi

mkdir odd
cp run/model.h5 "$(printf 'odd/a\033[2J.h5')"
run "$longhand" fsck odd
says "a name that would steer a terminal is shown" out 'a\x1b[2J.h5'
never_says "and does not reach it" out "$(printf '\033')"
mkdir bare
run "$longhand" fsck bare
exits "a folder without any is well" 0
run "$longhand" fsck nowhere
exits "a folder that is not there is told by its exit code" 66
run "$longhand" fsck run/model.h5
exits "a file is none" 66
run "$longhand" fsck
exits "no folder is a usage error" 2
finish
