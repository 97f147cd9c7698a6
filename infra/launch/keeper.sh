#!/bin/sh
# Becomes a command that runs for as long as whoever started it holds its standard input open. A starter that is killed, even
# with -9, closes it by dying, so nothing it started outlives it.
#
#   keeper.sh GRACE COMMAND ARGUMENT...     GRACE: seconds between asking the command to end and ending it
grace=$1
shift
# Background commands of a shell without job control read from /dev/null: keep the pipe on another descriptor.
exec 4<&0
(
  while read -r _ <&4; do :; done
  # $$ is the command: `exec` below keeps the number.
  kill -TERM $$
  waited=0
  while [ "$waited" -lt "$grace" ] && kill -0 $$; do
    sleep 1
    waited=$((waited + 1))
  done
  kill -KILL $$
) 3>&- >/dev/null 2>&1 &
exec "$@" </dev/null 4<&-
