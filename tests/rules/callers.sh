#!/bin/sh
# callers.sh -- only framework/system/ calls the system; nothing aborts; few files print.
. "${srcdir:-.}/tests/tap.sh"
. "$source/tests/layers.sh"

calls='malloc|calloc|realloc|free|reallocarray|posix_memalign|aligned_alloc|strdup|strndup|asprintf|
vasprintf|getline|open|open64|openat|creat|close|read|pread|write|pwrite|fopen|fopen64|fdopen|freopen|
fclose|fread|tmpfile|mkstemp|opendir|fsync|fdatasync|rename|unlink|remove|rmdir|mkdir|stat|stat64|
fstat|fstat64|lstat|__xstat|access|time|clock|clock_gettime|gettimeofday|localtime|gmtime|strftime|
getenv|secure_getenv|setenv|putenv|fork|vfork|exec[lv][a-z]*|popen|pclose|system|posix_spawnp?|waitpid|
kill|raise|signal|sigaction|pthread_[a-z_]*|gethostname|getpid|sysconf|sched_getaffinity|isatty|ioctl|
setlocale|newlocale|uselocale|fe[gs]etenv|fe[gs]etround|feholdexcept|fe[a-z]*except|strtod|strtof|strtold|atof|atexit|dlopen|rand|srand|random|getrandom|mmap|munmap|sleep|usleep|nanosleep'
ends='abort|exit|_exit|_Exit|quick_exit|__assert_fail|__assert|longjmp|siglongjmp|setjmp|_setjmp'
prints='printf|puts|putchar|putc|fprintf|fputs|fputc|fwrite|vprintf|vfprintf|perror'
calls=$(printf '%s' "$calls" | tr -d '\n')

# These are handed a stream, or speak for the context.
printers='base/error base/open base/help base/progress verify/ledger_print selftest/check_op
selftest/selftest_print derive/derive exact/prove train/describe report/gnuplot session/difference session/fsck
session/replay
session/surroundings session/theirs session/untrusted store/print bench/show'

# Prints what the objects of a build of some sources call and should not: what they want from
# outside, without the disguise of _FORTIFY_SOURCE.
linked() {
    names "$1" "$2" -u | awk -v never="^($calls|$ends)\$" -v prints="^($prints|std(in|out|err))\$" \
        -v printers=" $(printf '%s ' $printers)" "$layers"'
        /^system\// { next }
        {
            file = $1
            sub(/:.*/, "", file)
            file = file_of(file)
            name = $NF
            sub(/@.*/, "", name)
            if (name ~ /^__.*_chk$/) { sub(/^__/, "", name); sub(/_chk$/, "", name) }
            sub(/^__isoc[0-9]*_/, "", name)
            if (name ~ never)
                print file ".c calls " name
            else if (name ~ prints && file !~ /^cli\// && !index(printers, " " file " "))
                print file ".c uses " name
        }'
}

# The same from the text, where comments and strings are taken away first.
written() {
    (cd "$1/framework" && find . -name '*.[ch]' ! -path './system/*' ! -path './data/wdbc.c' \
        -exec awk -v never="(^|[^a-zA-Z0-9_.>])($calls|$ends|assert) *\\\\(" "$without_comments"'
        outside && $0 ~ never && !/^ *\*/ { print FILENAME ":" FNR ":" $0 }' {} +)
}

rule "in the text only framework/system/ calls for memory, files, processes or time" written
catches "malloc in the text is caught" written framework/tape/planted.c 'p = malloc(3);'
catches "abort in the text is caught" written framework/train/planted.c 'if (x) abort();'
catches "assert in the text is caught" written framework/ops/planted.c '    assert(x > 0);'
catches "getenv in the text is caught" written framework/base/planted.c 'x = getenv("HOME");'
if have nm && [ -n "$(objects "$build" "$source")" ]; then
    found=$(objects "$build" "$source" | wc -l | tr -d ' ')
    ok "there are objects to look at ($found)" test "$found" -gt 60
    linked "$build" "$source" >found
    ok "no object outside framework/system/ calls the system, ends the program or prints" \
        not grep . found
    mkdir -p planted/framework/tape/.libs
    for one in 'malloc(3)' 'getenv("A")' 'abort()' 'time(0)' 'printf("%d\n", x)' 'system("a")'; do
        printf '%s\n' '#include <stdio.h>' '#include <stdlib.h>' '#include <time.h>' \
            'long planted(int x);' "long planted(int x) { (void)x; (void)!$one; return 0; }" \
            >planted/framework/tape/planted.c
        case $one in
        abort*) sed 's/(void)!abort/abort/' planted/framework/tape/planted.c >other.c &&
            mv other.c planted/framework/tape/planted.c ;;
        esac
        $CC -c -fno-builtin -o planted/framework/tape/.libs/libcore_la-planted.o \
            planted/framework/tape/planted.c >err 2>&1
        linked planted planted >found
        ok "an object that calls ${one%%(*} is caught" grep -F "tape/planted.c" found
    done
else
    skip "no object outside framework/system/ calls the system" "no nm, or no objects"
fi

# In the test build every call on a file passes where it can be failed; these read what the system
# says of itself, or speak to other programs.
unseen='calls machine process child trial team signals floats'
around() { # FOLDER: objects of framework/system/ in the test build that call a file by themselves
    names=$(sed -n 's/^#define \([a-z]*\)(.*/\1/p' "$source/framework/system/calls.h" | tr '\n' '|')
    (cd "$1" && find . -path '*system*' -name 'libtesting_la-*.o' -exec nm -uA {} +) | awk \
        -v never="^(${names%|})(64)?\$" -v unseen=" $unseen " '
        {
            file = $1
            sub(/\.o:.*/, "", file)
            sub(/.*libtesting_la-/, "", file)
            name = $NF
            sub(/@.*/, "", name)
            if (name ~ /^__.*_chk$/) name = substr(name, 3)
            sub(/_chk$/, "", name); sub(/^__/, "", name); sub(/_2$/, "", name)
        }
        name ~ never && !index(unseen, " " file " ") { print file ".c calls " name }'
}
seen=$(find "$build/framework/system" -name 'libtesting_la-*.o' | wc -l)
if have nm && [ "$seen" -gt 10 ]; then
    around "$build/framework" >found
    ok "each call on a file can be made to fail in the test build" not grep . found
    ok "there are at least 20 such calls" \
        [ "$(grep -c '^#define [a-z]*(' "$source/framework/system/calls.h")" -ge 20 ]
    mkdir -p around/system
    printf '%s\n' '#include <unistd.h>' 'int planted(void) { return unlink("a"); }' >planted.c
    $CC -c -o around/system/libtesting_la-planted.o planted.c >err 2>&1
    around around >found
    ok "one that goes around it is caught" grep -F "planted.c calls unlink" found
else
    skip "each call on a file can be made to fail in the test build" "no nm, or no test build"
fi
finish
