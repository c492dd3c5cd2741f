import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { solveWithMicromamba } from "./solve-with-micromamba.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "imagespec-micromamba-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** A micromamba at the edge: it writes down what it was given and answers with `answer`. */
async function micromamba(answer: string, exitCode = 0): Promise<string> {
  const program = join(folder, "micromamba");
  await writeFile(join(folder, "answer"), answer);
  await writeFile(
    program,
    `#!/bin/sh\necho "$@" >'${folder}/argv'\nenv >'${folder}/env'\ncat '${folder}/answer'\nexit ${exitCode}\n`,
  );
  await chmod(program, 0o755);
  return program;
}

const folders = () => ({ scratch: join(folder, "scratch"), packages: join(folder, "pkgs") });

const request = {
  specs: ["numpy >=2", "python 3.12.*"],
  channels: ["https://conda.example/a", "https://conda.example/b"],
  subdir: "linux-aarch64",
  virtualPackages: [
    { name: "__glibc", version: "2.36" },
    { name: "__archspec", version: "1", build: "aarch64" },
  ],
  signal: new AbortController().signal,
};

describe("solveWithMicromamba", () => {
  it("asks for a dry run, away from the host's settings, with the target's virtual packages", async () => {
    const link = {
      name: "numpy",
      version: "2.1.0",
      build: "0",
      build_number: 0,
      fn: "numpy-2.1.0-0.conda",
      url: "https://conda.example/a/linux-aarch64/numpy-2.1.0-0.conda",
      subdir: "linux-aarch64",
      sha256: "ab",
    };
    const program = await micromamba(JSON.stringify({ success: true, actions: { LINK: [link] } }));
    const env = { PATH: process.env.PATH, CONDA_SUBDIR: "linux-64", MAMBARC: "/x", SSL_CERT_FILE: "/ca.pem" };
    const packages = await solveWithMicromamba(program, { env: { ...process.env, ...env }, ...folders() })(request);
    expect(packages).toMatchObject([
      {
        fn: "numpy-2.1.0-0.conda",
        subdir: "linux-aarch64",
        channel: "https://conda.example/a",
        record: { version: "2.1.0" },
      },
    ]);
    const argv = await readFile(join(folder, "argv"), "utf8");
    expect(argv).toMatch(/--dry-run --platform linux-aarch64 /);
    expect(argv).toMatch(
      /-c https:\/\/conda.example\/a -c https:\/\/conda.example\/b --override-channels .*numpy >=2 python 3.12\.\*/,
    );
    const seen = await readFile(join(folder, "env"), "utf8");
    expect(seen).toMatch(/^MAMBA_NO_RC=true$/m);
    expect(seen).toMatch(/^CONDA_OVERRIDE_GLIBC=2\.36$/m);
    expect(seen).toMatch(/^CONDA_OVERRIDE_ARCHSPEC=aarch64$/m);
    expect(seen).toMatch(/^SSL_CERT_FILE=\/ca\.pem$/m);
    expect(seen).not.toMatch(/CONDA_SUBDIR|MAMBARC/);
  });

  it("trusts what this process was told to trust, by either variable", async () => {
    const program = await micromamba(JSON.stringify({ success: true }));
    const env = { PATH: process.env.PATH, NODE_EXTRA_CA_CERTS: "/extra.pem" };
    await solveWithMicromamba(program, { env, ...folders() })(request);
    const seen = await readFile(join(folder, "env"), "utf8");
    expect(seen).toMatch(/^SSL_CERT_FILE=\/extra\.pem$/m);
    expect(seen).toMatch(/^REQUESTS_CA_BUNDLE=\/extra\.pem$/m);
  });

  it("passes the solver's words on", async () => {
    const program = await micromamba(
      JSON.stringify({ success: false, solver_problems: ["nothing provides numpy >=2"] }),
      1,
    );
    await expect(solveWithMicromamba(program, { env: process.env, ...folders() })(request)).rejects.toMatchObject({
      code: "E_RESOLVE",
      message: "conda packages for linux-aarch64 cannot be resolved: nothing provides numpy >=2",
    });
  });

  it("shows what was printed where the answer is not JSON", async () => {
    const program = await micromamba("critical libmamba Download error (7) Could not connect to server", 1);
    await expect(solveWithMicromamba(program, { env: process.env, ...folders() })(request)).rejects.toMatchObject({
      code: "E_RESOLVE",
      message: expect.stringMatching(/Could not connect to server/),
    });
  });
});
