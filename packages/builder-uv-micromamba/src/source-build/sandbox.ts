import { lstat, readlink } from "node:fs/promises";
import { runTool } from "@imagespec/core/builder";
import { onPath } from "../session/on-path.ts";
import { withoutVariables } from "../session/without-variables.ts";
import { NAMESPACES } from "./namespaces-script.ts";

/** What a confined program may see of this machine besides its system folders; everything else is hidden from it. */
export interface Limits {
  /** Absolute paths of files and folders it may read. */
  read: readonly string[];
  /** The folder it may write to. */
  write: string;
  /** An empty folder on which user namespaces mount the program's root. */
  root: string;
  cwd: string;
}

/** A way to run a program without a network, without the host's files and without its other processes. */
export interface Sandbox {
  name: "bubblewrap" | "user namespaces";
  /** The command line that runs `program` within the limits. Its environment is the caller's affair. */
  confine(program: readonly string[], limits: Limits): Promise<string[]>;
}

/** Where a system keeps programs and libraries, and nothing of its users. */
const SYSTEM = [
  ...["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store"],
  ...["/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives"],
];

/** A sandbox; or where this machine has none, the reason for each kind of sandbox. */
export type FoundSandbox = { sandbox: Sandbox } | { sandbox: undefined; reasons: string[] };

/**
 * Finds a sandbox that works on this machine: bubblewrap, else user namespaces through util-linux's `unshare`. Each is
 * tried out under `limits`, since many machines have the program and forbid what it does.
 */
export async function findSandbox(limits: Limits, signal: AbortSignal): Promise<FoundSandbox> {
  const installed = installedSandboxes();
  const reasons = PROGRAMS.filter(({ name }) => installed.every((one) => one.name !== name)).map(
    ({ name, program }) => `${program} (${name}) is not installed`,
  );
  for (const sandbox of installed) {
    const [command = "", ...args] = await sandbox.confine(["/bin/sh", "-c", "exit 0"], limits);
    const tried = await runTool(command, args, { env: onlyThese({}), signal, allowFailure: true }).catch(
      (error: unknown) => ({ exitCode: undefined, tail: [(error as Error).message] }),
    );
    signal.throwIfAborted();
    if (tried.exitCode === 0) return { sandbox };
    const said = tried.tail.at(-1)?.trim() ?? "";
    const program = PROGRAMS.find(({ name }) => name === sandbox.name)?.program;
    reasons.push(`${program} (${sandbox.name}) fails${said === "" ? "" : `: ${said}`}`);
  }
  return { sandbox: undefined, reasons };
}

/** An environment of these variables alone, in the form that {@link runTool} takes. */
export function onlyThese(variables: Readonly<Record<string, string>>): Record<string, string | undefined> {
  return { ...withoutVariables(() => true), ...variables };
}

/** The kinds of sandbox, the best first. */
const PROGRAMS: readonly { name: Sandbox["name"]; program: string; make(path: string): Sandbox }[] = [
  { name: "bubblewrap", program: "bwrap", make: withBubblewrap },
  { name: "user namespaces", program: "unshare", make: withNamespaces },
];

/** The sandboxes whose program is on PATH, whether they work or not; the best first. */
export function installedSandboxes(): Sandbox[] {
  return PROGRAMS.flatMap(({ program, make }) => {
    const path = onPath(program);
    return path === undefined ? [] : [make(path)];
  });
}

function withBubblewrap(path: string): Sandbox {
  return {
    name: "bubblewrap",
    async confine(program, { read, write, cwd }) {
      const system = (await systemPaths()).flatMap(({ place, link }) =>
        link === undefined ? ["--ro-bind", place, place] : ["--symlink", link, place],
      );
      return [
        ...[path, "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"],
        ...["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", ...system],
        ...read.flatMap((place) => ["--ro-bind", place, place]),
        ...["--bind", write, write, "--chdir", cwd, "--", ...program],
      ];
    },
  };
}

function withNamespaces(path: string): Sandbox {
  return {
    name: "user namespaces",
    async confine(program, { read, write, root, cwd }) {
      const system = (await systemPaths()).flatMap(({ place, link }) =>
        link === undefined ? ["read", place] : ["link", place, link],
      );
      return [
        ...[path, "--map-root-user", "--mount", "--pid", "--net", "--ipc", "--uts", "--fork", "--kill-child"],
        ...["/bin/sh", "-c", NAMESPACES, "sh", root, cwd, ...system],
        ...read.flatMap((place) => ["read", place]),
        ...["write", write, "--", ...program],
      ];
    },
  };
}

/** The system folders that exist; on many systems some of them are links to others. */
async function systemPaths(): Promise<{ place: string; link?: string }[]> {
  const found = await Promise.all(
    SYSTEM.map(async (place) => {
      const stat = await lstat(place).catch(() => undefined);
      if (stat === undefined) return [];
      return [stat.isSymbolicLink() ? { place, link: await readlink(place) } : { place }];
    }),
  );
  return found.flat();
}
