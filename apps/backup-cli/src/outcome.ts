import type { Paint } from "./output/paint.ts";

/** What a command found or did. One place prints it, as text or as one JSON object. */
export interface Outcome {
  /** The exit status; 0 when absent. */
  readonly exit?: number;
  /** For machines: raw bytes, milliseconds, ISO times. `type` names the shape. */
  readonly json: { readonly type: string } & Readonly<Record<string, unknown>>;
  /** All is well, and a person who wants to hear of trouble only has nothing to read here. */
  readonly isCalm?: boolean;
  /** For people. Nothing is printed when it is empty. */
  text(paint: Paint): string;
}
