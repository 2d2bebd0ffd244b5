#!/bin/sh
# mpi.sh -- several processes under mpirun are one: the bytes, the errors, the end of any of them.
# SPDX-License-Identifier: MIT
# usage: sh tests/mpi.sh BUILD [QUICK]     a build with --with-mpi; minutes, not in make check
srcdir=${srcdir:-$(dirname "$0")/..}
top_build=$1
. "$srcdir/tests/tap.sh"

# Ranks share CPUs here: whoever waits gives way.  Every job has an end: mpirun can hang.
OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_mpi_yield_when_idle=1
OMPI_MCA_hwloc_base_binding_policy=none OMP_WAIT_POLICY=passive
export OMPI_ALLOW_RUN_AS_ROOT OMPI_ALLOW_RUN_AS_ROOT_CONFIRM OMPI_MCA_rmaps_base_oversubscribe \
    OMPI_MCA_mpi_yield_when_idle OMPI_MCA_hwloc_base_binding_policy OMP_WAIT_POLICY

job() { # RANKS COMMAND...
    ranks=$1
    shift
    timeout -k 5 "${job_seconds:-60}" mpirun -n "$ranks" "$@" </dev/null
}
launch() { run job "$@"; }

common='--check-rows=0 --plot=none --progress=none --reproducible --held-out=0.05'

# Rows that a formula makes, enough of them for 64 shards.
awk 'BEGIN {
    for (j = 0; j < 24; j++) printf "x%d,", j
    print "label"
    s = 12345
    for (i = 0; i < 4600; i++) {
        t = 0
        for (j = 0; j < 24; j++) {
            s = (s * 16807) % 2147483647
            x = s / 2147483647 - 0.5
            t += (j % 3 - 1) * x
            printf "%.6f,", x
        }
        print (t + (s % 100) / 200 - 0.25 > 0)
    }
}' >rows.csv
awk 'BEGIN { FS = OFS = "," } NR > 1 { $NF = "c" (NR % 3 ? $NF : 2) } { print }' rows.csv >classes.csv

# --- one file, whoever makes it ---

page="--data=wdbc --batch=520 --epochs=4"
large="--data=rows.csv --hidden=256,128 --batch=4160 --epochs=2"
adam="--data=classes.csv --hidden=32,16 --batch=1000 --optimizer=adam --rate=0.01 --epochs=2"

runs=0 wrong=0
compare() { # NAME SHARDS RANKS THREADS OPTION...
    name=$1 shards=$2 ranks=$3 threads=$4
    shift 4
    [ -f "$name-$shards.h5" ] || {
        "$longhand" train $common --shards="$shards" --threads=1 --out=alone "$@" >/dev/null 2>err ||
            cat err
        mv alone/model.h5 "$name-$shards.h5"
    }
    rm -rf many
    case $shards in 13) OMPI_MCA_osc=^sm && export OMPI_MCA_osc ;; esac # no memory in common
    launch "$ranks" "$longhand" train $common --shards="$shards" --threads="$threads" --out=many "$@"
    unset OMPI_MCA_osc
    runs=$((runs + 1))
    if [ "$code" -ne 0 ] || ! cmp "$name-$shards.h5" many/model.h5; then
        wrong=$((wrong + 1))
        echo "# $name, $shards shards, $ranks ranks, $threads threads: exit code $code"
        sed 's/^/#   /' err | head -n 5
    fi
}

least=100
crews='1 2 3 4 5 7 8'
if [ "${2-}" ]; then
    least=20 crews='2 3 5'
fi
for ranks in $crews; do
    for threads in 1 2; do
        for shards in 8 13 64; do
            compare page "$shards" "$ranks" "$threads" $page
            compare adam "$shards" "$ranks" "$threads" $adam
            [ "${2-}" ] && [ "$threads" = 2 ] || compare large "$shards" "$ranks" "$threads" $large
        done
    done
done
is "$runs runs on $crews ranks wrote the bytes of one process" "$wrong" 0
ok "there were at least $least of them" [ "$runs" -ge "$least" ]
ok "shards make another file: the sums are seen" not cmp -s large-8.h5 large-64.h5

# --- who speaks ---

launch 3 "$longhand" train $common $page --out=many
says "ranks of one machine share memory" err "which share memory"
is "one rank speaks" "$(grep -c 'training on 3 ranks' err)" 1
is "and prints once" "$(grep -c . out)" "$("$longhand" train $common $page --out=alone 2>/dev/null | grep -c .)"
says "a cut that sends more is told" err "ranks each would send less"
OMPI_MCA_osc=^sm && export OMPI_MCA_osc
launch 3 "$longhand" train $common $page --out=many
unset OMPI_MCA_osc
never_says "and do without where MPI has none" err "share memory"
# Open MPI would hang where its folder is full.
if unshare -m mount -t tmpfs -o size=10m none /dev/shm 2>/dev/null; then
    run timeout -k 5 60 unshare -m sh -c 'mount -t tmpfs -o size=10m none /dev/shm &&
        exec mpirun -n 2 "$@"' sh "$longhand" train $common --data=rows.csv --hidden=1000,1000 \
        --epochs=1 --batch=4160 --out=many </dev/null
    exits "nor where /dev/shm is too small" 0
    never_says "for what is shared" err "share memory"
