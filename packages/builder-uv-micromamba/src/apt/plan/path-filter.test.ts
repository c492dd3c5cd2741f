import { describe, expect, it } from "vitest";
import { pathFilter } from "./path-filter.ts";

const filter = (text: string) => pathFilter([{ path: "etc/dpkg/dpkg.cfg.d/docker", text }]);

describe("pathFilter", () => {
  it("lets the last pattern decide, whose stars match slashes as well", () => {
    const leaves = filter("path-exclude /usr/share/doc/*\npath-include=/usr/share/doc/*/copyright\n");
    expect(leaves("/usr/share/doc/jq/README.gz", "file")).toBe(true);
    expect(leaves("/usr/share/doc/jq/copyright", "file")).toBe(false);
    expect(leaves("/usr/share/doc/a/b/copyright", "file")).toBe(false);
    expect(leaves("/usr/share/doc", "folder or link")).toBe(false);
    expect(leaves("/usr/bin/jq", "file")).toBe(false);
  });

  it("keeps a folder that a later pattern brings something back into", () => {
    const some = filter("path-exclude=/usr/share/doc/*\npath-include=/usr/share/doc/*/copyright\n");
    expect(some("/usr/share/doc/jq", "folder or link")).toBe(false);
    expect(filter("path-exclude=/usr/share/doc/*\n")("/usr/share/doc/jq", "folder or link")).toBe(true);
  });

  it("refuses an option whose effect it does not know", () => {
    expect(() => filter("force-all\n")).toThrow("force-all");
  });
});
