import { inspect } from "node:util";

const hidden = "***";

/** A value that prints as `***` wherever it is logged, formatted, inspected or serialised. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself. Hand it to a tool by environment, standard input or a 0600 file, never by argument. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return hidden;
  }

  toJSON(): string {
    return hidden;
  }

  [inspect.custom](): string {
    return hidden;
  }
}
