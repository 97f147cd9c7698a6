#!/bin/sh
# Runs a command for as long as whoever started this holds our standard input open. A starter that is killed, even with -9,
# closes it by dying, so nothing it started outlives it.
#
#   keeper.sh GRACE COMMAND ARGUMENT...     GRACE: seconds between asking the command to end and ending it
grace=$1
shift
# Background commands of a shell without job control read from /dev/null: keep the pipe on another descriptor.
exec 4<&0
"$@" </dev/null 4<&- &
child=$!
trap 'kill -TERM "$child" 2>/dev/null' TERM INT HUP
(
  trap - TERM INT HUP
  while read -r _ <&4; do :; done
  kill -TERM "$child" 2>/dev/null
  waited=0
  while [ "$waited" -lt "$grace" ] && kill -0 "$child" 2>/dev/null; do
    sleep 1
    waited=$((waited + 1))
  done
  kill -KILL "$child" 2>/dev/null
) &
watcher=$!
# A signal ends `wait` early: wait until the command itself has ended.
wait "$child"
status=$?
while kill -0 "$child" 2>/dev/null; do
  wait "$child"
  status=$?
done
kill "$watcher" 2>/dev/null
exit "$status"