else
    skip "where /dev/shm is too small" "no file system can be mounted here"
fi
launch 4 "$longhand" train $common --data=wdbc --batch=64 --epochs=1 --out=many
says "ranks without rows are told" err "have no rows"
launch 1 "$longhand" train $common $page --out=many
never_says "one process under mpirun is alone" err "ranks"
launch 4 "$longhand" train --dry-run $common $page --out=many
says "a dry run tells what sums take" out "MB of sums to exchange"
launch 4 "$longhand" train --help
is "help is printed once" "$(grep -c '^usage' out)" 1

# A driver knows nothing of ranks.
launch 4 "$build/experiments/notes" --epochs=20 --plot=none --reproducible --out=notes4
exits "experiments/notes runs on 4 ranks as it is" 0
"$build/experiments/notes" --epochs=20 --plot=none --reproducible --out=notes1 >out1 2>/dev/null
ok "and writes its checkpoint" cmp notes1/notes.h5 notes4/notes.h5
ok "and its history" cmp notes1/history.csv notes4/history.csv
sed 's/notes4/notes1/g' out >out4
ok "and says the same" cmp out1 out4

# A loss that is no number takes all of them back, as it does one process.
back="--data=wdbc --loss=squares --rate=0.8 --hidden=4 --batch=0 --epochs=50 --on-nan=back"
"$longhand" train $common $back --out=back1 >/dev/null 2>&1
launch 3 "$longhand" train $common $back --out=back3
is "--on-nan=back goes back on 3 ranks" "$(grep -c 'back to the parameters' err)" 3
ok "to the bytes of one process" cmp back1/model.h5 back3/model.h5

# --- speed is measured ---

launch 2 "$longhand" bench --only=ranks --quick --threads=1 --progress=none --json=ranks.json
exits "bench --only=ranks measures" 0
is "two networks, beside MPI" "$(grep -c '^ *[0-9]* *0\.[0-9]* .*+-.*+-' out)" 2
ok "and in JSON" grep -q '"floats": 233985, "sums": {"samples": 3' ranks.json

# --- errors ---

launch 3 "$longhand" train --data=missing.csv --out=many
exits "what all fail of has its exit code" 66
is "and is told once" "$(grep -c 'missing.csv' err)" 1

cat >stray.c <<'C'
#include <longhand.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
    const char *text = getenv("OMPI_COMM_WORLD_RANK");
    const int rank = text ? atoi(text) : 0;
    lh_ctx *c = lh_open(argc, argv, "a driver whose ranks part");
    const char *how = lh_opt_text(c, "how", "", "what goes wrong");
    lh_data *d = lh_data_open(c, "wdbc");
    lh_tape *t = lh_tape_new(lh_params_new(c, LH_F32));
    lh_var X = lh_input(t, "X", LH_ROWS, lh_cols(d)), y = lh_input(t, "y", LH_ROWS, 1);
    lh_var W = lh_param(t, "W", lh_cols(d), 1, LH_HE);
    lh_let(L, lh_bce_logits(lh_matmul(X, W), y));
    lh_run *r = lh_train(L, LH_SGD(strcmp(how, "rate") == 0 && rank ? 0.2 : 0.1), d, 256,
                         strcmp(how, "epochs") == 0 && rank ? 2 : 4);

    while (lh_epoch(r)) {
        if (strcmp(how, "fail") == 0 && rank == 2 && lh_epochs(r) == 2)
            lh_fail(c, LH_EDATA, "the sensor of this rank is gone");
        if (strcmp(how, "leave") == 0 && rank == 1 && lh_epochs(r) == 2)
            break;
        if (strcmp(how, "exit") == 0 && rank == 1 && lh_epochs(r) == 2)
            exit(9);
        if (strcmp(how, "hang") == 0 && rank == 1 && lh_epochs(r) == 2)
            for (;;)
                lh_step_loss(r);
    }
    return lh_close(c);
}
C
ok "a driver whose ranks can part is built" compile stray
launch 3 ./stray --how=fail
exits "the error of one rank ends all with its exit code" 65
says "and is told with its rank" err "rank 2: the sensor of this rank is gone"
is "once" "$(grep -c 'sensor' err)" 1
launch 3 ./stray --how=leave
exits "a rank that goes another way ends all" 70
says "and is told" err "rank 1 to lh_close()"
launch 3 ./stray --how=epochs
exits "another number of epochs on one rank is noticed" 70
says "and named" err "rank 1 has other"
job_seconds=20
launch 3 ./stray --how=exit
ok "a rank that exits ends all" [ "$code" -ne 0 ]
ok "without waiting for an end" [ "$code" -ne 124 ]
launch 3 ./stray --how=hang --rank-wait=3s
ok "a rank that does not come is waited for as long as asked ($code)" [ "$code" -ne 124 ]
says "and who waited for what is told" err "did not come to"
job_seconds=60

