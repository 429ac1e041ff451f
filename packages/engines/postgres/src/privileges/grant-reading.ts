import { databaseArgument, identifier } from "../sql/quote.ts";

export interface Unreadable {
  readonly role: string;
  readonly major: number;
  readonly database: string;
  /** Of what cannot be read. */
  readonly schemas: readonly string[];
  readonly owners: readonly string[];
}

/** SQL, for psql, that lets a role read all there is and all that will be: one grant since 14, before it one for each schema. */
export function grantReading({ role: name, major, database, schemas, owners }: Unreadable): readonly string[] {
  const role = identifier(name);
  if (major >= 14) return [`GRANT pg_read_all_data TO ${role};`];
  const within = schemas.map(identifier).join(", ");
  const later = `ALTER DEFAULT PRIVILEGES FOR ROLE ${owners.map(identifier).join(", ")} IN SCHEMA ${within}`;
  return [
    `\\connect -reuse-previous=on "${databaseArgument(database).replaceAll('"', '""')}"`,
    `GRANT USAGE ON SCHEMA ${within} TO ${role};`,
    `GRANT SELECT ON ALL TABLES IN SCHEMA ${within} TO ${role};`,
    `GRANT SELECT ON ALL SEQUENCES IN SCHEMA ${within} TO ${role};`,
    `${later} GRANT SELECT ON TABLES TO ${role};`,
    `${later} GRANT SELECT ON SEQUENCES TO ${role};`,
  ];
}
