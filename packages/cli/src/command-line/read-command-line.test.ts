import { describe, expect, it } from "vitest";
import { commandUsages } from "./commands.ts";
import { readCommandLine } from "./read-command-line.ts";

const lineOf = (...args: string[]) => {
  const read = readCommandLine(args);
  if (read.kind !== "command") throw new Error(JSON.stringify(read));
  return read.line;
};
const mistakeOf = (...args: string[]) => {
  const read = readCommandLine(args);
  if (read.kind !== "mistake") throw new Error(JSON.stringify(read));
  return read;
};
const answerOf = (...args: string[]) => {
  const read = readCommandLine(args);
  if (read.kind !== "answer") throw new Error(JSON.stringify(read));
  return read.text;
};

describe("values", () => {
  it("takes every text as it was typed", () => {
    const line = lineOf("build", "-", "--id", "007", "--target", "1e3", "--target=constructor", "--root", "0x10");
    expect(line).toMatchObject({
      command: "build",
      file: "-",
      id: "007",
      targets: ["1e3", "constructor"],
      root: "0x10",
    });
    expect(lineOf("exists", "--insecure-registry", "a:1", "--insecure-registry", "b").insecureRegistries).toEqual([
      "a:1",
      "b",
    ]);
  });

  it("tells given from not given", () => {
    expect(lineOf("build")).toMatchObject({ file: undefined, push: undefined, force: undefined, json: false });
    expect(lineOf("build", "--push").push).toBe(true);
    expect(lineOf("build", "--no-push", "--force")).toMatchObject({ push: false, force: true });
  });

  it("reads builder options as JSON or text, the later of two, and loses no name", () => {
    const pairs = ["a=true", "b=x=y", 'c=["d"]', "a=2", "__proto__=3", "toString=4", "e={"];
    const { builderOptions } = lineOf("build", ...pairs.flatMap((pair) => ["--builder-option", pair]));
    const expected = [
      ["a", 2],
      ["b", "x=y"],
      ["c", ["d"]],
      ["__proto__", 3],
      ["toString", 4],
      ["e", "{"],
    ];
    expect(Object.entries(builderOptions)).toEqual(expected);
  });
});

describe("mistakes", () => {
  it.each([
    [["bulid"], /no command "bulid" \(did you mean build\?\)$/, /Use one of build, /],
    [["toString"], /no command "toString"/, /Use one of build, /],
    [["__proto__"], /no command "__proto__"/, /Use one of build, /],
    [["help", "nope"], /no command "nope"/, /Use one of build, /],
    [["--wat"], /'--wat'/, /Use one of build, /],
    [
      ["build", "--forse"],
      /imagespec build: .*'--forse' \(did you mean --force\?\)$/,
      /Use one of --target, .*--no-push/,
    ],
    [["tag", "--push"], /imagespec tag: .*'--push'/, /Use one of --target, --root, --id, --platform, --json\./],
    [["build", "--constructor"], /'--constructor'/, /Use one of --target/],
    [["schema", "--json"], /'--json'/, /Use one of --config\./],
    [["builders", "a.yaml"], /builders takes no file/, /./],
    [["doctor", "a.yaml", "b.yaml"], /doctor takes one file/, /--target NAME/],
    [["inspect", "a", "b"], /inspect takes one file/, /--help/],
    [["build", "--builder-option", "=x"], /argument '=x' is invalid$/, /k=v/],
    [["build", "--output"], /'--output <WHERE>' argument missing/, /^Write --output WHERE\.$/],
    [["resolve", "-f"], /'-f, --manifest <FILE>' argument missing/, /^Write -f, --manifest FILE\.$/],
    [["build", "--builder-option", "x"], /argument 'x' is invalid$/, /^Write it as k=v, such as network=host\.$/],
  ])("%j", (args, message, hint) => {
    const mistake = mistakeOf(...args);
    expect(mistake.message).toMatch(message);
    expect(mistake.message).not.toMatch(/[.\n]$/);
    expect(mistake.hint).toMatch(hint);
    expect(mistake.hint).toMatch(/\.$/);
  });
});

describe("mistakes that are told as JSON", () => {
  it.each([
    [["build", "--json", "--forse"], true],
    [["build", "--forse", "--target", "a", "--json"], true],
    [["build", "--builder-option", "x", "--json"], true],
    [["build", "--target", "--", "--json", "--forse"], true],
    [["bulid", "--json"], true],
    [["build", "--forse", "--target", "--json"], false],
    [["resolve", "--forse", "-f", "--json"], false],
    [["build", "--forse", "--", "--json"], false],
    [["run", "--forse", "--", "app", "--json"], false],
  ])("%j: %s", (args, json) => {
    expect(mistakeOf(...args).json).toBe(json);
  });
});

describe("help", () => {
  it("says of --target and of FILE what that command makes of them", () => {
    for (const name of ["build", "tag", "exists"]) expect(answerOf(name, "--help")).toContain("FILE; may be repeated");
    for (const name of ["render", "plan", "explain", "run", "shell", "doctor", "inspect"])
      expect(answerOf(name, "--help")).not.toContain("FILE; may be repeated");
    expect(answerOf("plan", "--help")).toMatch(/default:\s+imagespec\.\*/);
    expect(answerOf("doctor", "--help")).toMatch(/default:\s+this\s+machine\s+alone/);
  });

  it("fits 80 columns and ends with examples that it would itself accept", () => {
    for (const [name, { file, argument = ["FILE"] }] of commandUsages) {
      const text = answerOf(name, "--help");
      expect(text).toBe(answerOf("help", name));
      expect(text).toMatch(file ? `[${argument[0]}] [OPTIONS]` : /^Usage: imagespec \w+ \[OPTIONS\]/);
      expect(text.split("\n").filter((line) => line.length > 80)).toEqual([]);
      const [, examples = ""] = text.split("Examples:\n");
      const commands = examples.split("\n").filter((line) => /^ {2}\S/.test(line));
      expect(commands.length).toBeGreaterThan(0);
      for (const command of commands.flatMap((line) =>
        line.split(/\|\|?|&&|>/).filter((part) => part.includes("imagespec ")),
      )) {
        expect(lineOf(...command.trim().split(" ").slice(1)).command).toBe(/imagespec (\w+)/.exec(command)?.[1]);
      }
    }
    const all = answerOf("--help");
    expect(all.split("\n").filter((line) => line.length > 80)).toEqual([]);
    for (const [name] of commandUsages) expect(all).toMatch(new RegExp(`^  ${name} `, "m"));
    expect(answerOf("help")).toBe(all);
  });
});
