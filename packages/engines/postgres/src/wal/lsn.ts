import { DbsaveError } from "@dbsave/core";

const form = /^(?<high>[0-9A-F]{1,8})\/(?<low>[0-9A-F]{1,8})$/i;

export function isLsn(text: string): boolean {
  return form.test(text);
}

/** A position in the WAL as servers write it, `16/B374D848`, as a number of bytes. SOURCE_INVALID for what is none. */
export function parseLsn(text: string): bigint {
  const { high, low } = form.exec(text)?.groups ?? {};
  if (high === undefined || low === undefined)
    throw new DbsaveError("SOURCE_INVALID", `postgres: not a position in the WAL: ${JSON.stringify(text)}`);
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}

/** As servers write it. */
export function formatLsn(position: bigint): string {
  return `${hex(position >> 32n)}/${hex(position & 0xffff_ffffn)}`;
}

function hex(value: bigint): string {
  return value.toString(16).toUpperCase();
}
