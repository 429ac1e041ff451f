import { type ParsedOptions, type PostgresOptions, parseOptions } from "./options.ts";

/** The options of a server that is found again each time, as they are now. Fails as the locator does. */
export async function locateServer(
  { locator, ...given }: PostgresOptions,
  parsed: ParsedOptions,
  signal: AbortSignal,
): Promise<ParsedOptions> {
  if (locator === undefined) return parsed;
  const { image = null, password, ...found } = await locator.locate(signal);
  const isSameUser = given.user === undefined || given.user === found.user;
  const secret = isSameUser && password !== undefined ? { password } : {};
  return { ...parseOptions({ ...found, ...secret, ...given }, parsed.profile), name: locator.name, image };
}
