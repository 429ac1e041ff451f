import { describeReference, parseReference } from "../secrets/reference.ts";

const urlParts = /^postgres(?:ql)?:\/\/(?:[^/?#]*@)?(?<place>[^/?#]*)(?:\/(?<name>[^?#]*))?(?:\?(?<query>[^#]*))?/;
const words = "host|port|user|dbname|service";

/** A connection string as the schema takes it: a URL, or `host=... dbname=...`. */
export const connectionPattern: string = String.raw`postgres(ql)?:\/\/[^\0]*|(${words}) *=[^\0]*`;

/** What a connection string says of the place, without secrets. */
export interface ConnectionPlace {
  readonly host: string;
  readonly database: string;
  readonly service: string;
}

/** Undefined for anything that is no connection string of PostgreSQL. Reads no more than names of places. */
export function connectionPlace(source: string): ConnectionPlace | undefined {
  const parts = urlParts.exec(source)?.groups;
  if (parts !== undefined) {
    const query = new URLSearchParams(parts["query"]);
    const host = query.get("host") ?? parts["place"] ?? "";
    return { host, database: query.get("dbname") ?? parts["name"] ?? "", service: query.get("service") ?? "" };
  }
  if (!new RegExp(`^(?:${words}) *=`).test(source)) return undefined;
  const said = (word: string): string => new RegExp(`(?:^|\\s)${word} *= *'?([^\\s']*)`).exec(source)?.[1] ?? "";
  return { host: said("host"), database: said("dbname"), service: said("service") };
}

/** For people: `postgres://db/app`, `postgres://service orders`, `postgres://PG* of the environment`. */
export function describeConnection(written: string, named: string | undefined): string {
  const kept = parseReference(written);
  if (kept !== undefined) return describeReference(kept);
  const { host, database, service } = connectionPlace(written) ?? { host: "", database: "", service: "" };
  const what = named ?? database;
  if (host !== "") return `postgres://${host}/${what}`;
  const where = service === "" ? "PostgreSQL by PG* of the environment" : `PostgreSQL service ${service}`;
  return what === "" ? where : `${where}, ${what}`;
}

/** The same connection string without its password. */
export function withoutPassword(source: string): string {
  if (urlParts.test(source)) {
    const bare = source.replace(/^([a-z]+:\/\/[^/?#:@]*):[^/?#]*@/, "$1@");
    return bare.replace(/([?&])password=[^&#]*&?/, "$1").replace(/[?&]$/, "");
  }
  return source.replace(/\s*\bpassword *= *(?:'(?:[^'\\]|\\.)*'|\S*)/s, "");
}
