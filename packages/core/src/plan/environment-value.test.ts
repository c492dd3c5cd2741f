import { describe, expect, it } from "vitest";
import { environmentValues, valueOver } from "./environment-value.ts";

const over = (variables: Record<string, string>, base: Record<string, string>, lead = {}) =>
  Object.fromEntries(
    [...environmentValues({ variables, lead })].map(([name, parts]) => [name, valueOver(parts, base[name])]),
  );

describe("environmentValues", () => {
  it("puts the base's value where a value names itself", () => {
    expect(over({ A: "x:$A:y", B: `\${B}`, C: "$C" }, { A: "1", B: "2" })).toEqual({ A: "x:1:y", B: "2", C: "" });
  });

  it("leaves every other $ as it is", () => {
    const variables = { A: "$AB $B ${A $", AB: "$A", "A.B": "$A.B", B: "\\$ $$ $(B)" };
    expect(over(variables, { A: "1", AB: "2", B: "3" })).toEqual({ ...variables });
  });

  it("leads PATH, and gives it docker's default where the base has none", () => {
    const lead = { PATH: "/opt/venv/bin", PYTHONPATH: "/root" };
    const usual = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    expect(over({}, {}, lead)).toEqual({ PATH: `/opt/venv/bin:${usual}`, PYTHONPATH: "/root" });
    expect(over({ PATH: "/x:$PATH" }, {}, lead).PATH).toBe(`/opt/venv/bin:/x:${usual}`);
    expect(over({ PATH: "$PATH:/x" }, { PATH: "/base" }, lead).PATH).toBe("/opt/venv/bin:/base:/x");
    expect(over({ PATH: "" }, { PATH: "/base" }, lead).PATH).toBe("/opt/venv/bin");
    expect(over({ PATH: "/x" }, { PATH: "/base" }).PATH).toBe("/x");
  });

  it("keeps the base's PYTHONPATH behind ours, unless the spec says where it stands", () => {
    const lead = { PYTHONPATH: "/root" };
    expect(over({}, { PYTHONPATH: "/app" }, lead).PYTHONPATH).toBe("/root:/app");
    expect(over({ PYTHONPATH: "/z" }, { PYTHONPATH: "/app" }, lead).PYTHONPATH).toBe("/root:/z:/app");
    expect(over({ PYTHONPATH: "$PYTHONPATH:/z" }, { PYTHONPATH: "/app" }, lead).PYTHONPATH).toBe("/root:/app:/z");
    expect(over({ PYTHONPATH: "" }, {}, lead).PYTHONPATH).toBe("/root");
  });
});
