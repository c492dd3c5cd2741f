import { execFileSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RUNTIME_USER } from "@imagespec/core/builder";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { userScript } from "./user.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "user-script-"));
  await mkdir(join(root, "etc"));
  await mkdir(join(root, "bin"));
  // Changing owners needs root: what would be changed is written down instead.
  await writeFile(join(root, "bin/chown"), `#!/bin/sh\necho "$@" >>${root}/chowned\n`);
  await chmod(join(root, "bin/chown"), 0o755);
});
afterEach(() => rm(root, { recursive: true }));

/** Runs the script with every path of the image inside a folder. */
async function run(passwd: string | undefined, group: string | undefined) {
  if (passwd !== undefined) await writeFile(join(root, "etc/passwd"), passwd);
  if (group !== undefined) await writeFile(join(root, "etc/group"), group);
  const step = RUNTIME_USER;
  const script = userScript(step)
    .join(" ")
    .replaceAll(/(?<=[\s<>])\/(etc|home|root)(?=[/\s;])/g, `${root}/$1`);
  execFileSync("/bin/sh", ["-c", script], { env: { PATH: `${root}/bin:${process.env.PATH}` } });
  const read = (file: string) => readFile(join(root, file), "utf8").catch(() => "");
  const [newPasswd, newGroup, chowned] = await Promise.all([read("etc/passwd"), read("etc/group"), read("chowned")]);
  return { passwd: newPasswd, group: newGroup, owner: chowned.trim().split("\n").at(-1)?.split(" ")[1] };
}

describe("userScript", () => {
  it("makes the user with 1000 where both numbers are free", async () => {
    const found = await run("root:x:0:0:root:/root:/bin/bash\n", "root:x:0:\n");
    expect(found.passwd).toBe("root:x:0:0:root:/root:/bin/bash\nflytekit:x:1000:1000::/home/flytekit:/bin/sh\n");
    expect(found.group).toBe("root:x:0:\nflytekit:x:1000:\n");
    expect(found.owner).toBe("1000:1000");
  });

  it("takes the next number that is free for both", async () => {
    const found = await run("a:x:1000:1000::/:/x\nb:x:1002:1::/:/x\n", "a:x:1000:\ng:x:1001:\n");
    expect(found.passwd).toContain("flytekit:x:1003:1003:");
    expect(found.group).toContain("flytekit:x:1003:");
  });

  it("keeps a user of that name", async () => {
    const passwd = "root:x:0:0::/root:/x\nflytekit:x:77:500::/nope:/x\n";
    const found = await run(passwd, "other:x:500:\n");
    expect(found).toEqual({ passwd, group: "other:x:500:\n", owner: "77:500" });
  });

  it("does not join its line to a last one without an end", async () => {
    const found = await run("a:x:5:5::/:/x", "a:x:5:");
    expect(found.passwd).toBe("a:x:5:5::/:/x\nflytekit:x:1000:1000::/home/flytekit:/bin/sh\n");
    expect(found.group).toBe("a:x:5:\nflytekit:x:1000:\n");
  });

  it("reads a last line without an end", async () => {
    expect((await run("a:x:1000:1000::/:/x", "")).passwd).toContain("flytekit:x:1001:");
  });

  it("makes the files where the base has none", async () => {
    const found = await run(undefined, undefined);
    expect(found.passwd).toBe("flytekit:x:1000:1000::/home/flytekit:/bin/sh\n");
  });

  it("takes the group of that name where only the group is there", async () => {
    const found = await run("", "flytekit:x:300:\n");
    expect(found.passwd).toContain("flytekit:x:1000:300:");
    expect(found.group).toBe("flytekit:x:300:\n");
  });
});
