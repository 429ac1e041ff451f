import { Secret } from "@dbsave/core";
import { codecConformance } from "@dbsave/testkit";
import { age, generateIdentity, gzip, zstd } from "../src/index.ts";

const own = generateIdentity();
const other = generateIdentity();
const passphrase = new Secret("correct horse battery staple");
const wrongPassphrase = new Secret("wrong horse battery staple");
const workFactor = 4;

codecConformance({ name: "zstd", create: () => zstd() });
codecConformance({ name: "gzip", create: () => gzip() });
codecConformance({
  name: "age with recipients",
  create: () => age({ recipients: [other.recipient, own.recipient], identities: [own.identity] }),
  encryption: {
    withWrongKey: () => age({ recipients: [own.recipient], identities: [generateIdentity().identity] }),
    withoutKey: () => age({ recipients: [own.recipient] }),
    impossible: () => age({ recipients: [own.identity.reveal()], identities: [own.identity] }),
    secrets: [own.identity.reveal(), other.identity.reveal()],
  },
});
codecConformance({
  name: "age with a passphrase",
  create: () => age({ passphrase, workFactor }),
  encryption: {
    withWrongKey: () => age({ passphrase: wrongPassphrase, workFactor }),
    withoutKey: () => age({ recipients: [own.recipient], identities: [own.identity] }),
    impossible: () => age({ passphrase, recipients: [own.recipient] }),
    secrets: [passphrase.reveal(), wrongPassphrase.reveal()],
  },
});
