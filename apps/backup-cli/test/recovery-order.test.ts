import { expect, it } from "vitest";
import { movedTablespaces, recoveryTarget } from "../src/places/recovery-order.ts";

const usage = expect.objectContaining({ code: "USAGE" });

it("each flag names the end of a recovery, and none asks for none", () => {
  const targetOf = (args: Parameters<typeof recoveryTarget>[0]) => recoveryTarget(args, "Europe/Berlin");
  expect(targetOf({})).toBeUndefined();
  expect(targetOf({ at: "2026-11-20 14:30", timeline: 3 })).toEqual({
    kind: "time",
    time: new Date("2026-11-20T13:30:00Z"),
    timeline: 3,
  });
  expect(targetOf({ at: "latest" })).toEqual({ kind: "latest" });
  expect(targetOf({ timeline: 2 })).toEqual({ kind: "latest", timeline: 2 });
  expect(targetOf({ lsn: "16/B374D848" })).toEqual({ kind: "position", position: "16/B374D848" });
  expect(targetOf({ xid: "742" })).toEqual({ kind: "transaction", transaction: "742" });
  expect(targetOf({ restorePoint: "before" })).toEqual({ kind: "name", name: "before" });
  expect(targetOf({ immediate: true })).toEqual({ kind: "immediate" });
  expect(() => targetOf({ immediate: true, lsn: "0/1" })).toThrow(usage);
});

it("tablespaces move from one absolute path to another", () => {
  expect(movedTablespaces(undefined)).toBeUndefined();
  expect(movedTablespaces(["/mnt/fast=/srv/fast", "/a=/b=c"])).toEqual(
    new Map([
      ["/mnt/fast", "/srv/fast"],
      ["/a", "/b=c"],
    ]),
  );
  for (const move of ["/mnt/fast", "fast=/srv", "/a=b"]) expect(() => movedTablespaces([move])).toThrow(usage);
});
