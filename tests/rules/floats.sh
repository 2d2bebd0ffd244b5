#!/bin/sh
# floats.sh -- nothing lets the compiler or the C library choose the bits of a result.
. "${srcdir:-.}/tests/tap.sh"

# Names of the C library's mathematics that is not correctly rounded everywhere.
libm='exp|exp2|exp10|expm1|log|log2|log10|log1p|logb|pow|sin|cos|sincos|tan|asin|acos|atan|atan2|sinh|
cosh|tanh|asinh|acosh|atanh|erf|erfc|tgamma|lgamma|gamma|cbrt|hypot|fmod|remainder|j0|j1|y0|y1'
libm=$(printf '%s' "$libm" | tr -d '\n')

flags() {
    (cd "$1" && find . \( -name '*.mk' -o -name '*.am' -o -name configure.ac -o -name quickstart \
        -o -path ./.ci/run \) \
        -exec grep -nE 'ffast-math|-Ofast|march=native|mtune=native|unsafe-math|ffp-contract=(fast|on)' \
        {} /dev/null \;) | sed 's|^\./||'
}

pragmas() {
    (cd "$1" && grep -rnE 'reduction *\(|FP_CONTRACT +ON|optimize *\(' \
        framework experiments --include='*.[ch]')
}

# Where results are made, and what is said and drawn of them.
folders='kernels tape lines ops train data verify selftest derive report'

