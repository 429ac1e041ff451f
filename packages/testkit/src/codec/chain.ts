import { Duplex, pipeline } from "node:stream";

/** One stream that writes into `first`, whose output goes through `second`. */
export function chain(first: Duplex, second: Duplex): Duplex {
  pipeline(first, second, () => {});
  return Duplex.from({ writable: first, readable: second });
}
