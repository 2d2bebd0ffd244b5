#!/bin/sh
# servers.sh -- jobs that are stopped, killed and begun again by a scheduler, or run out of time, end
# with the bytes of a run that was left alone; all other work ends soon, with no part of a file.
. "${srcdir:-.}/tests/tap.sh"

OMP_WAIT_POLICY=passive
export OMP_WAIT_POLICY
unset SLURM_JOB_ID SLURM_JOB_END_TIME SLURM_RESTART_COUNT LSB_RESTART RESTARTED

many=20000
options="--check-rows=0 --plot=none --reproducible --epochs=$many"

moment() { # MOST: a random whole number below it
    echo $(($(od -An -N2 -tu2 /dev/urandom) % $1))
}

hundredths() {
    sleep "$(($1 / 100)).$(($1 / 10 % 10))$(($1 % 10))"
}

# Waits a minute at most.  0: the process has ended; its zombie is no longer running.
has_ended() { # PROCESS
    tries=0
    while kill -0 "$1" 2>/dev/null; do
        [ "$tries" -lt 1200 ] || return 1
        sleep 0.05
        tries=$((tries + 1))
    done
}

# One life of a job: TERM at a moment of no one's choosing, KILL after the grace.  A job that is
# begun again is told how often, as Slurm does.
live() { # RESTARTS HUNDREDTHS GRACE COMMAND...
    restarts=$1 at=$2 grace=$3
    shift 3
    [ "$restarts" -eq 0 ] || set -- env "SLURM_RESTART_COUNT=$restarts" "$@"
    "$@" >>out 2>>err </dev/null &
    process=$!
    hundredths "$at"
    kill -TERM "$process" 2>/dev/null
    [ "$grace" -gt 0 ] && has_ended "$process"
    kill -KILL "$process" 2>/dev/null
    code=0
    wait "$process" 2>/dev/null || code=$?
}

# The same command until it is done; `stops` and `kills` are counted, other ends are kept in `odd`.
schedule() { # MOST GRACE COMMAND...
    most=$1 limit=$2
    shift 2
    : >out
    : >err
    lives=0 stops=0 kills=0 odd=
    code=1
    while [ "$code" -ne 0 ] && [ "$lives" -lt 60 ]; do
        live "$lives" "$((20 + $(moment "$most")))" "$limit" "$@"
        case $code in
        0) ;;
        75) stops=$((stops + 1)) ;;
        143 | 137) kills=$((kills + 1)) ;; # before the program had begun, or without a grace
        *) odd="$odd $code" ;;
        esac
        lives=$((lives + 1))
        most=$((most + most / 4)) # on a machine that is busy each gets further
    done
}

run "$longhand" train $options --out=whole
exits "a run that is left alone ends" 0

# Preempted: TERM, and time to save.  No --resume is given.
schedule 40 60 "$longhand" train $options --out=preempted
exits "a job that is stopped again and again is done at last" 0
is "each stop was 75" "$odd" ""
ok "it was stopped at least once" test "$stops" -ge 1
says "a job that was begun again goes on by itself" err "Slurm has begun this job before"
says "the signal is named" err "stopped by SIGTERM after step"
ok "its bytes are those of the run that was left alone" cmp whole/model.h5 preempted/model.h5
ok "so is its history" cmp whole/history.csv preempted/history.csv
is "nothing else is left" "$(find preempted -name '*.tmp' -o -name '*.lock' | wc -l | tr -d ' ')" 0

# Killed without a word, as by a machine that is lost or out of memory.
schedule 40 0 "$longhand" train $options --save-every=500steps --out=killed
exits "a job that is killed again and again is done at last" 0
ok "it was killed at least once" test "$((kills + stops))" -ge 1
ok "its bytes are those of the run that was left alone, too" cmp whole/model.h5 killed/model.h5
ok "and its history" cmp whole/history.csv killed/history.csv

# Jobs that have a limit of their own, and none of any other kind.
lives=0 code=75
: >all
while [ "$code" -eq 75 ] && [ "$lives" -lt 60 ]; do
    run "$longhand" train $options --out=limited --resume=auto --max-time="$((2 + lives / 4))s"
    cat err >>all
    lives=$((lives + 1))
done
exits "runs of some seconds each come to the end" 0
ok "with the same bytes" cmp whole/model.h5 limited/model.h5
run "$longhand" train --check-rows=0 --plot=none --epochs=100000000 --out=short --max-time=2s
exits "a limit stops a run: 75" 75
says "it is told what it was stopped for" err "stopped in time for --max-time=2s after step"
ok "it is saved" test -s short/model.h5

# The end of a job, from the environment; one that has passed is that of a job with more time.
SLURM_JOB_END_TIME=$(($(date +%s) + 12))
export SLURM_JOB_END_TIME
run "$longhand" train --check-rows=0 --plot=none --epochs=100000000 --out=job
exits "the end of a Slurm job stops a run: 75" 75
says "it is told at the beginning" err "SLURM_JOB_END_TIME): the run stops in time to be saved"
says "and at the end" err "stopped before the job ends (SLURM_JOB_END_TIME) after step"
ok "it is saved, too" test -s job/model.h5
SLURM_JOB_END_TIME=$(($(date +%s) - 100))
run "$longhand" train --check-rows=0 --plot=none --epochs=3 --out=past
exits "an end that has passed is none" 0
unset SLURM_JOB_END_TIME

