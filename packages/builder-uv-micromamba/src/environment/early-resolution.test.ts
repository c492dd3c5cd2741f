import { describe, expect, it } from "vitest";
import type { BaseImage } from "../base/base-image.ts";
import type { BaseInspector } from "../base/base-inspector.ts";
import type { BuildSession } from "../session/build-session.ts";
import { resolveEarly } from "./early-resolution.ts";

const GLIBC = { family: "glibc", major: 2, minor: 41 };
const GUESSED = { minor: "3.11", version: "3.11.2", architecture: "amd64", libc: { ...GLIBC, minor: 36 } };
const READ = { ...GUESSED, libc: GLIBC };

/** The Python for which packages are resolved before Debian packages are there. */
async function early({ isKnown = true, apt = true, environment = undefined as unknown, version = "" } = {}) {
  const python = version === "" ? { from: "base" } : { from: "version", version };
  const steps = {
    environment: { manager: "venv", python, prefix: "/opt/venv", bytecode: false },
    packages: { source: { from: "requirements", packages: [] }, extraIndexes: [], extraArgs: [], secrets: [] },
    apt: apt ? { packages: ["git"] } : undefined,
  };
  const session = {
    request: { plan: { steps }, files: [], options: {}, secrets: new Map() },
    records: { recent: async () => ({ wheels: [], sources: [] }) },
    signal: new AbortController().signal,
    track: (work: Promise<unknown>) => work,
  } as unknown as BuildSession;
  const base = {
    name: "python:3.11",
    platform: { architecture: "amd64" },
    config: { config: { Env: ["PYTHON_VERSION=3.11.2"] } },
  } as unknown as BaseImage;
  const inspector = {
    isKnown: async () => isKnown,
    environment: async () => environment,
    python: async () => ({ path: "/usr/bin/python3.11", minor: "3.11", version: "3.11.2" }),
    libc: async () => GLIBC,
  } as unknown as BaseInspector;
  const found = await resolveEarly(session, { base, inspector, limit: 10 });
  await found?.drop();
  return found?.target;
}

describe("resolveEarly", () => {
  it("goes by the config of a base that is still read", async () => {
    expect(await early({ isKnown: false })).toEqual(GUESSED);
    expect(await early({ isKnown: false, apt: false })).toEqual(GUESSED);
  });

  it("goes by what is known of the base while Debian packages are chosen", async () => {
    expect(await early()).toEqual(READ);
    expect(await early({ version: "3.11" })).toEqual(READ);
  });

  it("leaves alone what is known where nothing is waited for, and what only the environment's maker knows", async () => {
    expect(await early({ apt: false })).toBeUndefined();
    expect(await early({ version: "3.12" })).toBeUndefined();
    expect(await early({ environment: { kind: "venv" } })).toBeUndefined();
    expect(await early({ environment: Promise.reject(new Error("no lib/python3.X")) })).toBeUndefined();
  });
});
