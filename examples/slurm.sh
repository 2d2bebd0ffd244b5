#!/bin/sh
# slurm.sh -- a run of days in jobs of hours, which put themselves into the queue again:
#
#     sbatch examples/slurm.sh --data=my.csv --epochs=100000 --out=run
#
# Each job trains until its time is nearly over, saves the run and ends; the next one goes on at the
# step where it stopped.  docs/servers.md says why each line is there.
#SBATCH --job-name=longhand
#SBATCH --output=%x-%j.log
#SBATCH --open-mode=append
#SBATCH --time=4:00:00
#SBATCH --cpus-per-task=8
#SBATCH --mem=4G
#SBATCH --requeue
#SBATCH --signal=B:USR1@120

set -u
run=''
told=''

# To this shell go USR1, two minutes before the end, and TERM, when the job must give way or is
# cancelled.  The run is sent USR1 in either case: a second TERM would end it at once.
trap 'told=1; kill -USR1 "$run" 2>/dev/null' TERM USR1

longhand train --resume=auto "$@" &
run=$!

# A signal ends the waiting, not the run; 127: it had been waited for already.
code=0
wait "$run" || code=$?
while [ -n "$told" ]; do
    told=''
    again=0
    wait "$run" || again=$?
    [ "$again" -eq 127 ] || code=$again
done

# 75: it was stopped, and can go on.
if [ "$code" -eq 75 ]; then
    scontrol requeue "$SLURM_JOB_ID" || echo "slurm.sh: submit the same command again" >&2
fi
exit "$code"
