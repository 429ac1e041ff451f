import { describe, expect, it } from "vitest";
import { captureText, hostTools } from "../src/index.ts";

const tools = hostTools({ env: process.env });
const { signal } = new AbortController();

describe("captureText", () => {
  it("returns everything a tool printed", async () => {
    expect(await captureText(tools, "printf", ["grüße\\n\\n"], { signal })).toBe("grüße\n\n");
  });

  it("stops a tool that prints more than the limit", async () => {
    await expect(captureText(tools, "yes", [], { signal, maxBytes: 10_000 })).rejects.toMatchObject({
      code: "TOOL_FAILED",
      message: "yes: it printed more than 10000 bytes",
    });
  });

  it("takes exactly the limit", async () => {
    expect(await captureText(tools, "printf", ["12345"], { signal, maxBytes: 5 })).toBe("12345");
  });

  it("fails when the tool fails after printing", async () => {
    await expect(captureText(tools, "sh", ["-c", "echo half; exit 9"], { signal })).rejects.toMatchObject({
      code: "TOOL_FAILED",
    });
  });

  it("refuses bytes that are not text, without showing them", async () => {
    await expect(captureText(tools, "printf", ["secret\\377"], { signal })).rejects.toMatchObject({
      code: "TOOL_FAILED",
      message: expect.not.stringContaining("secret"),
    });
  });
});