# Calls in the text of them.
written() {
    (cd "$1/framework" && find $folders -name '*.[ch]' ! -name wdbc.c \
        -exec awk -v libm="(^|[^a-zA-Z0-9_])($libm)[fl]? *\\\\(" "$without_comments"'
        outside && $0 ~ libm { print FILENAME ": " $0 }' {} +)
}

# Calls in the objects.
linked() {
    (cd "$1/framework" && find $folders -name '*.o' -exec nm -uA {} + | awk -v libm="$libm" '
        {
            file = $0
            sub(/:.*/, "", file)
            sub(/@.*/, "", $NF)
            if ($NF ~ /^__.*_finite$/)
                $NF = substr($NF, 3, length($NF) - 9)
        }
        $NF ~ "^(" libm ")[fl]?$" { print file " calls " $NF }')
}

# Numbers formatted by the C library itself have a decimal comma where the program has one.  The
# command and what it alone calls (cli, bench) set no locale.
formats() {
    (cd "$1/framework" && find . -name '*.[ch]' ! -path './system/*' ! -path './cli/*' \
        ! -path './bench/*' -exec awk 'BEGIN { RS = ";" }
        { gsub(/\n/, " ") }
        match($0, /(^|[^a-z_"])(f|s|sn)?printf *\(.*%[-+ 0#]*[0-9*]*(\.[0-9*]*)?L?[aefgAEFG]/) {
            print FILENAME ": " substr($0, RSTART)
        }' {} +)
}

# Every object is compiled without contraction.
rule "no makefile asks for fast mathematics or the machine's own instructions" flags
rule "no source asks for a reduction, for contraction or for other optimisation" pragmas
rule "nothing there calls the C library's exp and log" written
rule "no number is formatted but in the C locale" formats
catches "a number in the program's locale is caught" formats framework/derive/layout.c \
    'static void f(char *to, double x)' '{' '    snprintf(to, 9, "%d %-8.3g",' '1, x);' '}'
ok "contraction is off in the build" grep -E '^LH_CFLAGS = .*-ffp-contract=off' "$build/Makefile"
# CFLAGS are the user's, whose processor is the user's own.
ok "the build's own flags have no fast mathematics" not grep -nE -e '^CFLAGS = .*(-Ofast|fast-math)' \
    -e '^(LH_|AM_)(CFLAGS|VECTOR|AVX2|AVX512)[A-Z_0-9]* = .*(-Ofast|fast-math|march=native)' \
    "$build/Makefile"
catches "-ffast-math is caught" flags framework/local.mk 'AM_CFLAGS += -ffast-math'
catches "-march=native is caught" flags Makefile.am 'AM_CFLAGS += -march=native'
catches "-Ofast in quickstart is caught" flags quickstart 'CFLAGS=-Ofast'
catches "-Ofast in .ci/run is caught" flags .ci/run 'CFLAGS=-Ofast'
catches "a reduction is caught" pragmas framework/train/run.c \
    '#pragma omp parallel for reduction(+:sum)'
catches "exp in an op is caught" written framework/ops/sigmoid.c 'static double f(double x)' \
    '{' '    return exp(-x);' '}'
catches "expl in the wide type is caught" written framework/kernels/wide.c \
    'long double g(long double x) { return expl(x); }'
catches "cbrt in a difference is caught" written framework/verify/differ.c \
    'static double h(double x)' '{' '    return cbrt(x);' '}'
if have nm && [ -d "$build/framework/ops" ]; then
    linked "$build" >found
    ok "in the objects too" not grep . found
    for folder in $folders; do
        mkdir -p "planted/framework/$folder/.libs"
    done
    printf 'double tanh(double);\ndouble f(double x);\ndouble f(double x) { return tanh(x); }\n' \
        >planted.c
    $CC -c -fno-builtin -o planted/framework/ops/.libs/libf64_la-planted.o planted.c
    linked planted >found
    ok "tanh in an object is caught" grep -F libf64_la-planted.o found
else
    skip "in the objects too" "no nm, or no objects"
fi
# What a user may give to the compiler.
refused() { ! sh "$source/build-aux/flags.sh" cc -O2 "$1" -g; }
for flag in -ffast-math -Ofast -ffinite-math-only -ffp-contract=fast -ffp-contract=on -mfpmath=387 \
    -mfpmath=both -fsingle-precision-constant -mpc64 -mdaz-ftz -ffp-model=fast; do
    ok "$flag is refused" refused "$flag"
done
ok "what changes no result is not" sh "$source/build-aux/flags.sh" gcc -O3 -g -march=native \
    -mfpmath=sse -ffp-contract=off -frounding-math -fno-math-errno -DNDEBUG -I/usr/include
ok "no flag at all is taken, too" sh "$source/build-aux/flags.sh"
printf '#include <longhand/op/strict.h>\nextern int unused;\n' >strict.c
compiles() { $CC -std=gnu11 -fsyntax-only -I"$source/include" "$@" strict.c; }
ok "the headers compile" compiles
# For each processor that this compiler knows, of whichever machine: what -march=native stands for.
every_processor() {
    known=0
    for one in x86-64 nehalem haswell skylake-avx512 sapphirerapids znver1 znver4 armv8-a \
        armv8.2-a+fp16 armv8.6-a+sve; do
        $CC -march=$one -fsyntax-only -x c /dev/null 2>/dev/null || continue
        known=$((known + 1))
        compiles -march=$one || return 1
        compiles -march=$one -std=c11 || return 1
    done
    [ $known -ge 3 ] || ! uname -m | grep -qxE 'x86_64|aarch64'
}
ok "for any processor" every_processor
for flag in -ffast-math -ffinite-math-only; do
    ok "but not with $flag" not compiles $flag
done
if $CC -mfpmath=387 -fsyntax-only -x c /dev/null 2>/dev/null && [ "$(uname -m)" = x86_64 ] &&
    $CC --version | grep -qi gcc; then
    ok "nor in x87 arithmetic" not compiles -mfpmath=387
    ok "nor with constants in single precision" not compiles -fsingle-precision-constant
else
    skip "nor in x87 arithmetic" "no gcc for x86_64"
fi
if [ -f "$build/Makefile" ]; then
    again() { env -u MAKEFLAGS -u MFLAGS "${MAKE:-make}" -C "$build" flags "$@"; }
    ok "make takes its own flags" again
    ok "make CFLAGS=-ffp-contract=fast is refused" not again CFLAGS="-O2 -ffp-contract=fast"
fi
if sh "$source/configure" --version >/dev/null 2>&1; then
    mkdir fast && cd fast || exit 99
    for given in CFLAGS="-O2 -ffast-math" CFLAGS="-O2 -ffp-contract=fast" CPPFLAGS=-mfpmath=387 \
        CC="${CC%% *} -Ofast"; do
        run sh "$source/configure" "$given"
        ok "configure refuses $given" test "$code" -ne 0
        ok "and says which and why" grep -E 'error: -[^ ]*(fast|387)[a-z-]*: .* to the bit' "$work/err"
    done
    cd "$work" || exit 99
else
    skip "configure refuses -ffast-math" "no configure script"
fi
finish