# --- stopping and going on ---

long="$common --data=wdbc --batch=520 --epochs=12000 --keep=1"
"$longhand" train $long --out=alone >/dev/null 2>&1
before=
for most in 1 3 9; do # a busy machine may not have begun by then
    [ "$before" ] || launch 3 "$longhand" train $long --max-time=${most}s --out=stopped
    before=$("$longhand" inspect stopped/model.h5 2>/dev/null | sed -n 's/.*step \([0-9]*\).*/\1/p')
done
exits "--max-time stops all ranks" 75
ok "in the middle (step $before)" [ "${before:-24000}" -lt 24000 ]
launch 2 "$longhand" train $long --resume=auto --out=stopped
exits "another number of ranks goes on" 0
ok "to the bytes of a run that was left alone" cmp alone/model.h5 stopped/model.h5

# pids NAME: the ranks of a job, which have its folder among their arguments.
pids() { pgrep -f -- "--out=$1\$" | while read -r p; do
    case $(cat "/proc/$p/comm" 2>/dev/null) in *longhand*) echo "$p" ;; esac
done; }

# Waits until a run is under way, at most half a minute: a machine may be a hundred times as busy
# as another.
under_way() { # FILE: its first checkpoint
    tries=0
    while [ ! -s "$1" ] && [ "$tries" -lt 600 ]; do
        sleep 0.05
        tries=$((tries + 1))
    done
}

rm -rf signalled
(job 3 "$longhand" train $long --save-every=100steps --out=signalled >out 2>err; echo $? >ended) &
under_way signalled/model.h5
one=$(pids signalled | sed -n 2p)
[ -n "$one" ] && kill -USR1 "$one"
wait
is "a signal to one rank stops all" "$(cat ended)" 75
launch 1 "$longhand" train $long --resume=auto --out=signalled
ok "and one process goes on to the same bytes" cmp alone/model.h5 signalled/model.h5

kills=10
[ "${2-}" ] && kills=3
done=0 late=0 equal=0 n=0
while [ "$n" -lt "$kills" ]; do
    n=$((n + 1))
    rm -rf killed
    lives=0 code=1
    while [ "$code" -ne 0 ] && [ "$lives" -lt 20 ]; do
        ranks=$((1 + $(od -An -N2 -tu2 /dev/urandom) % 4))
        [ "$lives" -eq 0 ] && ranks=3
        (job "$ranks" "$longhand" train $long --save-every=100steps --resume=auto --out=killed \
            >out 2>err; echo $? >ended) &
        if [ "$lives" -lt 2 ]; then
            [ "$lives" -gt 0 ] || under_way killed/model.h5
            sleep "0.$(($(od -An -N2 -tu2 /dev/urandom) % 10))"
            one=$(pids killed | awk '{ p[NR] = $1 } END { srand(); if (NR) print p[1 + int(rand() * NR)] }')
            if [ -n "$one" ] && kill -KILL "$one" 2>/dev/null; then
                done=$((done + 1))
                tries=0
                while [ -n "$(pids killed)" ] && [ "$tries" -lt 100 ]; do
                    sleep 0.1
                    tries=$((tries + 1))
                done
                [ "$tries" -lt 100 ] || late=$((late + 1))
            fi
        fi
        wait
        code=$(cat ended)
        lives=$((lives + 1))
    done
    cmp -s alone/model.h5 killed/model.h5 && equal=$((equal + 1))
done
is "killed $done times, begun again on other numbers of ranks: equal bytes" "$equal" "$kills"
is "every job ended within 10 seconds of the kill" "$late" 0
ok "there were kills" [ "$done" -ge "$kills" ]

# --- a sum in another order is noticed ---

# The same build with the sums of the ranks added one after another, as MPI_SUM might.
plant_sum() {
    mkdir tree && for part in "$source"/*; do
        case ${part##*/} in build | build-mpi) continue ;; esac
        ln -s "$part" tree/
    done
    cp -pR "$build" tree/planted && mkdir -p tree/planted/framework/tape &&
        sed 's/return a.first % .*/return past + b.past + shards > 0;/' \
            "$source/framework/tape/partials.c" >tree/planted/framework/tape/partials.c &&
        ! cmp -s "$source/framework/tape/partials.c" tree/planted/framework/tape/partials.c &&
        (cd tree/planted && make -o Makefile -o config.status longhand) >planted.log 2>&1 ||
        { tail -n 20 planted.log; return 1; }
}
ok "a build that adds in the order of the ranks is made" plant_sum
other=0
if [ -x tree/planted/longhand ]; then
    for ranks in 3 5; do
        rm -rf many
        launch "$ranks" tree/planted/longhand train $common --shards=8 --threads=1 --out=many $large
        [ "$code" -eq 0 ] && ! cmp -s large-8.h5 many/model.h5 && other=$((other + 1))
    done
fi
is "and its files are others" "$other" 2
finish
