import { DbsaveError } from "../errors/dbsave-error.ts";

/** Reads the members of one object out of a document from outside; every mistake is MANIFEST_INVALID with its path. */
export class Fields {
  readonly #object: Readonly<Record<string, unknown>>;
  readonly #path: string;

  constructor(value: unknown, path: string) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw invalid(path, "not an object");
    this.#object = value as Readonly<Record<string, unknown>>;
    this.#path = path;
  }

  text(key: string): string {
    const value = this.#object[key];
    if (typeof value !== "string" || value === "") throw this.#wrong(key, "not a text");
    return value;
  }

  /** A text that may be empty: the name of a database object. */
  anyText(key: string): string {
    const value = this.#object[key];
    if (typeof value !== "string") throw this.#wrong(key, "not a text");
    return value;
  }

  textOrNull(key: string): string | null {
    return this.#object[key] === null ? null : this.text(key);
  }

  oneOf<T extends string>(key: string, allowed: readonly T[]): T {
    const value = this.text(key);
    const match = allowed.find((word) => word === value);
    if (match === undefined) throw this.#wrong(key, `"${value}" is not one of ${allowed.join(", ")}`);
    return match;
  }

  count(key: string): number {
    const value = this.#object[key];
    if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) throw this.#wrong(key, "not a count");
    return value;
  }

  flag(key: string): boolean {
    const value = this.#object[key];
    if (typeof value !== "boolean") throw this.#wrong(key, "not true or false");
    return value;
  }

  sha256(key: string): string {
    const value = this.text(key);
    if (!/^[0-9a-f]{64}$/.test(value)) throw this.#wrong(key, "not a SHA-256");
    return value;
  }

  date(key: string): Date {
    const date = new Date(this.text(key));
    if (Number.isNaN(date.getTime())) throw this.#wrong(key, "not a time");
    return date;
  }

  /** One segment of a path: what may become a file name beside the manifest. */
  segment(key: string): string {
    const value = this.text(key);
    if (!isSegment(value)) throw this.#wrong(key, "not a plain file name");
    return value;
  }

  texts(key: string): readonly string[] {
    const value = this.#object[key];
    if (!Array.isArray(value) || value.some((item) => typeof item !== "string")) throw this.#wrong(key, "not texts");
    return value as string[];
  }

  fields(key: string): Fields {
    return new Fields(this.#object[key], `${this.#path}.${key}`);
  }

  list<T>(key: string, read: (fields: Fields) => T): readonly T[] {
    const value = this.#object[key];
    if (!Array.isArray(value)) throw this.#wrong(key, "not a list");
    return value.map((item, index) => read(new Fields(item, `${this.#path}.${key}[${index}]`)));
  }

  optional<T>(key: string, read: () => T): T | undefined {
    return this.#object[key] === undefined ? undefined : read();
  }

  nullable<T>(key: string, read: (fields: Fields) => T): T | null {
    return this.#object[key] === null ? null : read(this.fields(key));
  }

  /** Flat facts: text, number or boolean members. */
  facts(key: string): Readonly<Record<string, string | number | boolean>> {
    const facts = this.fields(key).#object;
    for (const [name, value] of Object.entries(facts)) {
      if (!["string", "number", "boolean"].includes(typeof value)) throw this.#wrong(`${key}.${name}`, "not a fact");
    }
    return facts as Readonly<Record<string, string | number | boolean>>;
  }

  #wrong(key: string, problem: string): DbsaveError {
    return invalid(`${this.#path}.${key}`, problem);
  }
}

/** True for a name that is one path segment on every system: no separators, no control characters, not `.` or `..`. */
export function isSegment(name: string): boolean {
  return name !== "" && Buffer.byteLength(name) <= 255 && !/[\p{Cc}/\\]/u.test(name) && name !== "." && name !== "..";
}

function invalid(path: string, problem: string): DbsaveError {
  return new DbsaveError("MANIFEST_INVALID", `${path}: ${problem}`);
}
