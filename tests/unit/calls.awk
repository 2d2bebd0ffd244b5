# calls.awk -- every prototype of the public headers as a function that test_misuse.c can call.
#
# For each "LH_API TYPE lh_name(TYPE a, ...)" there is a call_lh_name() that takes its arguments by
# take_TYPE("lh_name.a", which), a row of the table calls[] with their places, and nothing else: a
# parameter of a type that the test has no values for does not compile.

function word(type) {
    gsub(/\*/, " p ", type)
    gsub(/[ \t]+/, "_", type)
    sub(/^_/, "", type)
    sub(/_$/, "", type)
    return type
}

# "const char *name" -> its type and its name; a pointer to a function is named by its own name.
function split_param(text, type_name) {
    gsub(/^[ \t]+|[ \t]+$/, "", text)
    if (match(text, /\(\*[a-z_]+\)/)) {
        type_name[2] = substr(text, RSTART + 2, RLENGTH - 3)
        type_name[1] = "function_" type_name[2]
        return
    }
    match(text, /[A-Za-z_0-9]+$/)
    type_name[2] = substr(text, RSTART)
    type_name[1] = word(substr(text, 1, RSTART - 1))
}

# Commas within the parentheses of a pointer to a function do not separate parameters.
function params_of(text, param,   i, depth, n, c) {
    n = 1
    param[1] = ""
    depth = 0
    for (i = 1; i <= length(text); i++) {
        c = substr(text, i, 1)
        depth += (c == "(") - (c == ")")
        if (c == "," && depth == 0)
            param[++n] = ""
        else
            param[n] = param[n] c
    }
    return n
}

function emit(text,   open, head, name, result, n, i, param, one, args, table) {
    gsub(/[ \t\n]+/, " ", text)
    sub(/ LH_PRINTF\([0-9, ]+\)/, "", text)
    sub(/^ *LH_API */, "", text)
    open = index(text, "(")
    head = substr(text, 1, open - 1)
    sub(/ +$/, "", head)
    match(head, /lh_[a-z_0-9]+$/)
    name = substr(head, RSTART)
    result = substr(head, 1, RSTART - 1)
    gsub(/^ +| +$/, "", result)
    text = substr(text, open + 1)
    sub(/\) *;.*$/, "", text)
    n = params_of(text, param)
    if (param[n] ~ /\.\.\./)
        n--
    if (n == 1 && param[1] ~ /^ *void *$/)
        n = 0
    printf "static void call_%s(const size_t *which)\n{\n", name
    args = table = ""
    for (i = 1; i <= n; i++) {
        split_param(param[i], one)
        args = args sprintf("%stake_%s(\"%s.%s\", which[%d])", i > 1 ? ", " : "", one[1], name,
                            one[2], i - 1)
        table = table sprintf("{\"%s.%s\", many_%s}, ", name, one[2], one[1])
    }
    printf "    (void)which;\n"
    if (result == "lh_status")
        printf "    returned(%s(%s));\n}\n\n", name, args
    else if (result == "void")
        printf "    %s(%s);\n}\n\n", name, args
    else
        printf "    (void)%s(%s);\n}\n\n", name, args
    rows = rows sprintf("    {\"%s\", call_%s, %d, {%s{NULL, NULL}}},\n", name, name, n, table)
    count++
}

# The ops have one prototype each, made by a macro from ops.def.
FILENAME ~ /ops\.def$/ {
    if ($0 ~ /^LH_(UN|BIN|TERN)ARY/) {
        match($0, /\([a-z_0-9]+/)
        name = substr($0, RSTART + 1, RLENGTH - 1)
        args = $0 ~ /^LH_UN/ ? "lh_var a" : $0 ~ /^LH_BIN/ ? "lh_var a, lh_var b" \
             : "lh_var a, lh_var b, lh_var c"
        sub(/^[^"]*"[^"]*"/, "") # what follows the text: the names of the numbers,
        sub(/, *(".*)?$/, ")")   # and before a line in quotation marks
        gsub(/, */, ", double ")
        emit("LH_API lh_var lh_" name "(" args $0 ";")
    }
    next
}
/^[ \t]*#/ { directive = /\\$/; next }
directive { directive = /\\$/; next }
{
    gsub(/\/\*.*\*\//, "")
    if (sub(/\/\*.*/, ""))
        comment = 1
    else if (comment) {
        if (!sub(/.*\*\//, ""))
            next
        comment = 0
    }
}
/LH_API/ { going = 1; prototype = "" }
going { prototype = prototype " " $0 }
going && /;/ { emit(prototype); going = 0 }
END {
    printf "static const call calls[] = {\n%s};\n\nenum { CALLS = %d };\n", rows, count
}
