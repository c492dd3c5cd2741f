import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makePackage, type PackageSpec } from "./make-package.ts";

/** A placeholder of the length conda-build gives. */
export const PLACEHOLDER = `/home/conda/feedstock_root/build_artifacts/demo/_h_env_${"placehold_".repeat(20)}`.slice(
  0,
  255,
);

/** Writes a channel: subdirs with packages and repodata.json. */
export async function makeChannel(folder: string, packages: Record<string, PackageSpec[]>): Promise<void> {
  for (const [subdir, specs] of Object.entries({ noarch: [], ...packages })) {
    await mkdir(join(folder, subdir), { recursive: true });
    const repodata = {
      info: { subdir },
      packages: {} as Record<string, object>,
      "packages.conda": {} as Record<string, object>,
    };
    for (const spec of specs) {
      const [fn, record] = await makePackage(join(folder, subdir), subdir, spec);
      repodata[fn.endsWith(".conda") ? "packages.conda" : "packages"][fn] = record;
    }
    await writeFile(join(folder, subdir, "repodata.json"), JSON.stringify(repodata));
  }
}

/** Packages that exercise each way a file is relocated; `python` must be in the channel too for those that need it. */
export function demoPackages(): { arch: PackageSpec[]; noarch: PackageSpec[] } {
  const text = { text: PLACEHOLDER, mode: "text" } as const;
  const arch: PackageSpec[] = [
    {
      name: "demo-script",
      version: "1.0",
      format: "tar.bz2",
      depends: ["demo-lib >=1", "__glibc >=2.17"],
      files: [
        {
          path: "bin/demo-script",
          mode: 0o755,
          content: `#!/bin/sh\n. ${PLACEHOLDER}/etc/demo.conf\necho "$DEMO"\n`,
          placeholder: text,
        },
        { path: "etc/demo.conf", content: `DEMO=${PLACEHOLDER}/share/demo\n`, placeholder: text },
        { path: "bin/demo-link", link: "demo-script" },
      ],
    },
    { name: "demo-lib", version: "1.0", format: "conda", files: [{ path: "share/demo-lib", content: "1.0\n" }] },
    {
      name: "demo-lib",
      version: "2.0",
      format: "conda",
      files: [
        { path: "share/demo-lib", content: "2.0\n" },
        { path: "share/demo-lib-again", hardlink: "share/demo-lib" },
      ],
    },
    {
      name: "demo-binary",
      version: "1.0",
      format: "conda",
      files: [
        {
          path: "lib/demo.bin",
          content: Buffer.concat([Buffer.from("\0\x01head"), Buffer.from(`${PLACEHOLDER}/lib:${PLACEHOLDER}/x\0tail`)]),
          placeholder: { text: PLACEHOLDER, mode: "binary" },
        },
      ],
    },
    {
      name: "demo-short",
      version: "1.0",
      format: "conda",
      files: [
        { path: "lib/short.bin", content: "\0/short/pre\0", placeholder: { text: "/short/pre", mode: "binary" } },
      ],
    },
    { name: "demo-newglibc", version: "1.0", format: "conda", depends: ["__glibc >=2.90"], files: [] },
    {
      name: "demo-postlink",
      version: "1.0",
      format: "conda",
      files: [{ path: "bin/.demo-postlink-post-link.sh", mode: 0o755, content: "#!/bin/sh\nexit 3\n" }],
    },
  ];
  const noarch: PackageSpec[] = [
    {
      name: "demo-noarch",
      version: "1.0",
      format: "conda",
      noarch: "python",
      depends: ["python"],
      entryPoints: ["demo-cli = demo_noarch:main"],
      files: [
        { path: "site-packages/demo_noarch/__init__.py", content: 'def main():\n    print("noarch works")\n' },
        { path: "site-packages/demo_noarch-1.0.dist-info/METADATA", content: "Name: demo_noarch\nVersion: 1.0\n" },
        {
          path: "python-scripts/demo-plain",
          mode: 0o755,
          content: `#!${PLACEHOLDER}/bin/python\nprint("plain works")\n`,
          placeholder: text,
        },
      ],
    },
  ];
  return { arch, noarch };
}
