#!/bin/sh
# names.sh -- names of files that are not UTF-8 make no file that others cannot decode.
. "${srcdir:-.}/tests/tap.sh"

latin=$(printf 'caf\351 d\366ner.csv')
place=$(printf 'out\351')
if ! cp "$source/data/wdbc.csv" "$latin" 2>/dev/null || ! mkdir "$place" 2>/dev/null; then
    skip "names in Latin-1" "this file system has none"
    finish
fi

# Octal codes where a byte is no ASCII, so that every grep finds the others.
decodes() { # SENTENCE FILE
    if command -v iconv >/dev/null; then
        ok "$1" iconv -f UTF-8 -t UTF-16 -o /dev/null "$2"
    else
        skip "$1" "there is no iconv"
    fi
}

run "$longhand" train --data="$latin" --epochs=3 --check-rows=0 --out="$place"
exits "training on such a name goes well" 0
cp "$place/model.h5" model.h5
run "$longhand" inspect model.h5
exits "what it saved is read again" 0
decodes "what inspect prints is UTF-8" out
says "and names the file" out 'caf? d?ner.csv'
run "$longhand" check "$place/model.h5" --data="$latin" --rows=8 \
    --ledger="$place/l.txt,$place/l.csv,$place/l.json,$place/l.html"
exits "the ledger goes well" 0
for form in txt html tex svg dot; do
    run "$longhand" derive "$place/model.h5" --data="$latin" --out="$place/page.$form"
    exits "the derivation as .$form goes well" 0
done
files=0
for file in "$place"/*; do
    case $file in
        *.h5|*.png) continue ;;
    esac
    files=$((files + 1))
    decodes "${file##*/} is UTF-8" "$file"
done
ok "there were files enough" test "$files" -ge 12
ok "the checkpoint has the name" grep -a -q -F 'caf? d?ner.csv' model.h5
ok "and no byte that is not UTF-8 in it" no_match model.h5 "$(printf 'caf\351')"
if command -v gnuplot >/dev/null; then
    rm -f "$place/curves.png"
    ok "a script draws into the folder of that name" sh -c 'cd "$1" && gnuplot curves.gp' - "$place"
    ok "and the picture is there" test -s "$place/curves.png"
else
    skip "a script draws into the folder of that name" "there is no gnuplot"
fi
finish
