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
  [{ env: { WORKERS: 4 } }, ["env", "WORKERS"], "expected string, found the number 4", "Quote it, as you wrote it."],
  [{ env: { DEBUG: true } }, ["env", "DEBUG"], "expected string, found the boolean true", "Quote it, as you wrote it."],
  [{ env: { GONE: null } }, ["env", "GONE"], "expected string, found nothing", "Write a string."],
  [{ env: ["A=1", "B=2"] }, ["env"], "expected record, found a list", 'Write it as a mapping: { A: "..." }.'],
  [{ env: [{ A: "1" }] }, ["env"], "expected record, found a list", 'Write it as a mapping: { NAME: "..." }.'],
  [{ apt_packages: "git" }, ["aptPackages"], "expected array, found text", 'Write it as a list: ["git"].'],
  [{ packages: [1.5] }, ["packages", 0], "expected string, found the number 1.5", "Quote it, as you wrote it."],
  [{ packages: [{ numpy: "2" }] }, ["packages", 0], "expected string, found a mapping", "Write a string."],
  [{ cuda: 12.4 }, ["cuda"], "expected string, found the number 12.4", "Quote it, as you wrote it."],
  [{ name: new Date(0) }, ["name"], "expected string, found a date", "Quote it, as you wrote it."],
  [{ builder_options: "x" }, ["builderOptions"], "expected record, found text", "Write a mapping."],
])("%j is told in the file's own words", (parameters, path, message, hint) => {
  expect(faultOf(parameters)).toMatchObject({ path, message, hint });
});

it("the env of the names that every object has", () => {
  const parameters = JSON.parse('{ "env": { "constructor": 1 } }');
  expect(faultOf(parameters)).toMatchObject({ path: ["env", "constructor"], hint: "Quote it, as you wrote it." });
});
