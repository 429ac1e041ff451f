import { inspect } from "node:util";
import { expect, it } from "vitest";
import { generateIdentity, parseIdentities, parseRecipients } from "../src/index.ts";
import { isInstalled, runStock } from "./support/stock-tool.ts";

const [first, second] = [generateIdentity(), generateIdentity()];
const failsWith = (code: string, message: string): unknown => expect.objectContaining({ code, message });

it("identities are read from a file with comments, empty lines and any line ends", () => {
  const text = `# created: today\n# public key: ${first.recipient}\n${first.identity.reveal()}\r\n\n  ${second.identity.reveal()}`;
  const identities = parseIdentities(text);
  expect(identities.map((identity) => identity.reveal())).toEqual([first.identity.reveal(), second.identity.reveal()]);
  expect(inspect(identities)).toBe("[ ***, *** ]");
});

it("a line that is no identity is named by its number, and never shown", () => {
  const wrong = failsWith("OPTIONS_INVALID", "age: line 3 of the identities is not an AGE-SECRET-KEY-1...");
  const broken = first.identity.reveal().slice(0, -1);
  expect(() => parseIdentities(`# mine\n${second.identity.reveal()}\n${broken}\n`)).toThrow(wrong);
  expect(() => parseIdentities("# nothing\n")).toThrow(
    failsWith("OPTIONS_INVALID", "age: there is no identity in the text"),
  );
});

it("recipients are read from a file with comments and empty lines", () => {
  const text = `# operations\n${first.recipient}\n\n# escrow\n${second.recipient}\n`;
  expect(parseRecipients(text)).toEqual([first.recipient, second.recipient]);
});

it("a line that is no recipient is named by its number, and never shown", () => {
  const wrong = failsWith("ENCRYPTION_IMPOSSIBLE", "age: line 2 of the recipients is not an age1...");
  expect(() => parseRecipients(`${first.recipient}\n${first.identity.reveal()}\n`)).toThrow(wrong);
  const none = failsWith("ENCRYPTION_IMPOSSIBLE", "age: there is no recipient in the text");
  expect(() => parseRecipients("\n# none\n")).toThrow(none);
});

it.skipIf(!isInstalled("age-keygen"))("keys are those of the stock tool, both ways (needs age)", () => {
  expect(runStock("age-keygen -y", Buffer.from(first.identity.reveal())).toString().trim()).toBe(first.recipient);
  const [identity] = parseIdentities(runStock("age-keygen", Buffer.alloc(0)).toString());
  const recipient = runStock("age-keygen -y", Buffer.from(identity?.reveal() ?? "")).toString();
  expect(parseRecipients(recipient)).toEqual([recipient.trim()]);
});
