import { verifyLevels } from "@dbsave/core";
import * as z from "zod";
import { expected } from "../issues/schema-messages.ts";
import { referenceForms, referencePattern } from "../secrets/reference.ts";

export const weekdays = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"] as const;

const isSet = ({ value }: { readonly value: unknown }) => typeof value === "object" && value !== null;
const wholeNumber = ({ code, input }: { readonly code: string; readonly input?: unknown }) =>
  code === "invalid_type" ? expected("a whole number", input) : undefined;
const count = (unit: string) =>
  z.int({ error: wholeNumber }).min(0).exactOptional().describe(`How many ${unit} to keep.`);

const keepRules = z
  .strictObject({
    last: count("of the newest backups"),
    daily: count("days, the last good backup of each"),
    weekly: count("weeks, the first good backup of each"),
    monthly: count("months, the first good backup of each"),
    yearly: count("years, the first good backup of each"),
    within: z
      .string()
      .regex(/^[1-9]\d{0,5}[hdw]$/, { error: "expected a duration such as 12h, 90d or 8w" })
      .exactOptional()
      .describe("Keep everything younger than this: hours, days or weeks (`12h`, `90d`, `8w`)."),
  })
  .refine((rules) => Object.values(rules).some((amount) => amount !== 0), {
    error: "keeps nothing: set at least one rule above zero, or write keep: all",
  });

export const keep = z
  .union([z.literal("all"), keepRules], { error: "expected rules such as { daily: 7, weekly: 4, monthly: 6 }, or all" })
  .describe("Which backups stay; `all` never deletes any.");

export const reference = z.string().regex(referencePattern, {
  error: `expected ${referenceForms}: a secret never stands in the file itself`,
});

const recipient = z.string().regex(new RegExp(`^age1[02-9ac-hj-np-z]{58}$|${referencePattern.source}`), {
  error: `expected a recipient (age1...), or ${referenceForms}`,
});

const encryptWith = z
  .strictObject({
    age: z.array(recipient).min(1).exactOptional().describe("Recipients: `age1...`, or where a list of them is kept."),
    identities: z
      .array(reference)
      .min(1)
      .exactOptional()
      .describe("Where the identities are kept that `verify` and `restore` decrypt with."),
    passphrase: reference.exactOptional().describe("Where the passphrase is kept, in place of recipients."),
  })
  .refine((keys) => (keys.age === undefined) !== (keys.passphrase === undefined), {
    when: isSet,
    error: "expected either age (recipients) or passphrase",
  })
  .refine((keys) => keys.identities === undefined || keys.passphrase === undefined, {
    when: isSet,
    error: "identities go with age recipients, not with a passphrase",
  })
  .meta({
    oneOf: [{ required: ["age"] }, { required: ["passphrase"], not: { required: ["identities"] } }],
  });

const encrypt = z
  .union([z.literal("none"), encryptWith], {
    error: "expected recipients such as { age: [age1...] }, { passphrase: ... }, or none",
  })
  .describe("Encryption with age, of everything that is stored.");

const ratio = (what: string) =>
  z
    .number()
    .min(0)
    .max(1)
    .exactOptional()
    .describe(`Alarm when a backup has less than this share of the usual ${what}; 0 turns it off.`);

const guard = z
  .union([z.literal("off"), z.strictObject({ min_size_ratio: ratio("bytes"), min_rows_ratio: ratio("rows") })], {
    error: "expected { min_size_ratio: 0.5, min_rows_ratio: 0.5 }, or off",
  })
  .describe("Stops pruning when a backup is much smaller than the target's history.");

/** What `defaults` may hold, and every target may say for itself. */
export const policyShape = {
  compress: z
    .string()
    .regex(/^(none|gzip(:[1-9])?|zstd(:([1-9]|1\d|2[0-2]))?)$/, {
      error: "expected none, gzip, gzip:1 to gzip:9, zstd or zstd:1 to zstd:22",
    })
    .exactOptional()
    .describe("`none`, `gzip`, `gzip:9`, `zstd`, `zstd:6`."),
  encrypt: encrypt.exactOptional(),
  timezone: z
    .string()
    .refine(isTimeZone, { error: "expected the name of a time zone, such as Europe/Berlin" })
    .exactOptional()
    .describe("IANA time zone in which days begin and end."),
  week_starts: z
    .enum(weekdays)
    .exactOptional()
    .describe("Weekday on which weeks begin; months and years begin on their first one."),
  keep: keep.exactOptional(),
  verify: z
    .enum([...verifyLevels, "off"])
    .exactOptional()
    .describe("How far every new backup is proved."),
  save: z
    .enum(["required", "optional", "off"])
    .exactOptional()
    .describe("Whether a backup needs a successful save before it."),
  guard: guard.exactOptional(),
};

export const policySchema = z.strictObject(policyShape);
export type Policy = z.infer<typeof policySchema>;
export type EncryptSetting = z.infer<typeof encrypt>;

/** Offsets such as +01:00 are no zones: they know no summer time. */
function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name }).format();
    return true;
  } catch {
    return false;
  }
}
