import type { CodecPromise, CodecSubject, EncryptionPromise } from "./codec-subject.ts";
import { damagePromises } from "./damage.ts";
import { descriptionPromises } from "./description.ts";
import { flowPromises } from "./flow.ts";
import { roundTripPromises } from "./round-trip.ts";
import { secrecyPromises } from "./secrecy.ts";

/** What every codec promises. */
export const codecPromises: readonly CodecPromise[] = [
  ...descriptionPromises,
  ...roundTripPromises,
  ...damagePromises,
  ...flowPromises,
];

/** What a codec of kind `encryption` promises on top. */
export const encryptionPromises: readonly EncryptionPromise[] = secrecyPromises;

/** The promises that `subject` gives, ready to run. Throws when an encryption codec comes without `encryption`. */
export function promisesOf(
  subject: CodecSubject,
): readonly { readonly name: string; readonly run: () => Promise<void> }[] {
  const { encryption } = subject;
  const general = codecPromises.map(({ name, run }) => ({ name, run: () => run(subject) }));
  if (subject.create().kind !== "encryption") return general;
  if (encryption === undefined) throw new Error(`${subject.name}: an encryption codec needs \`encryption\` as well`);
  return [...general, ...encryptionPromises.map(({ name, run }) => ({ name, run: () => run(subject, encryption) }))];
}
