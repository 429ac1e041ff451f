import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { binaries, type ServerSpec } from "./catalogue.ts";
import { command, works } from "./command.ts";
import { debianMirror } from "./debian-mirror.ts";

/** The image of a server in the local engine, under a tag that changes with its recipe. Made once, then kept there. */
export async function ensureImage(spec: ServerSpec): Promise<string> {
  const recipe = createHash("sha256")
    .update(JSON.stringify([spec, unneeded]))
    .digest("hex")
    .slice(0, 12);
  const tag = `dbsave-testbed/${spec.name}:${recipe}`;
  if (await works("docker", ["image", "inspect", tag])) return tag;
  if (await works("docker", ["pull", "--quiet", spec.official], { timeoutMs: 300_000 })) {
    await command("docker", ["tag", spec.official, tag]);
    return tag;
  }
  await buildFromDebian(spec, tag);
  return tag;
}

/** Documents, package archives, and the cluster that the package itself made. */
const unneeded = [
  "var/cache/apt",
  "var/lib/apt/lists",
  "usr/share/doc",
  "usr/share/man",
  "usr/share/locale",
  "var/lib/postgresql",
];

async function buildFromDebian(spec: ServerSpec, tag: string): Promise<void> {
  const { suite, packages } = spec.debian;
  const mirror = debianMirror();
  const cannot = `the image ${spec.official} cannot be pulled, and`;
  if (mirror === undefined) throw new Error(`${cannot} this is no Debian with a mirror to build one from`);
  if (process.getuid?.() !== 0) throw new Error(`${cannot} only root can build one`);
  if (!(await works("debootstrap", ["--version"]))) throw new Error(`${cannot} debootstrap is missing to build one`);
  console.log(`Building ${tag}: Debian ${suite} with ${packages.join(", ")} (a minute or two, once)`);
  const folder = await mkdtemp(join(tmpdir(), "dbsave-image-"));
  try {
    const root = join(folder, "root");
    const quiet = { env: { DEBIAN_FRONTEND: "noninteractive" } };
    await command("debootstrap", ["--variant=minbase", `--include=${packages.join(",")}`, suite, root, mirror], quiet);
    for (const path of unneeded) await rm(join(root, path), { recursive: true, force: true });
    const archive = join(folder, "root.tar");
    await command("tar", ["--create", "--directory", root, "--file", archive, "."]);
    const path = `ENV PATH=${binaries(spec)}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;
    await command("docker", ["import", "--change", path, "--change", "USER postgres", archive, tag]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
