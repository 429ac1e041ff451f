import { type Finding, isDbsaveError } from "@dbsave/core";
import type { DatabaseSettings } from "../catalog/database-settings.ts";
import type { Session } from "../session.ts";
import { identifier, literal } from "../sql/quote.ts";

/**
 * TOOL_MISSING for each database whose locale the server does not have, a warning where the server sorts by another version of
 * it. Tries each by a temporary collation in a transaction that is rolled back.
 */
export async function examineLocales(
  session: Session,
  databases: readonly DatabaseSettings[],
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const database of databases) findings.push(...(await examineLocale(session, database)));
  return findings;
}

async function examineLocale(session: Session, database: DatabaseSettings): Promise<readonly Finding[]> {
  const { name, collationVersion } = database;
  const tried = await tryCollation(session, database);
  if (tried.version === undefined) {
    const message = `the server does not have its locale ${tried.locale}`;
    const fix = `Install that locale on the server's system, and restart the server. It said: ${tried.reason}`;
    return [{ severity: "error", code: "TOOL_MISSING", object: name, message, fix }];
  }
  if (collationVersion === null || tried.version === null || collationVersion === tried.version) return [];
  const message = `its text was sorted by version ${collationVersion} of ${tried.locale}, the server has ${tried.version}`;
  const quoted = identifier(name);
  const fix = `The restore builds all indexes anew; look at range partitions and checks of text. What is copied there by other means needs REINDEX DATABASE ${quoted}; ALTER DATABASE ${quoted} REFRESH COLLATION VERSION;`;
  return [{ severity: "warning", code: "RESTORE_FAILED", object: name, message, fix }];
}

interface Tried {
  /** For people. */
  readonly locale: string;
  /** Null where the provider has none; undefined when there is no such locale, for this reason. */
  readonly version: string | null | undefined;
  readonly reason?: string;
}

async function tryCollation(session: Session, database: DatabaseSettings): Promise<Tried> {
  const { collate, ctype, provider, locale } = database;
  const kind = { i: "icu", b: "builtin" }[provider];
  const isLibc = kind === undefined || locale === null;
  const definition = isLibc
    ? `provider = libc, lc_collate = ${literal(collate)}, lc_ctype = ${literal(ctype)}`
    : `provider = ${kind}, locale = ${literal(locale)}`;
  const shown = isLibc ? `${collate} (libc)` : `${locale} (${kind})`;
  await session.query("BEGIN");
  try {
    await session.query(`CREATE COLLATION pg_temp.dbsave_tries (${definition})`);
    const [row] = await session.query<{ version: string | null }>(
      "SELECT pg_collation_actual_version('pg_temp.dbsave_tries'::regcollation) AS version",
    );
    return { locale: shown, version: row?.version ?? null };
  } catch (error) {
    if (isDbsaveError(error, "PERMISSION_DENIED")) return { locale: shown, version: null };
    if (isDbsaveError(error) || !(error instanceof Error)) throw error;
    const isOtherEncoding = /encoding/.test(error.message); // only that of the session's own database was tried
    return { locale: shown, version: isOtherEncoding ? null : undefined, reason: error.message };
  } finally {
    await session.query("ROLLBACK");
  }
}
