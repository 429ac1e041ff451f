import { patienceSeconds } from "../spool/heartbeat.ts";

/** A server that waits longer for one file shows no failure, and cannot be shut down. */
const mostSeconds = 600;

/**
 * A script for every POSIX shell that hands one file of `pg_wal` to the daemon and waits for the answer. It needs `ls`, `date`,
 * `sleep`, `cp`, `mkdir` and `rm`, and ends with 0 only when the daemon says that the file is archived, else with 1 to 125.
 * `oneShot` are the options of `dbsave-wal push`, which archives where no daemon is; null: nobody does.
 */
export function pushShim(spool: string, oneShot: readonly string[] | null): string {
  return text
    .replaceAll("@{", "${")
    .replaceAll("@PATIENCE@", `${patienceSeconds}`)
    .replaceAll("@MOST@", `${mostSeconds}`)
    .replaceAll("@ALONE@", () => (oneShot === null ? fails : alone(oneShot)))
    .replaceAll("@SPOOL@", () => quoted(spool));
}

const fails = `  fail "$name: not archived, $1 $spool"`;

/** What the daemon may still do, if it comes back meanwhile, is the same. */
function alone(options: readonly string[]): string {
  return `  say "$name: dbsave-wal push archives it, because $1 $spool"
  withdraw
  dbsave-wal push ${options.map((word) => `${quoted(word)} `).join("")}"$path" && leave 0
  status=$?
  [ "$status" -le 125 ] || status=1
  leave "$status"`;
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
request= copy= access=

say() {
  echo "dbsave-wal: $1" >&2
}

withdraw() {
  rm -rf @{request:+"$request"} @{copy:+"$copy"}
}

leave() {
  trap '' HUP INT QUIT TERM
  [ "$1" -eq 0 ] || withdraw
  exit "$1"
}

fail() {
  say "$1"
  leave 1
}

# The daemon does not get the file: $1.
unserved() {
@ALONE@
}

# Whether a daemon has been seen of late. Sets access: how it wants files; now.
look_for_daemon() {
  seen=0 access= now=$(date +%s)
  [ -r "$spool/alive" ] && read -r seen access mark <"$spool/alive"
  [ $((now - seen)) -lt @PATIENCE@ ]
}

# Asks, and waits for as long as there is a daemon. Sets status; what the daemon says goes to the server's log.
ask() {
  request=$spool/requests/$1 answer=$spool/answers/$1
  [ ! -e "$answer" ] || rm -f "$answer"
  echo "$2" >"$request" || unserved "the spool cannot be written, is it full?"
  turns=0 begun= nap=0.01
  while [ ! -e "$answer" ]; do
    turns=$((turns + 1))
    [ "$turns" -ge 300 ] || continue
    [ "$turns" -lt 400 ] || nap=0.05
    if [ $((turns % 50)) -eq 0 ]; then
      look_for_daemon || unserved "the daemon does not answer, is dbsave-wal daemon running?"
      begun=@{begun:-$now}
      [ $((now - begun)) -lt @MOST@ ] || fail "$name: not archived in @MOST@ seconds, does the storage answer? See dbsave-wal status"
    fi
    sleep "$nap" || sleep 1
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
[ -d "$spool/requests" ] || unserved "no dbsave-wal daemon was ever here:"
[ -r "$spool/alive" ] || unserved "there is no daemon, is dbsave-wal daemon running?"
read -r seen access mark <"$spool/alive"
status=copy
if [ "$access" = mounted ]; then
  set -- $(ls -di "$path")
  ask "$name.$$0" "here $1"
fi
if [ "$status" = copy ]; then
  copy=$spool/copies/$name.$$1
  mkdir "$copy" && cp "$path" "$copy/" || unserved "it cannot be copied into the spool, is it full?"
  case $name in
    *.history | *.backup) cp global/pg_control "$copy/" || unserved "global/pg_control cannot be copied into the spool:" ;;
  esac
  ask "$name.$$1" copied
fi
case $status in
  0) leave 0 ;;
  [1-9] | [1-9][0-9] | 1[01][0-9] | 12[0-5]) leave "$status" ;;
  *) fail "$name: not archived, the daemon gave no answer that is one" ;;
esac
`;
