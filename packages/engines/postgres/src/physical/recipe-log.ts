import type { RecipeStep } from "@dbsave/core";

/** Stock commands that take archived WAL along, when the reader says until when; `data` is filled and not started yet. */
export function recoverBeyond(systemIdentifier: string): RecipeStep {
  return {
    explain:
      "To go on to a later moment than that of the backup, say which before this: UNTIL='2026-11-20 14:30:00+01'. Needs the archived WAL beside the backups.",
    run: `if [ -n "\${UNTIL:-}" ]; then
  for file in ../../log/${systemIdentifier}/*/*; do
    name=\${file##*/}
    case $file in
      *.zst.age) age -d -i key.txt "$file" | zstd -dc ;;
      *.gz.age) age -d -i key.txt "$file" | gzip -dc ;;
      *.age) age -d -i key.txt "$file" ;;
      *.zst) zstd -dc "$file" ;;
      *.gz) gzip -dc "$file" ;;
      *) cat "$file" ;;
    esac > "data/pg_wal/\${name%%-*}"
  done
  printf "%s\\n" "recovery_target_time = '$UNTIL'" "recovery_target_action = 'promote'" >> data/postgresql.auto.conf
fi`,
  };
}
