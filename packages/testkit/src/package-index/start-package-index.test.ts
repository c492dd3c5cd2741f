import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { exchangeLines } from "../http-exchange.ts";
import { pythonWheel } from "./python-wheel.ts";
import { startPackageIndex } from "./start-package-index.ts";

const packages = [
  { name: "only-here", version: "1.0", requires: ["part.of_it>=2"], scripts: { "only-here": "only_here:main" } },
  { name: "part.of_it", version: "2.1" },
];

test("lists and serves its packages under normalised names, and no other", async () => {
  await using index = await startPackageIndex({ packages });
  const page = await (await fetch(`${index.url}/part-of-it/`)).text();
  const link = /href="([^"#]+)#sha256=([0-9a-f]+)"/.exec(page);
  const file = Buffer.from(await (await fetch(new URL(link?.[1] ?? "", index.url))).arrayBuffer());
  expect(file.equals(index.distributions[1]?.bytes ?? Buffer.alloc(0))).toBe(true);
  expect(link?.[2]).toBe(index.distributions[1]?.sha256);
  expect((await fetch(`${index.url}/six/`)).status).toBe(404);
  expect(exchangeLines(index.exchanges).at(-1)).toBe("GET /simple/six/ 404");
});

test("serves what is published later", async () => {
  await using index = await startPackageIndex({ packages });
  index.publish({ name: "only-here", version: "2.0" });
  const page = await (await fetch(`${index.url}/only-here/`)).text();
  expect(page.match(/only_here-\d\.\d/g)).toEqual(["only_here-1.0", "only_here-1.0", "only_here-2.0", "only_here-2.0"]);
});

test("serves a source distribution, which builds to the wheel of the same options after running its code", async () => {
  const options = { name: "only-here", version: "1.0", source: 'open("ran", "w").close()' };
  await using index = await startPackageIndex({ packages: [options] });
  const [source] = index.distributions;
  expect(source?.filename).toBe("only_here-1.0.zip");
  const folder = await mkdtemp(join(tmpdir(), "imagespec-source-"));
  try {
    await writeFile(join(folder, "source.zip"), source?.bytes ?? "");
    const script = `import os, shutil, sys
shutil.unpack_archive("source.zip", ".")
os.chdir("only_here-1.0")
sys.path.insert(0, ".")
import backend
print(backend.build_wheel(".."), os.path.exists("ran"))`;
    const { stdout } = await promisify(execFile)("python3", ["-c", script], { cwd: folder });
    const wheel = pythonWheel(options);
    expect(stdout).toBe(`${wheel.filename} True\n`);
    expect((await readFile(join(folder, wheel.filename))).equals(wheel.bytes)).toBe(true);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("asks for its password", async () => {
  await using index = await startPackageIndex({ packages, user: { name: "ann", password: "pw" } });
  expect((await fetch(`${index.url}/only-here/`)).status).toBe(401);
  const headers = { authorization: `Basic ${Buffer.from("ann:pw").toString("base64")}` };
  expect((await fetch(`${index.url}/only-here/`, { headers })).status).toBe(200);
});

test("a wheel is the same bytes each time, and Python imports from it", async () => {
  const [options] = packages;
  if (options === undefined) throw new Error("no package");
  const wheel = pythonWheel(options);
  expect(pythonWheel(options).sha256).toBe(wheel.sha256);
  const folder = await mkdtemp(join(tmpdir(), "imagespec-wheel-"));
  try {
    const file = join(folder, wheel.filename);
    await writeFile(file, wheel.bytes);
    const script = `import sys, zipfile; assert zipfile.ZipFile(sys.argv[1]).testzip() is None
sys.path.insert(0, sys.argv[1])
import importlib.metadata, only_here
only_here.main(); print(importlib.metadata.requires("only-here"))`;
    const { stdout } = await promisify(execFile)("python3", ["-c", script, file]);
    expect(stdout).toBe("only-here 1.0\n['part.of_it>=2']\n");
  } finally {
    await rm(folder, { recursive: true });
  }
});
