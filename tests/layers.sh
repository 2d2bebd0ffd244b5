# layers.sh -- for rules that source it: what each folder of framework/ sees, and its objects.

# For awk: below[folder] lists the folders, allowed(folder, other) asks it.
layers='
BEGIN {
    below["system"] = "system"
    below["mpi"] = "mpi system"
    below["base"] = "base mpi system"
    below["kernels"] = "kernels " below["base"]
    below["tape"] = "tape " below["kernels"]
    below["lines"] = "lines " below["tape"]
    below["ops"] = "ops " below["lines"]
    below["optim"] = "optim " below["tape"]
    below["page"] = "page " below["ops"]
    below["arrays"] = "arrays base system"
    below["data"] = "data arrays " below["page"]
    below["metrics"] = "metrics base system"
    below["verify"] = "verify " below["data"]
    below["selftest"] = "selftest " below["verify"]
    below["derive"] = "derive " below["verify"]
    below["exact"] = "exact " below["derive"]
    below["train"] = "train metrics optim " below["data"]
    below["store"] = "store " below["arrays"]
    below["report"] = "report base system"
    below["session"] = "session exact derive verify train metrics optim store arrays report " below["data"]
    below["bench"] = "bench " below["session"]
    below["cli"] = "cli"
}
# "folder/file" of an object.
function file_of(path, part, n, name) {
    sub(/\/\.libs\//, "/", path)
    n = split(path, part, "/")
    name = part[n]
    sub(/\.o$/, "", name)
    sub(/^lib[a-z0-9]*_la-/, "", name)
    return part[n - 1] "/" name
}
function allowed(folder, other) { return index(" " below[folder] " ", " " other " ") > 0 }
'

# The objects of a build of some sources, as paths in its framework/; one whose source has moved
# since is no part of it.
objects() { # BUILD SOURCE
    {
        (cd "$2/framework" && find . -name '*.c')
        (cd "$1/framework" && find . -name '*.o' | sort)
    } | awk "$layers"'
        sub(/^\.\//, "") && sub(/\.c$/, "") { is[$0]; next }
        file_of($0) in is'
}

# What nm says of them, with the path of the object and a colon before each line.
names() { # BUILD SOURCE OPTION
    objects "$1" "$2" | (cd "$1/framework" && xargs nm -A "$3")
}
