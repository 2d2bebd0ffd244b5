#!/bin/sh
# headers.sh -- each public header compiles alone, in C and C++, and says what its functions do.
. "${srcdir:-.}/tests/tap.sh"

names=$(cd "$source/include" && echo longhand.h longhand/*.h)
[ -f "$source/include/longhand/version.h" ] || names="$names longhand/version.h"
for name in $names; do
    printf '#include <%s>\nextern int unused;\n' "$name" >alone.c
    ok "$name compiles alone as C11" $CC -std=c11 -pedantic -Wall -Wextra -Wundef \
        -Wstrict-prototypes -Werror -fsyntax-only -I"$source/include" -I"$build/include" alone.c
    printf '#include <%s>\n#include <%s>\nextern int unused;\n' "$name" "$name" >twice.c
    ok "$name may be included twice" $CC -std=c11 -Werror -fsyntax-only -I"$source/include" \
        -I"$build/include" twice.c
done
# A driver that uses every macro of the headers; what programs are not meant to use is left out.
cat >plus.cc <<'END'
#include <longhand.h>
#if !LH_VERSION_AT_LEAST(LH_VERSION_MAJOR, LH_VERSION_MINOR, LH_VERSION_PATCH)
#error "a version is as late as itself"
#endif

static void hand_W(lh_page *p, lh_wide *dW)
{
    lh_matrix X = lh_on(p, "X"), yhat = lh_on(p, "yhat"), y = lh_on(p, "y");

    for (size_t i = 0; i < X.rows; i++)
        for (size_t j = 0; j < X.cols; j++)
            dW[j] += X.at[i * X.cols + j] * (yhat.at[i] - y.at[i]) / static_cast<lh_wide>(y.rows);
}

int main(int argc, char **argv)
{
    lh_ctx *c = lh_open(argc, argv, "a driver in C++ " LH_VERSION);
    lh_data *d = lh_data_open(c, "wdbc");
    lh_tape *t = lh_tape_new(lh_params_new(c, LH_F32));
    lh_var X = lh_input(t, "X", LH_ROWS, lh_cols(d)), y = lh_input(t, "y", LH_ROWS, 1);
    int early = argc > 1 ? 1 : 0;
    static const float label[1] = {1};
    static const lh_wide all[64] = {1};

    lh_let(Z, lh_matmul(X, lh_param(t, "W", lh_cols(d), 1, LH_GLOROT)));
    lh_let(yhat, lh_sigmoid(lh_mlp(lh_dense(Z, "1", 3, LH_HE), "e", 2, lh_cols(d), 1)));
    lh_let(L, lh_bce_logits(Z, y));
    lh_line(t, "S = sum((yhat - y)^2)");
    lh_hand(L, "W", hand_W, "dW = X^T dZ");
    lh_set(lh_named(t, "W"), all), lh_set_grad(lh_named(t, "W"), all);
    lh_bind(y, label, 1);
    lh_optimizer how[] = {LH_NESTEROV(0.1, 0.9), LH_ADAGRAD(0.1), LH_RMSPROP(0.1), LH_ADAM(0.1),
                          LH_ADAMW(0.1, 0.01), LH_RPROP(0.1), LH_LBFGS(1)};
    const lh_schedule schedule[] = {LH_STEP_DECAY(5, 0.5), LH_EXPONENTIAL(0.9), LH_COSINE(5),
                                    LH_WARM_UP(1), LH_ONE_CYCLE(5), LH_PLATEAU(2, 0.1)};
    how[0].schedule = schedule[early];
    lh_train(L, how[early], d, 64, 0);
    lh_run *r = lh_train(L, early ? LH_SGD(early) : LH_MOMENTUM(0.1, 0.9), d, 64, 5);
    while (lh_epoch(r))
        lh_note(r, "accuracy", lh_accuracy(yhat, d));
    return lh_close(c);
}
END
printf '#include <longhand.h>\n' >all.c
$CC -dM -E -I"$source/include" -I"$build/include" all.c | awk '
    $2 ~ /^(lh_|LH_)/ { name = $2; sub(/\(.*/, "", name); print name }' | grep -v '_H$' |
    grep -vxE 'LH_API|LH_MUST_USE|LH_PRINTF|LH_TYPE_OF|LH_OPERANDS|LH_NUMBERS|LH_READS|LH_READS_OUT' | sort >macros
unused() { while IFS= read -r name; do grep -qw "$name" plus.cc || echo "$name"; done <macros; }
is "the driver in C++ uses all macros ($(wc -l <macros | tr -d ' '))" "$(unused)" ""
plus=0
for one in g++ clang++; do
    for standard in 11 17; do
        if have "$one"; then
            plus=$((plus + 1))
            ok "it compiles with $one as C++$standard" "$one" -std=c++$standard -pedantic-errors \
                -Wall -Wextra -Werror -fsyntax-only -I"$source/include" -I"$build/include" plus.cc
        fi
    done
done
[ $plus -gt 0 ] || skip "it compiles as C++" "no g++ and no clang++"

# What is bound says its type; what cannot say it is no program.
cxx=
for one in g++ clang++; do
    ! have "$one" || cxx=$one
