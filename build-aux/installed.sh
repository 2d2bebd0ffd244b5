#!/bin/sh
# installed.sh -- how a first program is built against what `make install` put down.
# SPDX-License-Identifier: MIT
# usage: PKG_CONFIG=... sh installed.sh VERSION PREFIX PCDIR      lines to type are indented

echo "Longhand $1 is installed in $2. Save the driver of README.md as first.c, and"
case :$(${PKG_CONFIG:-pkg-config} --variable pc_path pkg-config 2>/dev/null): in
*:"$3":*) ;;
*) echo "  export PKG_CONFIG_PATH='$3'" ;;
esac
echo '  cc first.c $(pkg-config --cflags --libs longhand) -o first'
echo '  ./first'
