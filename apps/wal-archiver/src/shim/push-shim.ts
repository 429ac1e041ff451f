import { patienceSeconds } from "../spool/heartbeat.ts";

/**
 * A script for every POSIX shell that hands one file of `pg_wal` to the daemon and waits for the answer. It needs `ls`, `date`,
 * `sleep`, `cp`, `mkdir` and `rm`, and ends with 0 only when the daemon says that the file is archived, else with 1 to 125.
 */
export function pushShim(spool: string): string {
  return text
    .replaceAll("@{", "${")
    .replaceAll("@PATIENCE@", `${patienceSeconds}`)
    .replaceAll("@SPOOL@", () => quoted(spool));
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

const text = String.raw`#!/bin/sh
# Made by dbsave-wal shim. For postgresql.conf: archive_command = '/path/of/this %p'
# Hands a file of pg_wal to the daemon of dbsave-wal; ends with 0 when it is archived, else with 1 to 125.
spool=@SPOOL@
umask 077
path=$1
name=@{path##*/}
request= copy=

say() {
  echo "dbsave-wal: $1" >&2
}

leave() {
  trap '' HUP INT QUIT TERM
  [ "$1" -eq 0 ] || rm -rf @{request:+"$request"} @{copy:+"$copy"}
  exit "$1"
}

fail() {
  say "$1"
  leave 1
}

# Whether a daemon has been seen of late. Sets access: how it wants files.
look_for_daemon() {
  seen=0 access=
  [ -r "$spool/alive" ] && read -r seen access mark <"$spool/alive"
  [ $(($(date +%s) - seen)) -lt @PATIENCE@ ]
}

# Asks, and waits for as long as there is a daemon. Sets status; what the daemon says goes to the server's log.
ask() {
  request=$spool/requests/$1 answer=$spool/answers/$1
  [ ! -e "$answer" ] || rm -f "$answer"
  echo "$2" >"$request" || fail "$name: the spool cannot be written, is it full? $spool"
  turns=0
  while [ ! -e "$answer" ]; do
    turns=$((turns + 1))
    [ "$turns" -ge 300 ] || continue
    if [ $((turns % 50)) -eq 0 ]; then
      look_for_daemon || fail "$name: not archived, the daemon does not answer: is dbsave-wal daemon running? $spool"
    fi
    sleep 0.05 || sleep 1
  done
  status=1
  {
    read -r status
    while read -r line; do say "$line"; done
  } <"$answer"
}

trap 'leave 1' HUP INT QUIT TERM
[ -n "$name" ] || fail "not the path of a file of pg_wal: $path"
[ -r "$path" ] || fail "no such file: $path"
[ -d "$spool/requests" ] || fail "$name: not archived, no dbsave-wal daemon was ever here: $spool"
access=copied
[ ! -r "$spool/alive" ] || read -r seen access mark <"$spool/alive"
status=copy
if [ "$access" = mounted ]; then
  set -- $(ls -di "$path")
  ask "$name.$$0" "here $1"
fi
if [ "$status" = copy ]; then
  copy=$spool/copies/$name.$$1
  mkdir "$copy" && cp "$path" "$copy/" || fail "$name: cannot be copied into the spool, is it full? $spool"
  case $name in
    *.history | *.backup) cp global/pg_control "$copy/" || fail "$name: global/pg_control cannot be copied into the spool" ;;
  esac
  ask "$name.$$1" copied
fi
case $status in
  0) leave 0 ;;
  [1-9] | [1-9][0-9] | 1[01][0-9] | 12[0-5]) leave "$status" ;;
  *) fail "$name: not archived, the daemon gave no answer that is one" ;;
esac
`;
