import type { Secret } from "@dbsave/core";

/** Variables of a child; PATH is always there. */
export type Environment = Readonly<Record<string, string>> & { readonly PATH: string };

const inherited = ["PATH", "HOME", "TMPDIR", "TZ"];
const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Messages in English and text in UTF-8, whatever the operator's locale: tools' output is read by programs. */
export const fixedLocale = { LANG: "C.UTF-8", LC_ALL: "C.UTF-8" } as const;

/** What every tool gets: four variables of `host`, if they are set, and a fixed locale. Nothing else is passed on. */
export function minimalEnvironment(host: Readonly<Record<string, string | undefined>>): Environment {
  const kept = inherited.flatMap((name) => (host[name] ? [[name, host[name]] as const] : []));
  return { PATH: defaultPath, ...fixedLocale, ...Object.fromEntries(kept) };
}

/** The only place where secrets are revealed: into the environment of one child. */
export function revealEnvironment(env: Readonly<Record<string, string | Secret>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => [name, typeof value === "string" ? value : value.reveal()]),
  );
}

/** The values in `env` that must not appear in any message. */
export function secretValues(env: Readonly<Record<string, string | Secret>>): readonly string[] {
  return Object.values(env).flatMap((value) => (typeof value === "string" ? [] : [value.reveal()]));
}