for bad in 90 0s 1.5h 3:55:00 soon -2s; do
    run "$longhand" train --epochs=3 --out=bad --max-time="$bad"
    exits "--max-time=$bad: 2" 2
done
says "it is said what is wanted" err "a time is wanted, as 90s, 10m, 3h55m or 1d12h"
run "$longhand" train --epochs=3 --out=bad --max-time=90
says "also that a unit is missing" err "the unit is missing"

# All other work.  Where /proc tells that the handler is there, the exit code is 75 and no other.
awk 'BEGIN {
    srand(3)
    print "a,b,c,d,label"
    for (i = 0; i < 400000; i++)
        printf "%.5f,%.5f,%.5f,%.5f,%d\n", rand(), rand(), rand(), rand(), i % 2
}' >rows.csv
run "$longhand" train --data=rows.csv --epochs=1 --check-rows=0 --plot=none --out=rows
exits "a model of many rows is trained" 0

handles() { # PROCESS: it is the command and has a handler for TERM, or nobody can know
    [ -r /proc/self/status ] || return 0
    case $(readlink "/proc/$1/exe") in
    *longhand) ;;
    *) return 1 ;; # still a shell
    esac
    mask=$(sed -n 's/^SigCgt:[[:space:]]*//p' "/proc/$1/status" 2>/dev/null)
    case ${mask%???} in
    *[4567cdef]) return 0 ;; # bit 14
    esac
    return 1
}

ends_soon() { # WHAT FILE COMMAND...
    what=$1 file=$2
    shift 2
    stops=0 wrong=
    for time in 1 2 3 4 5 6; do
        rm -rf "$file"
        "$@" >out 2>err </dev/null &
        process=$!
        tries=0
        while ! handles "$process" && [ "$tries" -lt 1200 ] && kill -0 "$process" 2>/dev/null; do
            sleep 0.02
            tries=$((tries + 1))
        done
        hundredths "$(moment $((10 * time)))"
        kill -TERM "$process" 2>/dev/null
        has_ended "$process" || kill -KILL "$process"
        code=0
        wait "$process" || code=$?
        if [ "$code" -eq 75 ]; then
            stops=$((stops + 1))
            [ ! -e "$file" ] || wrong="$wrong $file stays"
        elif [ "$code" -eq 143 ] && [ -e "$file" ]; then
            : # it was done, and its handlers were gone
        elif [ "$code" -ne 0 ]; then
            wrong="$wrong code $code"
        fi
        [ -z "$(find . -name '*.tmp')" ] || wrong="$wrong a temporary file"
    done
    is "$what: 75 and no part of a file, or done" "$wrong" ""
    ok "$what: it was stopped" test "$stops" -ge 1
}

ends_soon "reading and measuring" none "$longhand" eval rows/model.h5 --data=rows.csv \
    --intervals=1000 --metrics=all
ends_soon "predicting" p.csv "$longhand" predict rows/model.h5 --data=rows.csv --out=p.csv
ends_soon "a check" ledger.html "$longhand" check --hidden=300,300 --rows=64 --ledger=ledger.html
ends_soon "a derivation" page.html "$longhand" derive --hidden=300,300 --rows=200 --out=page.html
ends_soon "the self-test" none "$longhand" check --self-test
ends_soon "a benchmark" none "$longhand" bench --quick --only=step --peers=none

# A figure: what draws it is ended, and what was drawn in part is no figure.
printf '#!/bin/sh\nexec sleep 30\n' >slow
chmod +x slow
LONGHAND_GNUPLOT=$work/slow
export LONGHAND_GNUPLOT
ends_soon "drawing" curves.png "$longhand" plot rows/model.h5
unset LONGHAND_GNUPLOT

# The script for Slurm, with its part of the command played by another.
mkdir bin
printf '#!/bin/sh\necho "scontrol $*"\n' >bin/scontrol
chmod +x bin/scontrol
ln -s "$longhand" bin/longhand
before=$PATH
PATH=$work/bin:$PATH
SLURM_JOB_ID=7
export PATH SLURM_JOB_ID
for signal in USR1 TERM; do
    rm -rf job
    : >err
    sh "$source/examples/slurm.sh" --check-rows=0 --plot=none --epochs=100000000 --out=job >out \
        2>err </dev/null &
    process=$!
    tries=0
    while ! grep -q 'training in' err && [ "$tries" -lt 1200 ]; do
        sleep 0.05
        tries=$((tries + 1))
    done
    kill -"$signal" "$process"
    code=0
    wait "$process" || code=$?
    exits "slurm.sh, SIG$signal: 75" 75
    says "slurm.sh, SIG$signal: the job is put into the queue again" out "scontrol requeue 7"
    ok "slurm.sh, SIG$signal: the run is saved" test -s job/model.h5
done
run sh "$source/examples/slurm.sh" --check-rows=0 --plot=none --epochs=2 --out=job2
exits "slurm.sh: a run that is done is 0" 0
is "and is not put into the queue" "$(grep -c scontrol out)" 0
run sh "$source/examples/slurm.sh" --epochs=-1 --out=job2
exits "slurm.sh: an error is passed on" 2
PATH=$before
finish
