import { describe, expect, it } from "vitest";
import { keepLast } from "./path-conflicts.ts";

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
