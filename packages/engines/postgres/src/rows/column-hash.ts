import { identifier } from "../sql/quote.ts";

/** A column as its values are digested. */
export interface Column {
  readonly name: string;
  /** Of a type that PostgreSQL brings: its name. Null for every other, and for `bpchar` without a length. */
  readonly type: string | null;
  readonly isNullable: boolean;
}

/**
 * SQL text: 64 bits that depend on every value of a row of `t`, and on which column has it. The hash of one column is the
 * seed of the next. Values that the server can hash without writing them down are; but only where equal hashes mean equal
 * values, so `1.0` and `1.00`, `-0` and `0`, a month and thirty days differ. Names order the columns, because a
 * restore may place inherited ones otherwise. NULL is told apart from every value by one bit of the seed.
 */
export function rowHash(columns: readonly Column[]): string {
  return columns.reduce((seed, { name, type, isNullable }) => {
    const column = `t.${identifier(name)}`;
    const { absent, hash } = exact[type ?? ""] ?? (isWritten(type) ? written : printed);
    const value = absent === null ? column : `coalesce(${column}, ${absent})`;
    return hash(value, isNullable ? `${seed} # (${column} IS NULL)::int4` : seed);
  }, "0::int8");
}

interface Hashing {
  /** What stands for NULL, of the column's type; null where NULL is not passed on. */
  readonly absent: string | null;
  readonly hash: (value: string, seed: string) => string;
}

const hashed = (absent: string, functionName: string): Hashing => ({
  absent,
  hash: (value, seed) => `${functionName}(${value}, ${seed})`,
});

/** The hash of an array of one is that of its element; there is no function for the element alone. */
const arrayed = (absent: string, bytes: (value: string) => string): Hashing => ({
  absent,
  hash: (value, seed) => `hash_array_extended(ARRAY[${bytes(value)}], ${seed})`,
});

const asBytes: Hashing = {
  absent: "''",
  hash: (value, seed) => `hashtextextended(${value} COLLATE "C", ${seed})`,
};

/** Types of which the server's hash is of the whole value: those with a length, or of as many bits as are hashed. */
const exact: Readonly<Record<string, Hashing>> = {
  bool: { absent: "false", hash: (value, seed) => `hashint4extended(${value}::int4, ${seed})` },
  int2: hashed("0::int2", "hashint2extended"),
  int4: hashed("0", "hashint4extended"),
  // Its hash folds the upper half onto the lower one, so the upper half is hashed first.
  int8: {
    absent: "0::int8",
    hash: (value, seed) => `hashint8extended(${value}, hashint4extended((${value} >> 32)::int4, ${seed}))`,
  },
  text: asBytes,
  varchar: asBytes,
  // Its hash ignores the blanks at the end, of which a value with a length has as many as it needs.
  bpchar: { absent: "''", hash: (value, seed) => `hashbpcharextended(${value} COLLATE "C", ${seed})` },
  uuid: hashed("'00000000-0000-0000-0000-000000000000'", "uuid_hash_extended"),
  bytea: arrayed("''", (value) => value),
  timestamp: arrayed("'epoch'", (value) => `timestamp_send(${value})`),
  timestamptz: arrayed("'epoch'", (value) => `timestamptz_send(${value})`),
};

/** Types whose cast to text is their own output, and faster than `concat`. */
const isWritten = (type: string | null): boolean =>
  type !== null && ["numeric", "float4", "float8", "date", "time", "interval", "json", "jsonb"].includes(type);

const written: Hashing = {
  absent: null,
  hash: (value, seed) => asBytes.hash(`coalesce(${value}::text, '')`, seed),
};

/** Everything else as COPY writes it: `concat` uses the type's own output, where a cast could be anything. */
const printed: Hashing = { absent: null, hash: (value, seed) => asBytes.hash(`concat(${value})`, seed) };
