import { describe, expect, it } from "vitest";
import { parseRequirements } from "./parse-requirements.ts";

const breaches = (text: string) => parseRequirements(text).breaches.map(({ line, code }) => [line, code]);

describe("parseRequirements", () => {
  it("refuses what uv reads in another way, or what another machine would decide otherwise", () => {
    expect(breaches("-r = base.txt")).toEqual([[1, "option_value"]]);
    expect(breaches("--index-url = https://host/simple")).toEqual([[1, "local_path"]]);
    expect(breaches("six[a b]\nsix[a,]\nsix==1.0;\n")).toEqual([
      [1, "requirement"],
      [2, "requirement"],
      [3, "marker"],
    ]);
    expect(breaches("a\nsix ; platform_release > '5' --hash=sha256:x")).toEqual([[2, "machine_marker"]]);
  });

  it("reads long lines in time linear in their length, and takes none that names nothing", () => {
    for (const unit of [" ", "a,", "[", "(", ";", "- ", "a["]) {
      const [line] = breaches(`six[${unit.repeat(300_000 / unit.length)}!`);
      expect(line?.[0], unit).toBe(1);
    }
  });

  it("takes what pip takes", () => {
    const text = [
      "\ufeff# a comment",
      "numpy\t==\t2.1.0\t# why",
      "requests[socks] >= 2, < 3 ; python_version > '3.9'",
      `x @ https://host/x.whl#sha256=${"0".repeat(64)}`,
      `https://host/x-1-py3-none-any.whl --hash=sha512:${"0".repeat(128)}`,
      "git+https://host/x.git@v1#egg=x",
      "--index-url https://host/simple",
      "--extra-index-url=https://host/more",
      "-f https://host/links",
      "--no-binary :all:",
      "pkg==1.0 \\",
      `    --hash=sha256:${"aB".repeat(32)} \\`,
      `    --hash  sha384:${"0".repeat(96)}`,
      "",
      "-r base.txt",
      "-r short.txt",
      "--requirement=other.txt",
      "-c 'with space.txt'",
      "two \\",
      "# a comment ends the line before",
      "three",
    ].join("\r\n");
    expect(parseRequirements(text)).toEqual({
      breaches: [],
      extraArgs: ["--no-binary=:all:"],
      options: [7, 8, 9, 10],
      hasPip: false,
      hashed: [5, 11],
      nested: [
        { line: 15, path: "base.txt", constrains: false },
        { line: 16, path: "short.txt", constrains: false },
        { line: 17, path: "other.txt", constrains: false },
        { line: 18, path: "with space.txt", constrains: true },
      ],
    });
  });

  it.each([
    "-e .",
    "x @ file:///x",
    "six; platform_release > '5'",
    "--index-url https://u:p@host/simple",
    "# another \\\n./dir",
  ])("reads %j behind a comment that ends in a backslash, as uv does", (text) => {
    expect(breaches(text)).toHaveLength(1);
    for (const comment of ["a # why \\", "# why \\", "a \\\n# why \\", "a \t# \u2028 \\", "-r b.txt # \\"])
      expect(breaches(`${comment}\n${text}`), comment).toHaveLength(1);
  });

  it("gives uv by argument what it does not honour in a file", () => {
    expect(parseRequirements("--pre\n--require-hashes\n").extraArgs).toEqual([
      "--prerelease=allow",
      "--require-hashes",
    ]);
  });

  it.each([
    ["a\n-e .", 2, "editable"],
    ["--editable=src", 1, "editable"],
    ["a\n\n./dir", 3, "local_path"],
    ["dir/x.whl", 1, "local_path"],
    ["x @ file:///x", 1, "local_path"],
    ["x.tar", 1, "local_path"],
    ["x-1.tar.gz ; python_version > '3'", 1, "local_path"],
    ["x-1.zip[extra]", 1, "local_path"],
    ["x @ HTTPS://host/x.whl", 1, "local_path"],
    ["Git+https://host/x", 1, "local_path"],
    ["-f HTTPS://host/links", 1, "local_path"],
    ["-i Https://host/simple", 1, "local_path"],
    ["--find-links ./wheels", 1, "local_path"],
    ["-i file:///index", 1, "local_path"],
    ["-r https://host/r.txt", 1, "remote_file"],
    ["--trusted-host x", 1, "option"],
    ["--index-url https://u:p@host/simple", 1, "userinfo"],
    ["x @ https://token@host/x.whl", 1, "userinfo"],
    ["a \\\n  b", 1, "requirement"],
    ["-rbase.txt", 1, "option_value"],
    ["-ihttps://host/simple", 1, "option_value"],
    ["-r base.txt -c more.txt", 1, "two_options"],
    ["--index-url https://a --extra-index-url https://b", 1, "two_options"],
    ["--requirement=x.txt --pre", 1, "two_options"],
    ["-r my file.txt", 1, "option_value"],
    ["-r", 1, "option_value"],
    ["a\n-r a#b.txt", 2, "option_value"],
    ["-r b.txt#", 1, "option_value"],
    ["-c 'a#b.txt'", 1, "option_value"],
    ["-r it's.txt", 1, "option_value"],
    ['--requirement="b.txt" "c.txt"', 1, "option_value"],
    ['-r "b.txt', 1, "option_value"],
    ["-r a\\b.txt", 1, "option_value"],
    ["-r b.txt \\", 1, "option_value"],
    ["-r \\\n b.txt", 1, "option"],
    ["a\n--index-url https://host/\\\nsimple", 2, "option"],
    ["--req base.txt", 1, "option"],
    ["--constructor x", 1, "option"],
    ["--pre=yes", 1, "option_value"],
    ["--no-binary a,b", 1, "option_value"],
    ["a==1 --pre", 1, "option"],
    ["a; python_version > '3' --no-binary :all:", 1, "option"],
    [`a\n# \${HOME}\nx @ https://host/\${NAME}.whl`, 3, "variable"],
    [`--index-url https://\${HOST}/simple`, 1, "variable"],
    [`-r \${NAME}.txt`, 1, "variable"],
    ["a==1 --hash=sha256:abc", 1, "hash"],
    ["a==1 --hash=SHA256:00", 1, "hash"],
    [`a==1  --hash=md5:${"0".repeat(32)}`, 1, "hash"],
    [`a==1 --hash="sha256:${"0".repeat(64)}"`, 1, "hash"],
    [`a==1 --hash = sha256:${"0".repeat(64)}`, 1, "hash"],
    ["a==1 --hash", 1, "hash"],
    ["https://host/a-1-py3-none-any.whl#sha256=00", 1, "hash"],
    [`a @ https://host/a-1.tar.gz#egg=a&md5=${"0".repeat(32)}`, 1, "hash"],
    [`a @ https://host/a-1.tar.gz#sha256=${"0".repeat(64)}&egg=a&sha512=${"0".repeat(128)}`, 1, "hash"],
  ])("refuses %j", (text, line, code) => {
    expect(breaches(text)).toEqual([[line, code]]);
  });

  const hash = `--hash=sha256:${"0".repeat(64)}`;
  it.each([
    "a",
    "a>=1",
    "a<2",
    "a~=1.0",
    "a!=1",
    "a==1.*",
    "a==1,>0",
    "a>0,==1",
    "a (>=1)",
    "a[x]",
    "a; python_version=='3'",
  ])("refuses a hash behind %j, which uv does not check", (requirement) => {
    expect(breaches(requirement)).toEqual([]);
    expect(breaches(`${requirement} ${hash}`)).toEqual([[1, "hash"]]);
  });

  it.each([
    "a==1",
    "a == 1.0.post1+x.y",
    "a===1",
    "a[x, y]==1!2",
    "a (==1)",
    "A.b_c-d==1 ; python_version>'3'",
    "a @ https://h/a.whl",
  ])("takes a hash behind %j", (requirement) => {
    expect(breaches(`${requirement} ${hash}`)).toEqual([]);
  });

  it("tells an editable repository to be named without -e", () => {
    expect(parseRequirements("-e git+https://host/x.git#egg=x").breaches).toMatchObject([
      { code: "editable", hint: expect.stringContaining("Drop -e") },
    ]);
  });

  it.each([
    "root:$6$salt$hunter2:19000:0:99999:7:::",
    "/hunter2/base64==",
    "hunter2 https://u:p@host/x",
    "x y hunter2",
  ])("does not print the line %s, which may be of a wrong file", (text) => {
    const { breaches } = parseRequirements(text);
    expect(breaches).toHaveLength(1);
    expect(JSON.stringify(breaches)).not.toContain("hunter2");
  });
});
