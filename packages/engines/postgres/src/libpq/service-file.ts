/** What a `pg_service.conf` says of one service, by libpq's words; undefined when it does not have it. `invalid` takes the line. */
export function serviceIn(
  text: string,
  service: string,
  invalid: (line: number) => Error,
): Readonly<Record<string, string>> | undefined {
  let found: Record<string, string> | undefined;
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    if (line.startsWith("[")) {
      if (found !== undefined) break;
      if (line === `[${service}]`) found = {};
      continue;
    }
    if (found === undefined) continue;
    const [, word, value] = /^([a-z_]+)=(.*)$/s.exec(line) ?? [];
    if (word === undefined || value === undefined || word === "service") throw invalid(index + 1);
    found[word] ??= value;
  }
  return found;
}
