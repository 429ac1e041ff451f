import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { command } from "./command.ts";

/** Made for one server; the authority signed nothing else. */
export interface Certificates {
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

/** PEM texts for `localhost` and 127.0.0.1, valid for a day. */
export async function makeCertificates(): Promise<Certificates> {
  const folder = await mkdtemp(join(tmpdir(), "dbsave-tls-"));
  const at = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => command("openssl", args);
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  try {
    await writeFile(at("names"), "subjectAltName=DNS:localhost,IP:127.0.0.1\n");
    const authority = ["-subj", "/CN=dbsave testbed", "-days", "1", "-keyout", at("ca.key"), "-out", at("ca.crt")];
    await openssl("req", "-x509", ...newKey, ...authority);
    await openssl("req", ...newKey, "-subj", "/CN=localhost", "-keyout", at("key"), "-out", at("request"));
    const signing = ["-CA", at("ca.crt"), "-CAkey", at("ca.key"), "-CAcreateserial", "-days", "1"];
    await openssl("x509", "-req", "-in", at("request"), ...signing, "-extfile", at("names"), "-out", at("crt"));
    const read = (name: string) => readFile(at(name), "utf8");
    const [ca, certificate, key] = await Promise.all([read("ca.crt"), read("crt"), read("key")]);
    return { authority: ca, certificate, key };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
