import { describe, expect, it } from "vitest";
import { groupLinks, readGroup, readInstall, renderGroup, withAlternative } from "./alternatives.ts";

const MORE =
  "auto\n/usr/bin/pager\npager.1.gz\n/usr/share/man/man1/pager.1.gz\n\n/bin/more\n50\n/usr/share/man/man1/more.1.gz\n\n";
const LESS =
  "update-alternatives --quiet --install /usr/bin/pager pager /usr/bin/less 77 --slave /usr/share/man/man1/pager.1.gz pager.1.gz /usr/share/man/man1/less.1.gz";

describe("alternatives", () => {
  it("writes a group as update-alternatives does", () => {
    const group = readGroup("pager", MORE);
    expect(renderGroup(group)).toBe(MORE);
    expect(renderGroup(withAlternative(group, readInstall(LESS)))).toBe(
      `${MORE.slice(0, -1)}/usr/bin/less\n77\n/usr/share/man/man1/less.1.gz\n\n`,
    );
  });

  it("links the choice of the highest priority, and of its slaves those whose file is there", async () => {
    const group = withAlternative(readGroup("pager", MORE), readInstall(LESS));
    const links = await groupLinks(group, async (path) => !path.includes("/man/"));
    expect(links).toEqual([
      { path: "/etc/alternatives/pager", link: "/usr/bin/less" },
      { path: "/usr/bin/pager", link: "/etc/alternatives/pager" },
      { path: "/etc/alternatives/pager.1.gz", link: undefined },
      { path: "/usr/share/man/man1/pager.1.gz", link: undefined },
    ]);
  });

  it("refuses a group that was set by hand, and commands of another form", () => {
    expect(() => readGroup("pager", MORE.replace("auto", "manual"))).toThrow("not chosen by itself");
    for (const command of [
      LESS.replace("77", "$PRIORITY"),
      LESS.replace("--install", "--remove"),
      `${LESS} --slave /x`,
    ])
      expect(() => readInstall(command)).toThrow(expect.objectContaining({ code: "E_UNSUPPORTED" }));
  });
});
