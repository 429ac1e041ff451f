import type { RecipeStep } from "@dbsave/core";
import { parseLsn } from "../wal/lsn.ts";
import { segmentAt, segmentName } from "../wal/segment.ts";

/** What of the log is of use to a backup. */
export interface RecipeLog {
  readonly systemIdentifier: string;
  readonly walSegmentBytes: number;
  /** Where the WAL begins that the backup needs. */
  readonly startLsn: string;
}

/**
 * Stock commands that take archived WAL along, when the reader says until when; `data` is filled and not started yet. Of a segment that a
 * receiver has archived in part the longest part comes last, and its whole takes the place of all; what is from before the backup stays away.
 */
export function recoverBeyond({ systemIdentifier, walSegmentBytes, startLsn }: RecipeLog): RecipeStep {
  const number = segmentAt(parseLsn(startLsn), walSegmentBytes);
  const first = segmentName({ timeline: 1, number }, walSegmentBytes).slice(8);
  return {
    explain:
      "To go on to a later moment than that of the backup, say which before this: UNTIL='2026-11-20 14:30:00+01'. Needs the archived WAL, as it lies in the repository.",
    run: `if [ -n "\${UNTIL:-}" ]; then
  key=; if [ -f key.txt ]; then key="-i key.txt"; fi # without one age asks for the passphrase
  find ../../log/${systemIdentifier} -type f | LC_ALL=C sort | awk -F/ -v first=${first} '
    { split($NF, part, "-"); name = part[1]; place = substr(name, 9, 16) }
    name ~ /^[0-9A-F]+\\.history$/ { print $0, name }
    name ~ /^[0-9A-F]+$/ && place >= first { print $0, name; whole[name] = 1 }
    name ~ /^[0-9A-F]+\\.[0-9A-F]+\\.partial$/ && place >= first && !(substr(name, 1, 24) in whole) { print $0, substr(name, 1, 24) }
  ' | while read -r file name; do
    case $file in
      *.zst.age) age -d $key "$file" | zstd -dc ;;
      *.gz.age) age -d $key "$file" | gzip -dc ;;
      *.age) age -d $key "$file" ;;
      *.zst) zstd -dc "$file" ;;
      *.gz) gzip -dc "$file" ;;
      *) cat "$file" ;;
    esac > "data/pg_wal/$name"
  done
  printf "%s\\n" "recovery_target_time = '$UNTIL'" "recovery_target_action = 'promote'" >> data/postgresql.auto.conf
fi`,
  };
}
