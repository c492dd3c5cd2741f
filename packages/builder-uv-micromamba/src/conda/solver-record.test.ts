import { expect, it } from "vitest";
import type { RepodataRecord } from "./conda-package.ts";
import { solveWithRattler } from "./solve-with-rattler.ts";

const RECORD = { version: "1.0", build: "0", build_number: 0, depends: [], sha256: "0".repeat(64), size: 1 };

/** Names of what is solved for, from a channel of these records. */
async function solved(specs: string[], ...records: Record<string, unknown>[]): Promise<string[]> {
  const files = records.map((record) => {
    const whole = { ...RECORD, ...record } as unknown as RepodataRecord;
    return [`${whole.name}-${whole.version}-${whole.build}.conda`, whole] as const;
  });
  const index = Buffer.from(JSON.stringify({ packages: {}, "packages.conda": Object.fromEntries(files) }));
  const packages = await solveWithRattler(async (url) => (url.endsWith("/linux-64/repodata.json") ? index : undefined))(
    {
      specs,
      channels: ["https://c.example/a"],
      subdir: "linux-64",
      virtualPackages: [],
      signal: new AbortController().signal,
    },
  );
  return packages.map(({ fn }) => fn).sort();
}

it.each([
  [{ constrains: null }],
  [{ build_number: "0" }],
  [{ build_number: undefined }],
  [{ license: 3, legacy_bz2_md5: "x", md5: "short" }],
  [{ timestamp: 1.5 }],
  [{ timestamp: "1700000000000" }],
  [{ track_features: null, features: null }],
  [{ depends: null }],
  [{ size: -1, noarch: 7 }],
])("a record with %j is solved with, as any other", async (odd) => {
  expect(await solved(["p"], { name: "p", ...odd })).toEqual(["p-1.0-0.conda"]);
});

it.each(["q>=1", "q=1.0", "q[version='>=1']", "Q  >=0.5 ", "channel::q 1.*", "https://c.example/b::q"])(
  "a requirement may be written %s",
  async (depend) => {
    expect(await solved(["p"], { name: "p", depends: [depend] }, { name: "q" })).toEqual([
      "p-1.0-0.conda",
      "q-1.0-0.conda",
    ]);
  },
);

it.each([[{ depends: ["./q"] }], [{ depends: ["@@@ x"] }], [{ depends: ["https://h/q-1-0.conda"] }], [{ version: 2 }]])(
  "a record with %j is left aside, and the solve takes another",
  async (broken) => {
    expect(await solved(["p"], { name: "p" }, { name: "p", version: "2.0", ...broken })).toEqual(["p-1.0-0.conda"]);
  },
);

it("python that is asked for by name brings the pip of the channels, as with micromamba", async () => {
  const [python, pip] = [{ name: "python" }, { name: "pip", depends: ["python"] }];
  expect(await solved(["python=1.0"], python, pip)).toEqual(["pip-1.0-0.conda", "python-1.0-0.conda"]);
  expect(await solved(["python"], python)).toEqual(["python-1.0-0.conda"]);
  expect(await solved(["p"], python, pip, { name: "p", depends: ["python"] })).toEqual([
    "p-1.0-0.conda",
    "python-1.0-0.conda",
  ]);
});
