#!/bin/sh
# mpi_faults.sh -- links between machines are cut, ranks are killed: all end, and the file is one.
# SPDX-License-Identifier: MIT
# usage: sh tests/mpi_faults.sh BUILD [CUTS [KILLS]]     a build with --with-mpi; as root, on Linux:
#        the machines are network namespaces with a cable between them.  Not in make check: minutes.
srcdir=${srcdir:-$(dirname "$0")/..}
top_build=$1
cuts=${2:-20} kills=${3:-100}
. "$srcdir/tests/tap.sh"

OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMP_WAIT_POLICY=passive
OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_mpi_yield_when_idle=1
OMPI_MCA_hwloc_base_binding_policy=none OMPI_MCA_plm=rsh OMPI_MCA_plm_rsh_agent=reach
PATH=$work:$PATH # its folder has a space in its name
export OMPI_ALLOW_RUN_AS_ROOT OMPI_ALLOW_RUN_AS_ROOT_CONFIRM OMPI_MCA_rmaps_base_oversubscribe \
    OMPI_MCA_mpi_yield_when_idle OMPI_MCA_hwloc_base_binding_policy OMPI_MCA_plm \
    OMPI_MCA_plm_rsh_agent OMP_WAIT_POLICY

wait_most=3 # --rank-wait, in seconds
A=lhA$$ B=lhB$$ net=10.77.0 fault=fault$$

# In place of ssh: host, then a command.  Each machine has its name, too.
cat >reach <<END
#!/bin/sh
while :; do case \$1 in -*) shift ;; *) break ;; esac; done
case \$1 in $net.1) at=$A ;; $net.2) at=$B ;; *) exit 1 ;; esac
shift
exec ip netns exec \$at unshare -u sh -c "hostname \$at; \$*"
END
chmod +x reach

machines() {
    for at in $A $B; do
        ip netns add $at && ip -n $at link set lo up || return 1
    done
    ip link add a$$ netns $A type veth peer name b$$ netns $B &&
        ip -n $A addr add $net.1/24 dev a$$ && ip -n $B addr add $net.2/24 dev b$$ &&
        ip -n $A link set a$$ up && ip -n $B link set b$$ up
}
# Whatever runs on them ends.
clear_machines() {
    for at in $A $B; do
        ip netns pids $at 2>/dev/null | while read -r p; do kill -KILL "$p" 2>/dev/null; done
    done
}
gone() {
    clear_machines
    ip netns del $A
    ip netns del $B
} 2>/dev/null

if ! machines 2>/dev/null; then
    gone
    skip "links are cut" "no network namespaces: root and iproute2 are needed"
    finish
    exit
fi
trap 'gone; cd /; rm -rf "$work"' EXIT

# across RANKS COMMAND...: on both machines, by TCP alone.
across() {
    ranks=$1
    shift
    timeout -k 5 60 reach $net.1 exec mpirun --host $net.1:8,$net.2:8 -n "$ranks" --map-by node \
        --mca btl tcp,self --mca pml ob1 --mca btl_tcp_if_include $net.0/24 \
        --mca oob_tcp_if_include $net.0/24 "$@" </dev/null
}
# here RANKS COMMAND...
here() {
    ranks=$1
    shift
    timeout -k 5 60 mpirun -n "$ranks" "$@" </dev/null
}

options="--check-rows=0 --plot=none --progress=none --reproducible --held-out=0.05 --data=wdbc
    --batch=520 --hidden=48,24 --epochs=${epochs:-3000} --keep=1 --threads=1"
"$longhand" train $options --out=alone >/dev/null 2>&1

# pids NAME: the ranks of a job.
pids() { pgrep -f -- "--out=$1\$" | while read -r p; do
    case $(cat "/proc/$p/comm" 2>/dev/null) in *longhand*) echo "$p" ;; esac
done; }
random() { od -An -N2 -tu2 /dev/urandom | tr -d ' '; }
under_way() { # FILE
    tries=0
    while [ ! -s "$1" ] && [ "$tries" -lt 600 ]; do
        sleep 0.05
        tries=$((tries + 1))
    done
    sleep "0.$(($(random) % 10))"
}
# ended NAME TENTHS: whether no rank is left by then.
ended() {
    tries=0
    while [ -n "$(pids "$1")" ] && [ "$tries" -lt "$2" ]; do
        sleep 0.1
        tries=$((tries + 1))
    done
    [ -z "$(pids "$1")" ]
}
train() { # HOW RANKS
    "$1" "$2" "$longhand" train $options --save-every=100steps --resume=auto \
        --rank-wait=${wait_most}s --out=$fault
}

for ranks in 2 3 4; do
    rm -rf $fault
    train across "$ranks" >out 2>err
    ok "$ranks ranks on two machines: the bytes of one process" cmp alone/model.h5 $fault/model.h5
done

cut=0 in_time=0 told=0 equal=0 n=0
while [ "$n" -lt "$cuts" ]; do
    n=$((n + 1))
    rm -rf $fault
    train across $((2 + $(random) % 3)) >out 2>err &
    under_way $fault/model.h5
    [ -n "$(pids $fault)" ] && cut=$((cut + 1))
    ip -n $A link set a$$ down
    ended $fault $(((wait_most + 5) * 10)) && in_time=$((in_time + 1))
    clear_machines # mpirun itself waits for the other machine
    wait
    grep -q 'did not come to' err && told=$((told + 1))
    ip -n $A link set a$$ up
    train here $((1 + $(random) % 4)) >out 2>err
    cmp -s alone/model.h5 $fault/model.h5 && equal=$((equal + 1))
    echo "# $n of $cuts cuts: $cut under way, $in_time ended in time, $told told, $equal equal"
done
ok "links were cut under $cut runs of $cuts" [ $((10 * cut)) -ge $((9 * cuts)) ]
is "all ranks had ended within $wait_most + 5 seconds" "$in_time" "$cuts"
is "and had told what they waited for" "$told" "$cut"
is "begun again on one machine: equal bytes" "$equal" "$cuts"

killed=0 in_time=0 equal=0 n=0
while [ "$n" -lt "$kills" ]; do
    n=$((n + 1))
    rm -rf $fault
    how=here
    [ $((n % 4)) -ne 0 ] || how=across
    train $how $((2 + $(random) % 3)) >out 2>err &
    under_way $fault/model.h5
    one=$(pids $fault | awk -v draw="$(random)" '
        { p[NR] = $1 } END { if (NR) print p[1 + draw % NR] }')
    [ -n "$one" ] && kill -KILL "$one" 2>/dev/null && killed=$((killed + 1))
    ended $fault 100 && in_time=$((in_time + 1))
    wait
    train here $((1 + $(random) % 4)) >out 2>err
    cmp -s alone/model.h5 $fault/model.h5 && equal=$((equal + 1))
    echo "# $n of $kills kills: $killed under way, $in_time ended in time, $equal equal"
done
ok "ranks were killed $killed times of $kills" [ $((10 * killed)) -ge $((9 * kills)) ]
is "every job had ended within 10 seconds" "$in_time" "$kills"
is "begun again on another number of ranks: equal bytes" "$equal" "$kills"
finish
