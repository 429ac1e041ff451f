import { chmod, mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { inspect } from "node:util";
import { hostTools } from "@dbsave/exec";
import { describe, expect, it } from "vitest";
import { type Privacy, type ReferenceContext, readReference } from "../src/secrets/read-reference.ts";
import { parseReference } from "../src/secrets/reference.ts";
import { failure, type Workplace, workplace } from "./workplace.ts";

const read = async (
  here: Workplace,
  text: string,
  context: Partial<ReferenceContext> = {},
  privacy: Privacy = "private",
) => {
  const secret = await readReference(text, "dbsave.yaml:4: x", privacy, {
    env: {},
    tools: hostTools({ env: process.env }),
    signal: new AbortController().signal,
    directory: here.directory,
    ...context,
  });
  expect(inspect(secret)).toBe("***");
  return secret.reveal();
};

describe("a secret", () => {
  it("is read from the environment that was handed in, and only from there", async () => {
    await using here = await workplace();
    expect(await read(here, "env:PW", { env: { PW: " pass word " } })).toBe(" pass word ");
    const { code, message } = await failure(read(here, "env:PATH"));
    expect([code, message]).toEqual(["SECRET_UNAVAILABLE", "dbsave.yaml:4: x: env:PATH: the variable is not set"]);
  });

  it("is read from a file without the one line end that editors add", async () => {
    await using here = await workplace();
    await here.file("a", "secret\n");
    await here.file("b", "two\n\n");
    await here.file("c", "crlf\r\n");
    await symlink("a", join(here.directory, "link"));
    expect(await read(here, "file:a")).toBe("secret");
    expect(await read(here, `file:${join(here.directory, "a")}`)).toBe("secret");
    expect(await read(here, "file:b")).toBe("two\n");
    expect(await read(here, "file:c")).toBe("crlf");
    expect(await read(here, "file:link")).toBe("secret");
  });

  it("is what a program prints, run without a shell in the directory of the configuration", async () => {
    await using here = await workplace();
    await here.file("get.sh", '#!/bin/sh\nprintf "%s|%s|%s\\n" "$1" "$2" "$PWD"\n', 0o700);
    expect(await read(here, "cmd:./get.sh first second")).toBe(`first|second|${here.directory}`);
    expect(await read(here, "cmd:printf  *  ")).toBe("*");
    expect(await read(here, "cmd:printenv VAULT_ADDR", { env: { VAULT_ADDR: "https://vault" } })).toBe("https://vault");
  });
});

describe("a secret is unavailable, and nothing is used in its place,", () => {
  it.each([
    ["when its file is missing", "file:no", "file:no: no such file"],
    ["when its file is a directory", "file:directory", "file:directory: not a regular file"],
    ["when everybody may read its file", "file:open", "file:open: everybody may read it"],
    ["when everybody may write to its file", "file:writable", "file:writable: everybody may write to it"],
    ["when its file is empty", "file:empty", "file:empty: it is empty"],
    ["when its file holds only a line end", "file:newline", "file:newline: it is empty"],
    ["when its file is too large", "file:large", "file:large: larger than 65536 bytes"],
    ["when its variable is empty", "env:EMPTY", "env:EMPTY: it is empty"],
    [
      "when its program fails",
      "cmd:./fail.sh canary-argument",
      "cmd:./fail.sh: DIR/fail.sh: exit status 3: no such entry",
    ],
    ["when its program is missing", "cmd:./no.sh", "cmd:./no.sh: DIR/no.sh: no such file"],
    ["when its program prints nothing", "cmd:true", "cmd:true: it is empty"],
    ["when its program prints too much", "cmd:yes", "cmd:yes: yes: it printed more than 65536 bytes"],
    ["when its program hangs", "cmd:sleep 600", "cmd:sleep: sleep: it neither read nor wrote for 200 ms"],
  ])("%s", async (_when, text, message) => {
    await using here = await workplace();
    await mkdir(join(here.directory, "directory"));
    await here.file("open", "s3cret-value\n", 0o644);
    await here.file("writable", "s3cret-value\n", 0o622);
    await here.file("empty", "");
    await here.file("newline", "\n");
    await here.file("large", "s3cret-value".repeat(6000));
    await here.file("fail.sh", "#!/bin/sh\necho s3cret-value; echo no such entry >&2; exit 3\n", 0o700);
    const error = await failure(read(here, text, { env: { EMPTY: "" }, commandTimeoutMs: 200 }));
    const shown = error.message.replaceAll(here.directory, "DIR");
    expect([error.code, shown]).toEqual(["SECRET_UNAVAILABLE", `dbsave.yaml:4: x: ${message}`]);
    expect(inspect(error, { depth: 10 })).not.toMatch(/s3cret|canary/);
  });

  it("and the hint is the command that mends it", async () => {
    await using here = await workplace();
    const path = await here.file("open", "x", 0o644);
    expect((await failure(read(here, "file:open"))).hint).toBe(`chmod 600 ${path}`);
  });

  it("unless it is no secret: recipients may be read by everybody, but not written", async () => {
    await using here = await workplace();
    await here.file("r", "age1\n", 0o644);
    expect(await read(here, "file:r", {}, "public")).toBe("age1");
    await chmod(join(here.directory, "r"), 0o666);
    expect((await failure(read(here, "file:r", {}, "public"))).code).toBe("SECRET_UNAVAILABLE");
  });

  it("but a cancelled run is a cancelled run", async () => {
    await using here = await workplace();
    const error = await failure(read(here, "cmd:sleep 600", { signal: AbortSignal.timeout(50) }));
    expect(error.code).toBe("ABORTED");
  });

  it("and a pipe in place of the file does not hang", async () => {
    await using here = await workplace();
    const { signal } = new AbortController();
    await hostTools({ env: process.env }).run("mkfifo", [join(here.directory, "pipe")], { signal }).done;
    expect((await failure(read(here, "file:pipe"))).message).toContain("not a regular file");
  });
});

describe("a reference", () => {
  it.each([
    ["env:A_1", { kind: "env", name: "A_1" }],
    ["file:/run/secrets/pg", { kind: "file", path: "/run/secrets/pg" }],
    ["file:with space", { kind: "file", path: "with space" }],
    ["cmd:pass show db/app", { kind: "cmd", program: "pass", args: ["show", "db/app"] }],
  ])("%s is understood", (text, reference) => {
    expect(parseReference(text)).toEqual(reference);
  });

  it.each([
    "",
    "hunter2",
    "env:",
    "env:1A",
    "env:A B",
    "ENV:A",
    "file:",
    "file:~/x",
    "cmd:",
    "cmd: x",
    "cmd:pass show 'a b'",
    "cmd:cat x | head",
    "cmd:echo $HOME",
    "cmd:a; b",
    "cmd:a\nb",
    "cmd:~/bin/get",
    "vault:x",
  ])("%j is none", (text) => {
    expect(parseReference(text)).toBeUndefined();
  });
});
