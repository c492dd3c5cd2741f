import { redact } from "@imagespec/registry";
import { expect, it } from "vitest";
import { LineSplitter } from "./line-splitter.ts";

function lines(chunks: readonly string[], options?: ConstructorParameters<typeof LineSplitter>[1]): string[] {
  const found: string[] = [];
  const splitter = new LineSplitter((line) => found.push(line), options);
  for (const chunk of chunks) splitter.write(Buffer.from(chunk));
  splitter.end();
  return found;
}

it("ends a line at LF, CR LF and a lone CR, also where chunks part them", () => {
  expect(lines(["a\r", "\nb\rc", "\n\nd"])).toEqual(["a", "b", "c", "", "d"]);
});

it("cuts an endless line into pieces that are the whole line", () => {
  const found = lines(
    Array.from({ length: 100 }, () => "0123456789"),
    { longest: 64 },
  );
  expect(found.join("")).toBe("0123456789".repeat(100));
  expect(Math.max(...found.map(({ length }) => length))).toBe(64);
});

it.each([
  ["as it is", "c4nary-secret"],
  ["in base64", Buffer.from("user:c4nary-secret").toString("base64")],
  ["in hex", Buffer.from("c4nary-secret").toString("hex")],
])("cuts no secret %s, wherever it stands", (_, form) => {
  const secrets = ["c4nary-secret"];
  for (let before = 40; before < 70; before++) {
    const found = lines([`${"-".repeat(before)}${form}`, "-".repeat(300)], { longest: 64, secrets });
    expect(found.filter((line) => redact(line, secrets).includes("***"))).toHaveLength(1);
  }
});
