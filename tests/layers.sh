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
    below["train"] = "train metrics optim " below["data"]
    below["store"] = "store " below["arrays"]
    below["report"] = "report base system"
    below["session"] = "session derive verify train metrics optim store arrays report " below["data"]
    below["bench"] = "bench " below["session"]
    below["cli"] = "cli"
}
function allowed(folder, other) { return index(" " below[folder] " ", " " other " ") > 0 }
'

# "folder/file" of an object.
file_of() {
    printf '%s\n' "$1" | sed -e 's|/\.libs/|/|' -e 's|.*/\([a-z]*\)/\([^/]*\)\.o$|\1/\2|' \
        -e 's|/lib[a-z0-9]*_la-|/|'
}

# The objects of a build of some sources; one whose source has moved since is no part of it.
objects() { # BUILD SOURCE
    find "$1/framework" -name '*.o' | sort | while IFS= read -r object; do
        [ ! -f "$2/framework/$(file_of "$object").c" ] || printf '%s\n' "$object"
    done
}
