import { type Issue, listed, quoteUnlessPlain } from "../issues/issue.ts";
import { suggestion } from "../issues/schema-messages.ts";

/**
 * What no single value shows: how parts of a configuration fit together. Works on the raw value, so that these mistakes are
 * reported together with those that the schema finds; what has the wrong shape is left to the schema.
 */
export function crossChecks(value: unknown): Issue[] {
  const { defaults, storages, targets } = asSet(value);
  const storageNames = Object.keys(asSet(storages));
  return Object.entries(asSet(targets)).flatMap(([name, target], index, all) => [
    ...checkStorage(name, asSet(target), storageNames),
    ...checkKeys(name, asSet(target), asSet(defaults)),
    ...checkMethod(name, asSet(target)),
    ...checkFolder(
      name,
      all.slice(0, index).map(([earlier]) => earlier),
    ),
  ]);
}

type Raw = Readonly<Record<string, unknown>>;

function asSet(value: unknown): Raw {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Raw) : {};
}

function checkStorage(name: string, { to }: Raw, storages: readonly string[]): Issue[] {
  if (to === undefined && storages.length > 1) {
    return [{ path: ["targets", name, "to"], message: `missing: expected the name of a storage, ${listed(storages)}` }];
  }
  if (typeof to !== "string" || storages.length === 0 || storages.includes(to)) return [];
  const meant = suggestion(to, storages) || `: expected ${listed(storages)}`;
  return [{ path: ["targets", name, "to"], message: `no storage is called ${quoteUnlessPlain(to)}${meant}` }];
}

/** A verify that opens the backup would fail in every run, after the backup was taken. */
function checkKeys(name: string, target: Raw, defaults: Raw): Issue[] {
  const encrypt = asSet(target["encrypt"] ?? defaults["encrypt"]);
  const verify = target["verify"] ?? defaults["verify"] ?? "restore";
  const { age, identities } = encrypt;
  if (!Array.isArray(age) || age.length === 0 || identities !== undefined) return [];
  if (verify !== "structure" && verify !== "restore") return [];
  const message = `${verify} must decrypt the backup: add identities to encrypt, or choose verify: hashes`;
  const isInherited = target["encrypt"] === undefined && target["verify"] === undefined;
  return [{ path: isInherited ? ["defaults", "verify"] : ["targets", name, "verify"], message }];
}

/** A key without the method that reads it would be thought to work. */
function checkMethod(name: string, target: Raw): Issue[] {
  const { engine, method } = target;
  if ((engine !== "postgres" && engine !== "timescaledb") || [method].flat().includes("physical")) return [];
  return ["physical", "wal", "incremental"]
    .filter((key) => target[key] !== undefined && target[key] !== "off")
    .map((key) => ({
      path: ["targets", name, key],
      message: "it needs physical backups: add method: physical, or method: [logical, physical]",
    }));
}

/** Some file systems do not tell `App` from `app`. */
function checkFolder(name: string, earlier: readonly string[]): Issue[] {
  const twin = earlier.find((other) => other.toLowerCase() === name.toLowerCase());
  if (twin === undefined) return [];
  return [
    {
      path: ["targets", name],
      message: `differs from ${quoteUnlessPlain(twin)} in case only: both would use one folder`,
    },
  ];
}
