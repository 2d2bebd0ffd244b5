#!/bin/sh
# mutants.sh -- breaks the code of the page's lines in a copy of the tree, one at a time: the tests
# of the page must fail and name a line.
#   sh tests/mutants.sh [SOURCE [WORK]]
. "$(dirname "$0")/copied.sh"

build_it()
{
    (cd "$tree" && ./bootstrap) && cd "$build" && "$tree/configure" CFLAGS=-O1 &&
        make -j"$cpus" tests/unit/test_page && ./tests/unit/test_page
}

# killed FILE SED LINE: with the change test_page fails, and says NOTES LINE.
killed()
{
    cp "$tree/$1" "$work/whole" && sed "$2" "$work/whole" >"$tree/$1"
    ! cmp -s "$tree/$1" "$work/whole" || return 1
    cd "$build" && make -s -j"$cpus" tests/unit/test_page || return 1
    ./tests/unit/test_page >"$work/tap" 2>&1
    status=$?
    cp "$work/whole" "$tree/$1"
    cat "$work/tap"
    [ $status -ne 0 ] && grep -q "NOTES $3[ ,:]" "$work/tap"
}

mutant()
{
    step "NOTES $3: $1 with $2" killed "framework/$1" "$2" "$3"
}

step "the tree is copied" copy_tree
step "the page passes unchanged" build_it
mutant ops/matmul.c 's/a + from \* k, k, 1}/a, k, 1}/' 1
mutant ops/add.c 's/a\[i \* n + j\] + row\[j\]/a[i * n + j] - row[j]/' 1
mutant ops/relu.c 's/a\[i\] = z\[i\] <= 0 ? 0 : z\[i\]/a[i] = z[i]/' 2
mutant ops/matmul.c 's/{b, n, 1}/{b, n, 0}/' 3
mutant ops/relu.c 's/z\[i\] <= 0 ? 0/z[i] <= 1 ? 0/' 4
mutant ops/add.c 's/+ row\[j\]/+ row[0]/' 5
mutant ops/sigmoid.c 's/k_sigmoid(z\[i\])/k_sigmoid(-z[i])/' 6
mutant ops/bce.h 's/-sum \//sum \//' 7
mutant ops/bce_logits.h 's/- y\[i\] \* z\[i\] +/+ y[i] * z[i] +/' 7
mutant ops/bce.h 's/(-y\[i\] \/ p\[i\] + /(y[i] \/ p[i] + /' 8
mutant ops/bce.h 's/grad \/ (real)s->m/grad/' 8
mutant ops/sigmoid.c 's/(a\[i\] \* ((real)1 - a\[i\]))/a[i]/' 10
mutant ops/bce_logits.h 's/y\[i\] \* k_sigmoid(-z/y[i] * k_sigmoid(z/' 11
mutant kernels/tile.c 's/V_ADD(V_LOAD(t->level\[l\] + r \* NR + v \* LANES), sum/(sum/' 12
mutant kernels/gemm.c 's/one\[1\] = {1}/one[1] = {2}/' 13
mutant ops/matmul.c 's/dc + t.i0 \* n, n, 1}/dc, n, 1}/' 14
mutant ops/relu.c 's/== 0 ? 0 : da\[i\]/== 0 ? da[i] : da[i]/' 15
mutant ops/matmul.c 's/k, n, a, dc, t.i0/k, n, a + (k > 1), dc, t.i0/' 16
mutant ops/add.c 's/t.j1, d, s->fresh/t.j1, d, 0/' 17
mutant ops/matmul.c 's/b + t.j0 \* n, 1, n}/b + t.j0 * n, 1, n + (n > 1)}/' 18
mutant ops/relu.c 's/== 0 ? 0 : da\[i\]/!= 0 ? 0 : da[i]/' 19
mutant kernels/gemm.c 's/: s->d + from \* s->d_next/: s->d/' 20
mutant kernels/gemm.c 's/s.d = d + j;/s.d = d;/' 21
mutant optim/sgd.c 's/) - alpha \* g;/) + alpha * g;/' 22
# What a training step does in other places than a pass by hand.
mutant kernels/tile.c 's/V_SUB(load/V_ADD(load/' 22
mutant kernels/tile.c 's/V_CUT(sum\[r\]\[v\])/sum[r][v]/' 22
mutant kernels/tile.c 's/V_KEEP(load(t->keep + r \* t->keep_row, v, vecs, part, last), /(/' 22
mutant kernels/tile.c 's/V_ADD(sum\[r\]\[v\], load(t->row, v/V_SUB(sum[r][v], load(t->row, v/' 22
finish
