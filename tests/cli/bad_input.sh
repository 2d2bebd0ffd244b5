#!/bin/sh
# bad_input.sh -- what cannot be used is refused in one paragraph, and nothing is overwritten.
. "${srcdir:-.}/tests/tap.sh"

wdbc=$source/data/wdbc.csv
run "$longhand" train --epochs=2 --check-rows=0 --plot=none --out=keep
exits "there is a run whose files must stay as they are" 0
sums() { find keep -type f -exec cksum {} + | sort; }
before=$(sums)

# refused SENTENCE CODE TEXT ARGUMENTS...: the command ends so, says so, and does no harm.
refused() {
    about=$1 wanted=$2 text=$3
    shift 3
    run "$longhand" "$@"
    exits "$about: the exit code is $wanted" "$wanted"
    says "$about: the message has '$text'" err "$text"
    ok "$about: the message is one paragraph" awk '
        NR == 1 && !/^longhand [a-z]*: / { bad = 1 }
        NR > 1 && !/^  / { bad = 1 }
        END { exit bad || NR < 1 || NR > 5 }' err
    never_says "$about: no result is printed" out "accuracy\\|rows held out\\|In keep"
    is "$about: no file has changed" "$(sums)" "$before"
}
# Notes of a run (--quiet drops them) are no part of an error.
train() { # SENTENCE CODE TEXT ARGUMENTS...
    about=$1 wanted=$2 text=$3
    shift 3
    refused "$about" "$wanted" "$text" train --quiet --epochs=3 --out=keep "$@"
}

# Data.
change() { awk -F, -v OFS=, "$1" "$wdbc" >"$2"; }
change 'NR == 7 { $3 = "" } 1' missing.csv
change 'NR == 7 { $3 = "NA" } 1' na.csv
change 'NR == 7 { $3 = "twelve" } 1' text.csv
change 'NR == 7 { $3 = "nan" } 1' nan.csv
change 'NR == 7 { $31 = $31 ",1" } 1' long.csv
change 'NR == 7 { NF = 30; $1 = $1 } 1' short.csv
change 'NR == 7 { $31 = 2 } 1' label.csv
change 'NR == 7 { $31 = "0.5" } 1' half.csv
tr , ';' <"$wdbc" >semicolons.csv
head -n 1 "$wdbc" >header.csv
head -c 3000 "$wdbc" >cut.csv
: >empty.csv
printf '\n\n\n' >blank.csv
head -c 4096 keep/model.h5 >part.csv
printf '\177ELF\002\001\000\000\n' >binary.csv
printf '1,2,0\n2,3,1\n' >"two rows.csv"
for name in missing na text nan; do
    train "a cell of $name" 65 "$name.csv line 7, column 3" --data=$name.csv
done
train "a row too long" 65 "long.csv line 7 has 32 cells" --data=long.csv
train "a row too short" 65 "short.csv line 7 has 30 cells" --data=short.csv
train "a label of 2" 65 "label 2 at label.csv line 7, column 31" --data=label.csv --labels=binary
train "a label of one half" 65 "label 0.5 at half.csv line 7, column 31" --data=half.csv \
    --labels=binary
train "a header alone" 65 "header.csv" --data=header.csv
train "a file cut short" 65 "cut.csv" --data=cut.csv
train "an empty file" 65 "empty.csv is empty" --data=empty.csv
# What others write, refused with a command that helps, or read with a warning that --quiet leaves.
rows() { # FORMAT: 40 rows of noise, row $1, through awk's printf
    awk -v form="$1" 'BEGIN { for (i = 0; i < 40; i++)
        printf form "\n", i, (i * 7919 % 101) / 7, (i * 104729 % 97) / 3, i % 3 == 0 }'
}
{ printf ',a,b,y\n' && rows '%d,%g,%g,%d'; } >pandas.csv
{ printf '"","a","b","y"\n' && rows '"%d",%g,%g,%d'; } >r.csv
{ printf '2019,2020,2021,y\n' && rows '%d.5,%g,%g,%d'; } >years.csv
{ printf '0,1,2,3\n' && rows '%d.5,%g,%g,%d'; } >numbers.csv
rows '%d.5\t%g\t%g\t%d' >tabs.tsv
gzip -c "$wdbc" >wdbc.csv.gz 2>/dev/null || printf '\037\213\010' >wdbc.csv.gz
for name in pandas r; do
    run "$longhand" train --epochs=1 --check-rows=0 --plot=none --out=noise --data=$name.csv
    exits "an index is no feature: $name.csv" 0
    says "and it is said that it is left out" err "holds the names of the rows: it is left out"
done
train "years as names" 65 "years.csv line 1, column 4" --data=years.csv
train "numbers as names" 65 "label 3 at numbers.csv line 1, column 4" --data=numbers.csv \
    --labels=binary
printf '1 1:2\n0 1:x\n' >bad.libsvm
train "bad libsvm" 65 "bad.libsvm line 2: '1:x'" --data=bad.libsvm
for name in semicolons.csv tabs.tsv; do
    run "$longhand" train --quiet --epochs=1 --check-rows=0 --plot=none --out=noise --data=$name
    exits "other marks than commas are read: $name" 0
done
head -c 20000 wdbc.csv.gz >cut.csv.gz
if gunzip -t wdbc.csv.gz 2>/dev/null; then
    train "a packed file that is cut short" 65 "cut.csv.gz" --data=cut.csv.gz
