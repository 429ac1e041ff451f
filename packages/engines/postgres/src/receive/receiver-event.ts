/** What a receiver tells while it works. */
export interface ReceiverEvent {
  /**
   * `alarm`: somebody must act, or the server's disk fills, or WAL is lost; told once until it is `over`. `interrupted`: it tries again
   * by itself. `advice`: a setting of the server that should be another one.
   */
  readonly kind: "streaming" | "archived" | "interrupted" | "alarm" | "over" | "advice";
  /** One line for people, without secrets. */
  readonly message: string;
  /** What to do. */
  readonly hint?: string;
}

/** Never throws, never blocks. */
export type ReportReceiver = (event: ReceiverEvent) => void;

/** An alarm that is told when it begins and when it ends, and not in between. */
export class Alarm {
  readonly #report: ReportReceiver;
  #isOn = false;

  constructor(report: ReportReceiver) {
    this.#report = report;
  }

  raise(message: string, hint?: string): void {
    if (this.#isOn) return;
    this.#isOn = true;
    this.#report({ kind: "alarm", message, ...(hint === undefined ? {} : { hint }) });
  }

  clear(message: string): void {
    if (!this.#isOn) return;
    this.#isOn = false;
    this.#report({ kind: "over", message });
  }
}
