import { lstat, readlink } from "node:fs/promises";
import { runTool } from "@imagespec/core/builder";
import { onPath } from "../session/on-path.ts";
import { withoutVariables } from "../session/without-variables.ts";
import { NAMESPACES } from "./namespaces-script.ts";

/** What a confined program may see of this machine; all else is out of its sight. */
export interface Limits {
  /** Absolute paths of files and folders it may read. */
  read: readonly string[];
  /** The folder it may write to. */
  write: string;
  /** An empty folder of ours, on which namespaces put the program's root. */
  root: string;
  cwd: string;
}

/** A way to run a program confined: without network, host's files and processes. */
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

/** A sandbox, or why this machine has none: of each way what is wrong with it. */
export type FoundSandbox = { sandbox: Sandbox } | { sandbox: undefined; reasons: string[] };

/**
 * What of this machine can confine a program: bubblewrap, else user namespaces by util-linux's `unshare`. Each is
 * tried, since many machines have the program and forbid what it does. `limits` are for the trial.
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

/** An environment of these variables alone, as {@link runTool} takes it. */
export function onlyThese(variables: Readonly<Record<string, string>>): Record<string, string | undefined> {
  return { ...withoutVariables(() => true), ...variables };
}

/** What can confine a program, the best first. */
const PROGRAMS: readonly { name: Sandbox["name"]; program: string; make(path: string): Sandbox }[] = [
  { name: "bubblewrap", program: "bwrap", make: withBubblewrap },
  { name: "user namespaces", program: "unshare", make: withNamespaces },
];

/** The programs of this machine that may be able to, the best first. */
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

/** The system's folders that are there; on many systems some are links to others. */
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
