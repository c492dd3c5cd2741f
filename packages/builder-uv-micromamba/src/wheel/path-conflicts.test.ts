import { describe, expect, it } from "vitest";
import { keepLast, refuseFileAndFolder } from "./path-conflicts.ts";

const SITE = "opt/venv/lib/python3.11/site-packages";

describe("keepLast", () => {
  it("gives a path to the last distribution in name order, and names both", () => {
    const { without, warnings } = keepLast([
      { distribution: "a 1.0", files: [[`${SITE}/shared.py`, "1"]] },
      { distribution: "b 1.0", files: [[`${SITE}/b.py`, "1"]] },
      { distribution: "c 1.0", files: [[`${SITE}/shared.py`, "2"]] },
    ]);
    expect(without.map((paths) => [...paths])).toEqual([[`${SITE}/shared.py`], [], []]);
    expect(warnings).toEqual([`/${SITE}/shared.py is in a 1.0 and in c 1.0: the latter's stays`]);
  });

  it("says nothing of a file that is the same in both", () => {
    const files = [[`${SITE}/ns/__init__.py`, "1"]] as const;
    const { without, warnings } = keepLast([
      { distribution: "a 1.0", files },
      { distribution: "b 1.0", files },
    ]);
    expect(without.map(({ size }) => size)).toEqual([1, 0]);
    expect(warnings).toEqual([]);
  });
});

describe("refuseFileAndFolder", () => {
  const named = (distribution: string, ...paths: string[]) => ({
    distribution,
    files: paths.map((path) => [`${SITE}/${path}`, "1"] as const),
  });

  it("names a path that is a file in one distribution and a folder in another, in either order", () => {
    const [file, folder] = [named("a 1.0", "x"), named("b 1.0", "y.py", "x/deep/z.py")];
    for (const distributions of [[file, folder], [folder, file], [named("c 1.0", "x", "x/z.py")]] as const)
      expect(() => refuseFileAndFolder(distributions, "E_RESOLVE")).toThrow(
        expect.objectContaining({ code: "E_RESOLVE", message: expect.stringContaining(`/${SITE}/x is a file in`) }),
      );
  });

  it("takes names that only begin alike, and folders that several have", () => {
    refuseFileAndFolder(
      [named("a 1.0", "x.py", "space/a.py"), named("b 1.0", "x/y.py", "x-y/z.py", "space/b.py")],
      "E_RESOLVE",
    );
  });
});
