import { type DbsaveError, isDbsaveError, type LogFile, type LogReader } from "@dbsave/core";
import { walFileOf } from "../../wal/wal-file.ts";

/**
 * As `log`. While a server is received from, beginnings of its newest segment are replaced by longer ones, and by the whole of it: in
 * place of one that is gone comes what holds the same and more.
 */
export function followReplaced<Log extends Pick<LogReader, "open" | "list">>(log: Log): Log {
  return {
    ...log,
    async open(file: LogFile) {
      try {
        return await log.open(file);
      } catch (error) {
        if (!isDbsaveError(error, "OBJECT_NOT_FOUND")) throw error;
        return await log.open(successorOf(file, await log.list(file.folder), error));
      }
    },
  };
}

function successorOf({ name }: LogFile, files: readonly LogFile[], error: DbsaveError): LogFile {
  const gone = walFileOf(name);
  if (gone?.kind !== "partial" || gone.bytes === null) throw error;
  const { segment, bytes } = gone;
  const found = files.find((file) => {
    const other = walFileOf(file.name);
    return (
      file.name === segment || (other?.kind === "partial" && other.segment === segment && (other.bytes ?? 0) > bytes)
    );
  });
  if (found !== undefined) return found;
  throw error;
}