fi
cut -d, -f2- r.csv >new.csv
run "$longhand" train --quiet --epochs=1 --check-rows=0 --plot=none --out=noise --data=new.csv
exits "and so is the file without its index" 0
never_says "without a warning" err "warning"
{ printf 'id,a,b,y\n' && rows '%d,%g,%g,%d'; } >id.csv
run "$longhand" train --quiet --epochs=1 --check-rows=0 --plot=none --out=noise --data=id.csv
says "a column that counts has a warning" err "column 1 'id' counts the rows"
awk 'BEGIN { print "a,y"; for (i = 0; i < 200; i++) print i * 37 % 101 / 7 "," (i % 100 == 7) }' \
    >rare.csv
run "$longhand" train --quiet --epochs=1 --check-rows=0 --plot=none --out=noise --data=rare.csv \
    --held-out=0.02
says "held-out rows of one class have a warning" err "held out each has the label 0: accuracy"
awk 'BEGIN { print "a,y"; for (i = 0; i < 200; i++) print i * 37 % 101 / 7 ",1" }' >one.csv
run "$longhand" train --quiet --epochs=1 --check-rows=0 --plot=none --out=noise --data=one.csv
says "and so have all rows" err "the label of all 200 rows is 1"

train "a file of blank lines" 65 "blank.csv is empty" --data=blank.csv
train "a binary file" 65 "binary.csv is not text" --data=binary.csv
train "a part of a checkpoint" 65 "part.csv is cut short" --data=part.csv
train "a folder" 66 "keep" --data=keep
train "an absent file" 66 "absent.csv" --data=absent.csv
train "a file in an absent folder" 66 "nowhere/a.csv" --data=nowhere/a.csv
train "a path below a file" 66 "empty.csv/a.csv" --data=empty.csv/a.csv
train "too few rows to hold one out" 2 "two rows.csv" --data="two rows.csv" --held-out=0.1
if mkfifo pipe 2>/dev/null; then
    train "a named pipe" 66 "pipe" --data=pipe
else
    skip "a named pipe" "no mkfifo"
fi

# Checkpoints.
size=$(wc -c <keep/model.h5)
printf 'not a checkpoint at all\n' >text.h5
: >empty.h5
head -c $((size / 2)) keep/model.h5 >half.h5
head -c 100 keep/model.h5 >short.h5
dd if=keep/model.h5 of=plain.h5 bs=512 skip=1 2>/dev/null
{ cat keep/model.h5 && printf 'x'; } >longer.h5
{ head -c $((size - 700)) keep/model.h5 && printf '\377\376' &&
    tail -c 698 keep/model.h5; } >damaged.h5
run "$longhand" train --epochs=2 --hidden=5 --check-rows=0 --plot=none --out=other
cp other/model.h5 network.h5
sed 1d "$wdbc" | awk -F, -v OFS=, '{ print $1, $2, $31 }' >narrow.csv
sed '1d' "$wdbc" | head -n 400 | awk -F, -v OFS=, '{ $1 = $1 + 1; print }' >rows.csv
for file in text empty half short plain longer damaged; do
    train "resuming a file that is $file" 65 "$file.h5" --resume=$file.h5
    refused "eval of a file that is $file" 65 "$file.h5" eval $file.h5
    refused "inspect of a file that is $file" 65 "$file.h5" inspect $file.h5
done
train "resuming an absent file" 66 "absent.h5" --resume=absent.h5
train "resuming a folder" 66 "keep" --resume=keep
train "resuming another network" 65 "it holds another network" --resume=network.h5
says "both networks are named" err "[30 x 5]"
train "resuming on other data" 65 "rows.csv" --resume=keep/model.h5 --data=rows.csv
train "resuming with another split" 65 "cannot be resumed here" --resume=keep/model.h5 \
    --held-out=0.5
train "resuming with another seed" 65 "seed" --resume=keep/model.h5 --seed=2
train "resuming with another batch" 65 "batch" --resume=keep/model.h5 --batch=32
train "resuming with another rate" 65 "rate" --resume=keep/model.h5 --rate=0.2
train "resuming with momentum" 65 "momentum" --resume=keep/model.h5 --momentum=0.5
train "resuming in another type" 65 "element type" --resume=keep/model.h5 --type=f64
refused "eval on data with fewer features" 65 "a feature of the model" eval keep/model.h5 --data=narrow.csv
refused "eval of an absent file" 66 "absent.h5" eval absent.h5
refused "eval on an absent file" 66 "absent.csv" eval keep/model.h5 --data=absent.csv
refused "plot of a file that is text" 65 "text.h5" plot text.h5 --out=keep
refused "check of a file that is text" 65 "text.h5" check text.h5

# Places for results.
train "an output folder that is a file" 74 "empty.csv" --out=empty.csv
train "an output folder below a file" 74 "empty.csv/run" --out=empty.csv/run
refused "figures below a file" 74 "empty.csv/run" plot keep/model.h5 --out=empty.csv/run
mkdir -p taken/model.h5
train "a folder in the place of the checkpoint" 74 "taken/model.h5" --out=taken --check-rows=0 \
    --plot=none
ok "and that folder is still there" test -d taken/model.h5
is "a dry run changes nothing either" \
    "$("$longhand" train --dry-run --out=keep >out 2>err; sums)" "$before"
finish
