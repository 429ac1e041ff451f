import { hash } from "node:crypto";
import type { FingerprintItem } from "@dbsave/core";
import type { Session } from "../session.ts";
import { type DatabaseSettings, databaseSettings } from "./database-settings.ts";
import { functionsSql, schemasSql, typesSql } from "./definitions.ts";
import { otherObjectsSql } from "./other-objects.ts";
import { relationsSql } from "./relations.ts";

interface Row {
  /** What it is, then its name: `table public.orders`. */
  readonly name: string;
  readonly definition: string;
}

/** One item per object that a dump re-creates, and one for the settings of the database. Reads the catalog in batches. */
export async function schemaItems(session: Session): Promise<readonly FingerprintItem[]> {
  const items: FingerprintItem[] = [];
  for (const sql of [schemasSql, relationsSql, functionsSql, typesSql, otherObjectsSql]) {
    for await (const rows of session.batches<Row>(sql)) {
      for (const { name, definition } of rows) items.push({ kind: "schema", name, hash: hash("sha256", definition) });
    }
  }
  const settings = JSON.stringify(fingerprinted(await databaseSettings(session)));
  return [...items, { kind: "setting", name: "database", hash: hash("sha256", settings) }];
}

/** Not its name, which a restore may change, nor its tablespace and its system's way to sort, which a server may lack. */
function fingerprinted({
  name: _name,
  tablespace: _tablespace,
  collationVersion: _collationVersion,
  extensions: _extensions,
  ...rest
}: DatabaseSettings): object {
  return rest;
}
