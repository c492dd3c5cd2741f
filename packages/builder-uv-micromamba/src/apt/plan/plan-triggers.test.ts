import { describe, expect, it } from "vitest";
import { debianBase } from "../fixtures/debian-base.ts";
import { planTriggers } from "./plan-triggers.ts";

const FILE = "var/lib/dpkg/triggers/File";
const LDCONFIG = "var/lib/dpkg/triggers/ldconfig";
const pack = (id: string, triggers = "", paths: string[] = []) => ({ id, triggers, paths });
const base = () =>
  debianBase({
    [FILE]: "/usr/share/waited waiter\n",
    [LDCONFIG]: "libc-bin\n",
    "var/lib/dpkg/triggers/rebuild": "waiter\n",
    "var/lib/dpkg/triggers/Unincorp": "",
  });

describe("planTriggers", () => {
  it("records what packages wait for beside what the base's wait for", async () => {
    const { plan } = base();
    const triggers = "# a comment\ninterest-noawait /usr/share/mime\ninterest rebuild\ninterest-await fresh\n";
    await planTriggers([pack("one:amd64", triggers)], plan);
    const text = (path: string) => plan.planned.get(path)?.text;
    expect(text(FILE)).toBe("/usr/share/waited waiter\n/usr/share/mime one:amd64/noawait\n");
    expect(text("var/lib/dpkg/triggers/rebuild")).toBe("waiter\none:amd64\n");
    expect(text("var/lib/dpkg/triggers/fresh")).toBe("one:amd64\n");
    expect(plan.planned.size).toBe(3);
  });

  it("writes nothing where nobody's interest changes, and leaves the linker's cache to us", async () => {
    const { plan } = base();
    await planTriggers([pack("lib", "activate-noawait ldconfig\n", ["/usr/lib/libx.so.1"])], plan);
    expect(plan.planned.size).toBe(0);
  });

  it("leaves the cache of fonts to whoever looks for one", async () => {
    const { plan } = base();
    const fonts = [
      pack("fontconfig", "interest-noawait /usr/share/fonts\n"),
      pack("dejavu", "", ["/usr/share/fonts/a.ttf"]),
    ];
    await planTriggers(fonts, plan);
    expect(plan.planned.get(FILE)?.text).toBe("/usr/share/waited waiter\n/usr/share/fonts fontconfig/noawait\n");
  });

  it("leaves settings of the kernel to the machine that runs the image", async () => {
    const { plan } = base();
    const paths = ["/usr/lib/sysctl.d/99-a.conf"];
    await planTriggers([pack("procps", "interest-noawait /usr/lib/sysctl.d\n", paths)], plan);
    expect(plan.planned.get(FILE)?.text).toContain("/usr/lib/sysctl.d procps/noawait\n");
  });

  it("hands on by name what sets off a trigger of the base or of another package", async () => {
    const { plan } = base();
    await expect(planTriggers([pack("a", "activate rebuild\n")], plan)).rejects.toThrow(
      "a sets off rebuild, for which waiter runs a script",
    );
    await expect(planTriggers([pack("a", "", ["/usr/share/waited/file"])], plan)).rejects.toThrow(
      "a holds something below /usr/share/waited, for which waiter runs a script",
    );
    const both = [pack("mime", "interest /usr/share/mime\n"), pack("b", "", ["/usr/share/mime/b.xml"])];
    await expect(planTriggers(both, plan)).rejects.toThrow("b holds something below /usr/share/mime");
  });

  it("takes no path for one that it only begins like", async () => {
    const { plan } = base();
    await planTriggers([pack("a", "", ["/usr/share/waited-not/file"])], plan);
    expect(plan.planned.size).toBe(0);
  });

  it("hands on a kind of trigger that it does not know", async () => {
    const { plan } = base();
    await expect(planTriggers([pack("a", "await x\n")], plan)).rejects.toThrow(
      "a has a trigger that is not known here: await x",
    );
  });
});
