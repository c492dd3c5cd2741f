import { expect, it } from "vitest";
import { ImageSpec } from "../image-spec/image-spec.ts";

const faultOf = (parameters: object) => {
  try {
    ImageSpec.parse(parameters);
  } catch (error) {
    return (error as { faults: { path: unknown[]; message: string; hint: string }[] }).faults[0];
  }
  throw new Error("no fault");
};

it.each<[object, (string | number)[], string, string]>([
  [{ env: { WORKERS: 4 } }, ["env", "WORKERS"], "expected text, found the number 4", "Quote it, as you wrote it."],
  [{ env: { DEBUG: true } }, ["env", "DEBUG"], "expected text, found the boolean true", "Quote it, as you wrote it."],
  [{ env: { GONE: null } }, ["env", "GONE"], "expected text, found nothing", "Write text."],
  [{ env: ["A=1", "B=2"] }, ["env"], "expected a mapping, found a list", 'Write it as a mapping: { A: "..." }.'],
  [{ env: [{ A: "1" }] }, ["env"], "expected a mapping, found a list", 'Write it as a mapping: { NAME: "..." }.'],
  [{ apt_packages: "git" }, ["aptPackages"], "expected a list, found text", 'Write it as a list: ["git"].'],
  [
    { apt_packages: "git curl" },
    ["aptPackages"],
    "expected a list, found text",
    'Write it as a list: ["git", "curl"].',
  ],
  [
    { entrypoint: "python main.py" },
    ["entrypoint"],
    "expected a list, found text",
    'Write it as a list: ["python", "main.py"].',
  ],
  [{ commands: "make all" }, ["commands"], "expected a list, found text", 'Write it as a list: ["make all"].'],
  [{ packages: [1.5] }, ["packages", 0], "expected text, found the number 1.5", "Quote it, as you wrote it."],
  [{ packages: [{ numpy: "2" }] }, ["packages", 0], "expected text, found a mapping", "Write text."],
  [{ cuda: 12.4 }, ["cuda"], "expected text, found the number 12.4", "Quote it, as you wrote it."],
  [{ name: new Date(0) }, ["name"], "expected text, found a date", "Quote it, as you wrote it."],
  [
    { source_root: ".", source_copy_mode: "al" },
    ["sourceCopyMode"],
    "expected one of none, loaded_modules, all",
    "Write 'all' if you mean that.",
  ],
  [
    { source_root: ".", source_copy_mode: 7 },
    ["sourceCopyMode"],
    "expected one of none, loaded_modules, all",
    "Use one of none, loaded_modules, all.",
  ],
  [{ env: "A=1" }, ["env"], "expected a mapping, found text", 'Write it as a mapping: { A: "..." }.'],
  [
    { python_version: ["3.11"] },
    ["pythonVersion"],
    "expected text, found a list",
    'Write it without brackets: "3.11".',
  ],
  [
    { platform: ["linux/amd64", "linux/arm64"] },
    ["platform"],
    "expected text, found a list",
    'Write it as one text: "linux/amd64,linux/arm64".',
  ],
  [
    { pip_extra_args: ["--pre", "-U"] },
    ["pipExtraArgs"],
    "expected text, found a list",
    'Write it as one text: "--pre -U".',
  ],
  [
    { requirements: ["a.txt", "b.txt"] },
    ["requirements"],
    "expected text, found a list",
    "Name one file, which may name others by -r.",
  ],
  [{ registry: ["a", 1] }, ["registry"], "expected text, found a list", "Write text."],
  [
    { commands: [{ "echo a": "b" }] },
    ["commands", 0],
    "expected text, found a mapping",
    "Write the command in quotes.",
  ],
  ...[["a"], ["a", "/b", "c"]].map((mount): [object, (string | number)[], string, string] => [
    { pip_secret_mounts: [mount] },
    ["pipSecretMounts", 0],
    `expected a pair, found a list of ${mount.length}`,
    'Write a pair: ["FILE_ON_THIS_MACHINE", "/PLACE/IN/THE/BUILD"].',
  ]),
  [
    { pip_packages: ["six"] },
    ["pip_packages"],
    "'pip_packages' is not a parameter of an image spec",
    "Write 'packages' if you mean that.",
  ],
  [{ From: "debian" }, ["From"], "'From' is not a parameter of an image spec", "Write 'baseImage' if you mean that."],
  [{ builder_options: "x" }, ["builderOptions"], "expected a mapping, found text", "Write a mapping."],
])("%j is told in the file's own words", (parameters, path, message, hint) => {
  expect(faultOf(parameters)).toMatchObject({ path, message, hint });
});

it("the env of the names that every object has", () => {
  const parameters = JSON.parse('{ "env": { "constructor": 1 } }');
  expect(faultOf(parameters)).toMatchObject({ path: ["env", "constructor"], hint: "Quote it, as you wrote it." });
});
