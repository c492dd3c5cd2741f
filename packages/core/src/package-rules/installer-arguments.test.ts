import { describe, expect, it } from "vitest";
import { extraArgumentsBreach, installerArguments } from "./installer-arguments.ts";

describe("extraArgumentsBreach", () => {
  it.each([
    "--no-deps",
    "--no-binary :all:",
    "--no-binary=numpy --only-binary pandas",
    "--exclude-newer 2024-01-01",
    "--exclude-newer=2024-01-01T00:00:00Z",
    "--exclude-newer-package six=2024-01-01T00:00:00+01:00",
    "--resolution=lowest",
    "--prerelease allow",
    "--pre --require-hashes --no-cache-dir -U",
    "--index-strategy unsafe-best-match",
    "--index https://host/simple --index torch=https://host/torch",
    "-i https://host/simple",
    "-ihttps://host/simple",
    "--extra-index-url 'https://host/more'",
    "-f https://host/links.html",
    "--torch-backend cu126",
    "-P six --upgrade-package=idna -P six",
    "--no-binary a --no-binary=a --only-binary b --only-binary c --index https://a --index https://a",
    "-f https://a -f https://b --extra-index-url https://a --extra-index-url https://b --pre --prerelease allow",
  ])("takes %s", (text) => {
    expect(extraArgumentsBreach(text)).toBeUndefined();
  });

  it.each([
    ["-e .", "option"],
    ["-f HTTPS://host/links", "local_path"],
    ["--index name=Https://host/simple", "local_path"],
    ["-r more.txt", "option"],
    ["-rmore.txt", "option"],
    ["--no-deps --constraint=c.txt", "option"],
    ["--config-file uv.toml", "option"],
    ["--python /tmp/program", "option"],
    ["-p/tmp/program", "option"],
    ["--pyt=/tmp/program", "option"],
    ["--extra fun", "option"],
    ["--group=test", "option"],
    ["--keyring-provider subprocess", "option"],
    ["--trusted-host x", "option"],
    ["--target /x", "option"],
    ["--reinstall", "option"],
    ["--constructor", "option"],
    ["--find-links /some/folder", "local_path"],
    ["--find-links=./wheels", "local_path"],
    ["--find-links https://host/links,/some/folder", "local_path"],
    ["-fhttps://host/links,https://host/more", "local_path"],
    ["--exclude-newer 2024-02-30", "option_value"],
    ["--exclude-newer=2024-13-01T00:00:00Z", "option_value"],
    ["-fwheels", "local_path"],
    ["--index file:///index", "local_path"],
    ["--index=file:///index", "local_path"],
    ["--index x=file:///index", "local_path"],
    ["--default-index ../index", "local_path"],
    ["--index-url", "option_value"],
    ["--index-url --no-deps", "option_value"],
    ["--no-deps=yes", "option_value"],
    ["--prerelease maybe", "option_value"],
    ["--exclude-newer '3 days'", "option_value"],
    ["--torch-backend auto", "option_value"],
    ["--only-binary a,b", "option_value"],
    ["-Uv", "option"],
    ["--no-deps --no-deps", "option_twice"],
    ["--prerelease=allow --prerelease disallow", "option_twice"],
    ["-U --upgrade", "option_twice"],
    ["-i https://a --index-url https://b", "option_twice"],
    ["-ihttps://a -ihttps://a", "option_twice"],
    ["--no-cache --no-cache-dir", "option_twice"],
    ["six", "positional"],
    ["--no-deps ./x.whl", "positional"],
    ["-- six", "positional"],
    [`--index https://host/\${TOKEN}/simple`, "variable"],
    ["'", "quote"],
    [" ", "empty"],
  ])("refuses %s", (text, code) => {
    expect(extraArgumentsBreach(text)).toMatchObject({ code, hint: expect.stringMatching(/./) });
  });
});

describe("installerArguments", () => {
  it.each([
    ["--no-deps 'a b'", ["--no-deps", "a b"]],
    ["--exclude-newer 2024-02-29", ["--exclude-newer", "2024-03-01T00:00:00Z"]],
    ["--exclude-newer=2024-12-31 --pre", ["--exclude-newer=2025-01-01T00:00:00Z", "--pre"]],
    ["--exclude-newer-package six=2024-01-01", ["--exclude-newer-package", "six=2024-01-02T00:00:00Z"]],
    ["--exclude-newer-package=six=2024-01-01", ["--exclude-newer-package=six=2024-01-02T00:00:00Z"]],
    ["--exclude-newer 2024-01-01T00:00:00Z", ["--exclude-newer", "2024-01-01T00:00:00Z"]],
  ])("of %s are the same in every time zone", (text, expected) => {
    expect(installerArguments(text)).toEqual(expected);
  });
});
