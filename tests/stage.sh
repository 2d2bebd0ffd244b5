# stage.sh -- for the scripts that .ci/run calls, which source it: counts what is reported.
number=0 passed=0 failed=0
cpus=$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)

report() # STATUS WHAT
{
    number=$((number + 1))
    if [ "$1" -eq 0 ]; then
        passed=$((passed + 1))
        echo "ok $number - $2"
    else
        failed=$((failed + 1))
        echo "not ok $number - $2"
    fi
}

# The last line, and the exit code.
finish()
{
    echo "$passed passed, $failed failed"
    [ "$failed" -eq 0 ]
    exit
}
