import { describe, expect, it } from "vitest";
import { pathConflicts } from "./path-conflicts.ts";

const TARGET = { prefix: "opt/venv", pythonMinor: "3.11", python: "/opt/venv/bin/python", compiled: true };
const SITE = "opt/venv/lib/python3.11/site-packages";

describe("pathConflicts", () => {
  it("gives a path to the last distribution in name order, and names both", () => {
    const { without, warnings } = pathConflicts(
      [
        { distribution: "a 1.0", files: [[`${SITE}/shared.py`, "1"]] },
        { distribution: "b 1.0", files: [[`${SITE}/b.py`, "1"]] },
        { distribution: "c 1.0", files: [[`${SITE}/shared.py`, "2"]] },
      ],
      TARGET,
    );
    expect(without.map((paths) => [...paths])).toEqual([[`${SITE}/shared.py`], [], []]);
    expect(warnings).toEqual([`/${SITE}/shared.py is in a 1.0 and in c 1.0: the latter's stays`]);
  });

  it("says nothing of a file that is the same in both", () => {
    const files = [[`${SITE}/ns/__init__.py`, "1"]] as const;
    const { without, warnings } = pathConflicts(
      [
        { distribution: "a 1.0", files },
        { distribution: "b 1.0", files },
      ],
      TARGET,
    );
    expect(without.map(({ size }) => size)).toEqual([1, 0]);
    expect(warnings).toEqual([]);
  });

  it("gives the interpreter to nobody", () => {
    for (const path of ["bin/python", "bin/python3", "bin/python3.11", "bin/python/x", "pyvenv.cfg"]) {
      const { without, warnings } = pathConflicts(
        [{ distribution: "evil 1.0", files: [[`opt/venv/${path}`, "1"]] }],
        TARGET,
      );
      expect(without[0]?.size, path).toBe(1);
      expect(warnings[0]).toContain(`evil 1.0 has /opt/venv/${path}`);
    }
    const { without } = pathConflicts([{ distribution: "x 1", files: [["opt/venv/bin/python4", "1"]] }], TARGET);
    expect(without[0]?.size).toBe(0);
  });
});
