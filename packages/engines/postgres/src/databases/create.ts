import type { DatabaseSettings } from "../catalog/database-settings.ts";
import type { Session } from "../session.ts";
import { identifier, literal } from "../sql/quote.ts";

/** A new database without any contents, with the encoding and the locale of the old one. */
export async function createDatabase(session: Session, name: string, settings: DatabaseSettings): Promise<void> {
  const { encoding, collate, ctype, provider, locale, icuRules } = settings;
  const words = [
    `CREATE DATABASE ${identifier(name)} TEMPLATE template0 ENCODING ${literal(encoding)}`,
    `LC_COLLATE ${literal(collate)} LC_CTYPE ${literal(ctype)}`,
  ];
  const kind = { i: "icu", b: "builtin" }[provider];
  if (kind !== undefined && locale !== null) words.push(`LOCALE_PROVIDER ${kind} ${kind}_LOCALE ${literal(locale)}`);
  if (icuRules !== null) words.push(`ICU_RULES ${literal(icuRules)}`);
  await session.query(words.join(" "));
}

export async function dropDatabase(session: Session, name: string): Promise<void> {
  await session.query(`DROP DATABASE IF EXISTS ${identifier(name)} WITH (FORCE)`);
}

export async function renameDatabase(session: Session, from: string, to: string): Promise<void> {
  await session.query(`ALTER DATABASE ${identifier(from)} RENAME TO ${identifier(to)}`);
}

/**
 * Owner, rights, comment, limit and settings of the old one. A setting is made the session's own first and taken from there,
 * so that lists such as `search_path` need no quoting of ours; the transaction keeps it from having an effect.
 */
export async function applySettings(session: Session, name: string, settings: DatabaseSettings): Promise<void> {
  const database = identifier(name);
  const owner = identifier(settings.owner);
  await session.query("BEGIN");
  await session.query(`ALTER DATABASE ${database} OWNER TO ${owner}`);
  await session.query(`ALTER DATABASE ${database} CONNECTION LIMIT ${settings.connectionLimit}`);
  if (settings.comment !== null) await session.query(`COMMENT ON DATABASE ${database} IS ${literal(settings.comment)}`);
  await session.query(`REVOKE ALL ON DATABASE ${database} FROM PUBLIC, ${owner}`);
  for (const { grantee, privilege, grantable } of settings.rights) {
    const to = grantee === "" ? "PUBLIC" : identifier(grantee);
    await session.query(`GRANT ${privilege} ON DATABASE ${database} TO ${to}${grantable ? " WITH GRANT OPTION" : ""}`);
  }
  for (const { role, name: setting, value } of settings.settings) {
    await session.query("SELECT set_config($1, $2, true)", [setting, value]);
    const on = role === "" ? `ALTER DATABASE ${database}` : `ALTER ROLE ${identifier(role)} IN DATABASE ${database}`;
    await session.query(`${on} SET ${setting.split(".").map(identifier).join(".")} FROM CURRENT`);
  }
  await session.query("COMMIT");
}
