import type { ExploredItem, ExploreRequest, RunContext } from "@dbsave/core";
import { withSession } from "./connect.ts";
import { chooseDatabases, withMaintenance } from "./databases/choose.ts";
import { countRows } from "./explore/count-rows.ts";
import { databaseItems } from "./explore/databases.ts";
import { extensionItems } from "./explore/extensions.ts";
import { hypertables } from "./explore/hypertables.ts";
import { relationItems } from "./explore/relations.ts";
import type { ParsedOptions } from "./options.ts";
import type { Session } from "./session.ts";

/**
 * The databases of the server, and what is in those that the options or `request` mean. Reads catalogs and the sizes of files; where
 * somebody else holds or waits for an exclusive lock, the size is that of the last VACUUM or ANALYZE. `count` reads every row.
 */
export async function explore(
  options: ParsedOptions,
  { count, database }: ExploreRequest,
  ctx: RunContext,
): Promise<readonly ExploredItem[]> {
  const meant: ParsedOptions = database === undefined ? options : { ...options, databases: [database] };
  const names = await chooseDatabases(meant, ctx.signal);
  const known = await withMaintenance(options, [], ctx.signal, databaseItems);
  const items = known.filter(({ path: [name] }) => database === undefined || name === database);
  for (const name of names) {
    items.push(...(await withSession(options, name, ctx.signal, (session) => exploreDatabase(session, count))));
  }
  return items;
}

async function exploreDatabase(session: Session, count: boolean): Promise<readonly ExploredItem[]> {
  const hyper = await hypertables(session);
  const relations = [...hyper, ...(await relationItems(session, hyper))];
  const tables = count ? await countRows(session, relations) : relations.map(({ item }) => item);
  return [...tables, ...(await extensionItems(session))];
}