done
binds() { # DECLARATION of x
    printf '#include <longhand.h>\nlh_status f(lh_var X) { static %s; return lh_bind(X, x, 3); }\n' \
        "$1" >bind.c
}
for kind in 'float x[6]' 'const double *x' 'lh_wide *x' 'void *x'; do
    binds "$kind"
    ok "$kind is bound in C" $CC -std=c11 -pedantic -Wall -Werror -fsyntax-only -I"$source/include" \
        -I"$build/include" bind.c
    if [ -n "$cxx" ]; then
        ok "$kind is bound in C++" "$cxx" -std=c++11 -Wall -Wextra -pedantic -Werror -fsyntax-only \
            -I"$source/include" -I"$build/include" -x c++ bind.c
    else
        skip "$kind is bound in C++" "no C++ compiler"
    fi
done
for kind in 'float x[3][2]' 'int x[6]' 'float *x[6]'; do
    binds "$kind"
    ok "$kind is refused in C" sh -c '! "$@" 2>/dev/null' - $CC -std=c11 -fsyntax-only \
        -I"$source/include" -I"$build/include" bind.c
    if [ -n "$cxx" ]; then
        ok "$kind is refused in C++" sh -c '! "$@" 2>/dev/null' - "$cxx" -std=c++11 \
            -fsyntax-only -I"$source/include" -I"$build/include" -x c++ bind.c
    else
        skip "$kind is refused in C++" "no C++ compiler"
    fi
done

# A function needs a comment above it, or above the group that it stands in without a blank line.
mute() {
    for file in "$1"/include/longhand/*.h; do
        awk -v name="$(basename "$file")" '
            /^[ \t]*$/ { told = 0 }
            /\*\/[ \t]*$/ { told = 1 }
            /^(#define LH_[A-Z]+\(.*)?LH_API/ && !/define LH_API/ && !told {
                print name ":" FNR ": no comment: " $0 }' "$file"
    done
}

# Every function of the library is declared with LH_API in a public header.
hidden() {
    grep -nE '^[a-z].*[ *]lh_[a-z_0-9]+ *\(' "$1"/include/longhand/*.h | grep -v LH_API |
        grep -v -e typedef -e 'static inline' | sed "s|^$1/||"
}

# What the headers define: macros, enumerators and names at file scope begin with lh_ or LH_.
foreign() {
    for header in "$1"/include/longhand.h "$1"/include/longhand/*.h; do
        sed -e 's|/\*.*\*/||g' "$header" | awk '/\/\*/ { on = 1 } !on; /\*\// { on = 0 }' |
            awk -v name="$(basename "$header")" '
                function bad(word) { if (word !~ /^(lh_|LH_|LONGHAND_)/) print name ": " word }
                /^[ \t]*#[ \t]*define/ { text = $0; sub(/^[ \t]*#[ \t]*define[ \t]+/, "", text)
                    sub(/[^A-Za-z0-9_].*/, "", text); bad(text) }
                /^[ \t]*#/ { going = /\\$/; next }
                going { going = /\\$/; next }
                /^(typedef )?(struct|enum|union) [A-Za-z_]/ { text = $0; sub(/^typedef /, "", text)
                    split(text, word, /[ {;]+/); bad(word[2]) }
                /^typedef .*\(\*/ { text = $0; sub(/^[^(]*\(\*[ ]*/, "", text)
                    sub(/[^A-Za-z0-9_].*/, "", text); bad(text); next }
                /^typedef [^({]*;/ || /\} *[A-Za-z_0-9]+;/ { text = $0; sub(/;.*/, "", text)
                    sub(/(\[.*)$/, "", text); sub(/.*[ *}]/, "", text); bad(text) }
                /^typedef [^(]*\(/ { text = $0; sub(/\(.*/, "", text); sub(/.*[ *]/, "", text)
                    bad(text); next }
                /^(LH_API|static|extern|inline|int|long|void|double|const|size_t|char|unsigned) .*\(/ {
                    text = $0; sub(/ *\(.*/, "", text); sub(/.*[ *]/, "", text); bad(text) }
                /^ *enum.*\{/ || /^typedef enum/ { inside = 1 }
                inside { text = $0; sub(/^[^{]*\{/, "", text); sub(/\}.*/, "", text)
                    n = split(text, word, ",")
                    for (i = 1; i <= n; i++) { sub(/=.*/, "", word[i]); gsub(/[ \t]/, "", word[i])
                        if (word[i] ~ /^[A-Za-z_][A-Za-z0-9_]*$/) bad(word[i]) } }
                /\}/ { inside = 0 }'
    done
}

rule "every public function has a comment, or its group has" mute
rule "every public function is marked LH_API" hidden
catches "a function without a comment is caught" mute include/longhand/data.h '' \
    'LH_API int lh_planted(void);'
rule "nothing is defined in them but lh_ and LH_ names" foreign
catches "a macro of another name is caught" foreign include/longhand/data.h '#define PLANTED 1'
catches "a type of another name is caught" foreign include/longhand/data.h \
    'typedef struct planted {' '    int a;' '} planted;'
catches "a pointer type of another name is caught" foreign include/longhand/data.h \
    'typedef int (*planted)(int a);'
catches "a function of another name is caught" foreign include/longhand/data.h \
    'LH_API int planted(void);'
catches "a constant of another name is caught" foreign include/longhand/data.h \
    'enum lh_planted { LH_PLANTED, PLANTED = 2 };'
catches "a function that is not marked is caught" hidden include/longhand/data.h \
    'int lh_planted(int a);'
finish
