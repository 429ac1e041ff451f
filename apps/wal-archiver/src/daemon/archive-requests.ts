import { join } from "node:path";
import type { WalToArchive } from "@dbsave/postgres";
import { failureText } from "../failure.ts";
import { pushStatus } from "../push-status.ts";
import type { Answer, Request } from "../spool/requests.ts";
import type { Spool } from "../spool/spool.ts";
import { type LookAhead, lookAhead } from "./look-ahead.ts";

export interface ArchiveOptions {
  readonly spool: Spool;
  /** The server's `pg_wal`; null where the daemon does not see it. */
  readonly walDirectory: string | null;
  readonly workers: number;
  readonly push: (file: WalToArchive) => Promise<unknown>;
  readonly tell: (line: string) => void;
}

/** Answers to what shims ask: from `pg_wal` itself where the very file is there, else from the copy that is then asked for. */
export function archiveRequests({
  spool,
  walDirectory,
  workers,
  push,
  tell,
}: ArchiveOptions): (request: Request) => Promise<Answer> {
  const ahead: LookAhead | null =
    walDirectory === null ? null : lookAhead({ walDirectory, workers, push: (path) => push({ path }) });
  return async ({ id, name, inode }) => {
    try {
      if (inode === null) {
        const copies = join(spool.copies, id);
        await push({ path: join(copies, name), controlFile: join(copies, "pg_control") });
      } else if (ahead === null || !(await ahead.archive(name, inode))) return { status: "copy", message: "" };
      return { status: 0, message: "" };
    } catch (error) {
      const { code, text } = failureText(error);
      tell(`${name}: not archived: ${text}`);
      return { status: pushStatus(code), message: text };
    }
  };
}
