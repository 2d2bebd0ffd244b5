#!/bin/sh
# full.sh -- disks that are really full, quotas, and a file system that becomes read-only.
#
# As root, in a mount namespace of its own: nothing stays mounted.
. "${srcdir:-.}/tests/tap.sh"

if [ "$(id -u)" -ne 0 ] || ! have unshare || ! unshare -m mount -t tmpfs none "$work" 2>err; then
    skip "a disk that is full" "only root can mount, and may not here"
    finish
fi
if [ -z "${FULL_INSIDE-}" ]; then
    # The work of the outer shell is one folder, removed at its end.
    FULL_INSIDE=1 srcdir=$source top_build=$build unshare -m --propagation private \
        /bin/sh "$source/tests/faults/full.sh"
    exit
fi

times=${FAULTS_TIMES:-1}
small="--data=wdbc --hidden=4 --check-rows=0 --plot=none --progress=none --threads=1 --seed=3"
disk=$work/disk
mkdir "$disk" whole
# shellcheck disable=SC2086
run "$longhand" train $small --epochs=2 --out=whole
exits "the checkpoint that stood there before is made" 0

# No checkpoint is lost: the one at a path is the old one or the new one, and can be read.
left() { find "$1" -name '*.lh-*' -o -name '*.lock'; }
is_whole() { "$longhand" inspect "$1" >said 2>&1; }

# A tmpfs of each size, with the old checkpoint and with nothing.
sizes=0
refused=0
bad=
for kib in $(seq 4 4 $((200 * times))); do
    for old in 0 1; do
        mount -t tmpfs -o "size=${kib}k" none "$disk" || break 2
        mkdir "$disk/run"
        if [ $old = 1 ] && ! cp whole/model.h5 "$disk/run/" 2>/dev/null; then
            umount "$disk"
            continue
        fi
        # shellcheck disable=SC2086
        run "$longhand" train $small --epochs=3 --out="$disk/run"
        case $code in
        0) ;;
        74) refused=$((refused + 1))
            grep -q 'No space left on device' err || bad="$bad $kib:$old:reason" ;;
        *) bad="$bad $kib:$old:$code" ;;
        esac
        if [ -f "$disk/run/model.h5" ]; then
            is_whole "$disk/run/model.h5" || bad="$bad $kib:$old:damaged"
        elif [ $old = 1 ] || [ $code = 0 ]; then
            bad="$bad $kib:$old:gone"
        fi
        [ -z "$(left "$disk")" ] || bad="$bad $kib:$old:left"
        umount "$disk"
    done
    sizes=$((sizes + 1))
done
echo "# $sizes sizes of a full disk, $refused runs refused for want of room"
is "on a disk of any size the old checkpoint stays or the new one stands, and it is told" "$bad" ""
ok "there were at least 50 sizes ($sizes)" [ "$sizes" -ge 50 ]
ok "on at least 10 of them there was no room ($refused)" [ "$refused" -ge 10 ]

# Full from a moment in the middle of a run on.
mount -t tmpfs -o size=32m none "$disk"
mkdir "$disk/run"
cp whole/model.h5 "$disk/run/"
# shellcheck disable=SC2086
"$longhand" train $small --epochs=1000000 --save-every=20epochs --out="$disk/run" >out 2>err </dev/null &
child=$!
wait_for() { # FILE TEXT: at most a minute
    tries=0
    until grep -q -e "$2" "$1" 2>/dev/null || [ $((tries += 1)) -gt 600 ]; do sleep 0.1; done
    grep -q -e "$2" "$1"
}
saved() { cmp -s whole/model.h5 "$disk/run/model.h5" && return 1 || [ -f "$disk/run/model.h5" ]; }
tries=0
until saved || [ $((tries += 1)) -gt 600 ]; do sleep 0.1; done
dd if=/dev/zero of="$disk/filler" bs=4096 2>/dev/null
ok "a disk that fills up is told while the run goes on" wait_for err 'No space left on device'
ok "what was saved before can be read" is_whole "$disk/run/model.h5"
rm "$disk/filler"
ok "where there is room again it is saved again" wait_for err 'could be saved again'
kill -TERM $child
code=0
wait $child || code=$?
exits "and it ends as a run that a signal stopped" 75
is "nothing is left in the making" "$(left "$disk")" ""

# Read-only from a moment in the middle of a run on: what is opened from then on is.
# shellcheck disable=SC2086
"$longhand" train $small --epochs=1000000 --save-every=20epochs --resume=auto --out="$disk/run" \
    >out 2>err </dev/null &
child=$!
ok "a run goes on from there" wait_for err 'going on from'
mount --bind "$disk" "$disk" && mount -o remount,ro,bind "$disk"
ok "a file system that becomes read-only is told" wait_for err 'Read-only file system'
kill -TERM $child
code=0
wait $child || code=$?
exits "a run that could not be saved at its end says so" 74
umount "$disk"
ok "what was saved before can be read" is_whole "$disk/run/model.h5"
# shellcheck disable=SC2086
run "$longhand" train $small --epochs=1000000 --max-time=1s --resume=require --out="$disk/run"
exits "and gone on with" 75
umount "$disk"

# A quota: of a tmpfs where the kernel has them, for a user who is not root; else of one process.
quota=size=4m,usrquota,usrquota_block_hardlimit=64k
if have setpriv && mount -t tmpfs -o "$quota" none "$disk" 2>err; then
    chmod 1777 "$disk"
    run setpriv --reuid=65534 --clear-groups dd if=/dev/zero of="$disk/filler" bs=4096 count=10
    # shellcheck disable=SC2086
    run setpriv --reuid=65534 --clear-groups "$longhand" train $small --epochs=2 --out="$disk/run"
    exits "a quota ends a run before it begins" 74
    says "and is named" err "Disk quota exceeded"
    is "nothing is left of it" "$(left "$disk")" ""
    umount "$disk"
else
    limited() { (ulimit -f 8 && "$longhand" "$@"); }
    mkdir limited
    cp whole/model.h5 limited/
    # shellcheck disable=SC2086
    run limited train $small --epochs=3 --out=limited
    exits "a limit of a file's size ends a run before it begins" 74
    says "and is named" err "File too large"
    ok "the old checkpoint stays" cmp whole/model.h5 limited/model.h5
    is "nothing is left in the making" "$(left limited)" ""
fi
finish
