#!/bin/sh
# In the place of what a pipeline deploys: keeps its environment, and writes a secret to its output, as careless programs do.
env -0 > "$RECORDED/environment"
printf 'connecting with %s\n' "${PASSWORD-}"
[ ! -e "$RECORDED/install.sh-fails" ] || { echo "no connection" >&2; exit 3; }
