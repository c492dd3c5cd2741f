import { describe, expect, it } from "vitest";
import { ImageSpec, type ImageSpecParameters } from "../image-spec/image-spec.ts";

const make = (parameters: ImageSpecParameters) => () => new ImageSpec({ packages: ["six"], ...parameters });

describe("pipInCommands", () => {
  it.each([
    "pip install cowsay",
    " pip3 install x",
    "python -m pip install x",
    "cd /x && pip install .",
    "A=1 pip list",
    "! pip install x",
    "if pip install x; then :; fi",
    "while ! pip list; do :; done",
    "env A=1 pip install x",
    "sh -ec 'pip install x'",
    "X=$(pip list)",
    "pip3.11 install x",
    "python3.11 -u -m pip install x",
  ])("refuses %s where the environment has no pip, and says what to write", (command) => {
    expect(make({ commands: ["date", command] })).toThrow(
      expect.objectContaining({
        code: "E_SPEC",
        faults: [
          expect.objectContaining({
            path: ["commands", 1],
            code: "no_pip",
            hint: expect.stringContaining("uv pip install"),
          }),
        ],
      }),
    );
  });

  it.each([
    [{ commands: ["uv pip install x", "/usr/bin/pip list", "echo pip", "pipx list"] }],
    [{ commands: ["cat > /usage <<'END'\npip install x\nEND\ndate", "echo if you want to pip install x"] }],
    [{ packages: ["six", "pip==25.0"], commands: ["pip install x"] }],
    [{ requirements: "requirements.txt", commands: ["pip install x"] }],
    [{ commands: ["uv pip install pip", "pip install x"] }],
    [{ condaPackages: ["python"], commands: ["pip install x"] }],
    [{ packages: [], baseImage: "python:3.12", commands: ["pip install x"] }],
    [{ baseImage: new ImageSpec({ packages: ["pip"] }), commands: ["pip install x"] }],
  ] satisfies [ImageSpecParameters][])("takes %j", (parameters) => {
    expect(make(parameters)).not.toThrow();
  });
});

describe("the size of a variable", () => {
  it("is what Linux can pass to a program", () => {
    expect(make({ env: { NAME: "é".repeat(65_533) } })).not.toThrow();
    expect(make({ env: { NAME: "é".repeat(65_534) } })).toThrow(
      expect.objectContaining({
        code: "E_SPEC",
        faults: [expect.objectContaining({ path: ["env", "NAME"], code: "env_size" })],
      }),
    );
  });
});

describe("the size of an argument", () => {
  it.each(["entrypoint", "commands"] as const)("is what Linux can pass to a program, in %s", (parameter) => {
    expect(make({ [parameter]: ["x", "é".repeat(65_535)] })).not.toThrow();
    expect(make({ [parameter]: ["x", "é".repeat(65_536)] })).toThrow(
      expect.objectContaining({
        code: "E_SPEC",
        faults: [expect.objectContaining({ path: [parameter, 1], code: "argument_size" })],
      }),
    );
  });
});
