#!/bin/sh
# ops_list.sh -- ops.def, the files of framework/ops/ and the makefile's list name the same ops.
. "${srcdir:-.}/tests/tap.sh"

# These are no ops: they find and record them.
others='registry register record_listing layers'

named() { sed -n 's/^LH_[A-Z]*ARY[_0-9]* *(\([a-z0-9_]*\),.*/\1/p' "$1/include/longhand/ops.def"; }

agree() {
    named "$1" | sort | uniq -d | sed 's/^/ops.def names twice: /'
    for op in $(named "$1"); do
        [ -f "$1/framework/ops/$op.c" ] || echo "ops.def names $op, there is no $op.c"
    done
    for file in "$1"/framework/ops/*.c; do
        op=$(basename "$file" .c)
        case " $others " in
        *" $op "*) continue ;;
        esac
        named "$1" | grep -qx "$op" || echo "$op.c is not named in ops.def"
        grep -q "LH_DEFINE_OP *( *$op *," "$file" || echo "$op.c does not define the op $op"
    done
    sh "$source/build-aux/op-list.sh" "$1/include/longhand/ops.def" >"$work/list"
    cmp -s "$work/list" "$1/framework/ops/ops.am" || echo "ops.am is not what ops.def gives"
    for op in $others; do
        grep -q "framework/ops/$op.c" "$1/framework/local.mk" || echo "$op.c is not in local.mk"
    done
}

rule "the list, the files and the makefile agree" agree
catches "an op without a file is caught" agree include/longhand/ops.def 'LH_UNARY (cube, "C = A^3")'
ok "by the name of its file too" grep cube.c found
catches "an op named twice is caught" agree include/longhand/ops.def \
    'LH_UNARY (relu,       "A = max(0, Z), element by element")'
catches "a file that the list does not name is caught" agree framework/ops/planted.c \
    'LH_DEFINE_OP(planted, .n_in = 1);'
catches "a makefile with another list is caught" agree framework/ops/ops.am "# planted"
finish
