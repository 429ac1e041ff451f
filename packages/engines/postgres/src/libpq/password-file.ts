/** What a line of a password file is looked up by. */
export interface PasswordKey {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
}

/** The password on the first line of a `.pgpass` that fits, undefined without one. A field is `*` or the text itself, with `\:` and `\\`. */
export function passwordIn(text: string, { host, port, database, user }: PasswordKey): string | undefined {
  const wanted = [host, String(port), database, user];
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith("#")) continue;
    const fields = line.match(/(?:^|(?<=:))(?:[^:\\]|\\.)*/gs) ?? [];
    const isMeant = wanted.every((value, index) => fields[index] === "*" || unescaped(fields[index] ?? "") === value);
    if (isMeant && fields.length > wanted.length) return unescaped(fields[wanted.length] ?? "");
  }
  return undefined;
}

function unescaped(field: string): string {
  return field.replaceAll(/\\(.)/gs, "$1");
}
