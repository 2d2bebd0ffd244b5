#!/bin/sh
# op-list.sh -- prints the automake list of op sources that ops.def (argument 1) names.
sed -n 's/^LH_[A-Z]*ARY[_0-9]* *(\([a-z0-9_]*\),.*/\1/p' "$1" |
    awk 'BEGIN { printf "lh_op_sources =" }
         { printf " \\\n\tframework/ops/%s.c", $1 }
         END { print "" }'
