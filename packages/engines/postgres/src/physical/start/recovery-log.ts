import { parseLsn } from "../../wal/lsn.ts";

/** What the log of a server tells of its recovery, in English and with `log_startup_progress_interval`, from 15 on. */
export class RecoveryLog {
  /** Of the last record that is known to be replayed. */
  replayed: bigint | null = null;
  /** When the last transaction that was replayed was committed. */
  lastCommit: Date | null = null;
  isReady = false;
  readonly #failures: string[] = [];
  readonly #last: string[] = [];

  take(line: string): void {
    if (line.trim() !== "") this.#last.push(line);
    if (this.#last.length > shownLines) this.#last.shift();
    const position = /redo (?:starts|done) at ([0-9A-F]+\/[0-9A-F]+)|current LSN: ([0-9A-F]+\/[0-9A-F]+)/.exec(line);
    if (position !== null) this.replayed = parseLsn(position[1] ?? position[2] ?? "");
    const [, commit] = /last completed transaction was at log time (.+)$/.exec(line) ?? [];
    if (commit !== undefined) this.lastCommit = dateOf(commit);
    if (line.includes("database system is ready to accept connections")) this.isReady = true;
    if (/(?:FATAL|PANIC): (?! *the database system is )/.test(line) && this.#failures.length < shownLines)
      this.#failures.push(line); // but for what it tells clients that come too early
  }

  /** The lines that say why it did not come up, else the last ones. */
  why(): string {
    const lines = this.#failures.length > 0 ? this.#failures : this.#last;
    return lines.length === 0 ? "it printed nothing" : lines.map((line) => line.trim()).join(" | ");
  }
}

const shownLines = 10;

/** `2026-11-21 15:12:01.123456+00` */
function dateOf(text: string): Date | null {
  const date = new Date(
    text
      .trim()
      .replace(" ", "T")
      .replace(/[+-]\d\d$/, "$&:00"),
  );
  return Number.isNaN(date.getTime()) ? null : date;
}
