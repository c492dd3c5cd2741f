import { describe, expect, it } from "vitest";
import { planAccount } from "./planned-account.ts";

const plan = (passwd: string, group: string) => planAccount("flytekit", "/home/flytekit", passwd, group);
const ROOT = "root:x:0:0:root:/root:/bin/bash\n";

describe("planAccount", () => {
  it("adds the user with 1000 where both are free", () => {
    expect(plan(ROOT, "root:x:0:\n")).toEqual({
      name: "flytekit",
      uid: 1000,
      gid: 1000,
      home: "/home/flytekit",
      passwd: `${ROOT}flytekit:x:1000:1000::/home/flytekit:/bin/sh\n`,
      group: "root:x:0:\nflytekit:x:1000:\n",
    });
  });

  it("takes the next number that is free for both", () => {
    expect(plan("a:x:1000:1:::\n", "b:x:1001:\n")).toMatchObject({ uid: 1002, gid: 1002 });
  });

  it("keeps a user that is there", () => {
    const there = plan(`${ROOT}flytekit:x:77:88::/srv:/bin/sh\n`, "");
    expect(there).toEqual({ name: "flytekit", uid: 77, gid: 88, home: "/srv" });
  });

  it("joins a group of that name", () => {
    const joined = plan(ROOT, "flytekit:x:500:\n");
    expect(joined).toMatchObject({ uid: 1000, gid: 500 });
    expect(joined.group).toBeUndefined();
  });

  it("does not write behind a last line without an end, and works on no file at all", () => {
    expect(plan("root:x:0:0:::/bin/sh", "g:x:1:").passwd).toMatch(/^root:x:0:0:::\/bin\/sh\nflytekit:/);
    expect(plan("", "").passwd).toBe("flytekit:x:1000:1000::/home/flytekit:/bin/sh\n");
  });

  it("counts what the shell counts: ids as they are written, in comments too, and no empty ones", () => {
    expect(plan("# a:x:1000:1:::\n", "")).toMatchObject({ uid: 1001 });
    expect(plan("a:x:01000:1:::\n", "b:x: 1000:\n")).toMatchObject({ uid: 1000 });
    const empty = plan("flytekit:x::5::/:/bin/sh\n", "flytekit:x::\n");
    expect(empty).toMatchObject({ uid: 1000, gid: 1000 });
    expect(empty.group).toBe("flytekit:x::\nflytekit:x:1000:\n");
    expect(plan("flytekit:x:0077:088::/:/bin/sh\n", "")).toMatchObject({ uid: 77, gid: 88 });
  });

  it.each([
    ["flytekit:x:abc:1::/:\n", ""],
    ["flytekit:x:1:::/:\n", ""],
    ["flytekit:x:1\n", ""],
    ["flytekit:x:-1:1::/:\n", ""],
    ["flytekit:x:4294967295:1::/:\n", ""],
    ["", "flytekit:x:users:\n"],
  ])("leaves an account whose ids are not numbers to other builders: %j, %j", (passwd, group) => {
    expect(() => plan(passwd, group)).toThrow(expect.objectContaining({ code: "E_UNSUPPORTED" }));
  });
});
