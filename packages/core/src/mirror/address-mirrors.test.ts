import { expect, it } from "vitest";
import { parseAddressMirrors, throughAddressMirror } from "./address-mirrors.ts";

const INDEX = "https://index.example/simple";

it("reads addresses and their mirrors, with or without a slash behind them", () => {
  expect(parseAddressMirrors(`${INDEX}/=https://mirror.example/pypi/, http://a.example=http://[::1]:80/b`)).toEqual({
    [INDEX]: "https://mirror.example/pypi",
    "http://a.example": "http://[::1]:80/b",
  });
  expect(parseAddressMirrors(undefined)).toEqual({});
  expect(parseAddressMirrors("pypi=https://mirror.example")).toEqual({ pypi: "https://mirror.example" });
});

it.each([
  "index.example=https://mirror.example",
  "https://index.example/simple=pypi",
  `${INDEX}`,
  `${INDEX}=mirror.example`,
  `${INDEX}=https://mirror.example/?q=1`,
  `${INDEX}=https://mirror.example/$(id)`,
])("refuses %s", (text) => {
  expect(() => parseAddressMirrors(text)).toThrow("is not a mirror of a package index");
});

it("does not print the login of a mirror it refuses", () => {
  expect(() => parseAddressMirrors(`${INDEX}=https://me:secret@mirror.example`)).toThrow(
    /^(?!.*secret).*\*\*\*@mirror/,
  );
});

it("takes the mirror of the longest address above, by whole parts of a path", () => {
  const mirrors = { "https://a.example/x": "https://m.example/1", "https://a.example/x/y": "https://m.example/2" };
  const through = (address: string) => throughAddressMirror(address, mirrors);
  expect(through("https://a.example/x/z")).toBe("https://m.example/1/z");
  expect(through("https://a.example/x/y/z")).toBe("https://m.example/2/z");
  expect(through("https://a.example/x/y/")).toBe("https://m.example/2/");
  expect(through("https://a.example/xy")).toBe("https://a.example/xy");
});
