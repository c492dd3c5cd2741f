import type { BuilderReport } from "@imagespec/core";
import type { ContactReport } from "@imagespec/core/internal";
import { byteCount } from "@imagespec/inspect";
import type { MachineReport } from "../machine/machine-report.ts";

/** Each builder, with its answer to whether it can be used. */
export function builderLines(reports: readonly BuilderReport[]): string[] {
  return reports.flatMap(({ type, priority, origin, status, reason, hint, file }) => [
    `${type} (priority ${priority}): ${status}${reason === undefined ? "" : `: ${reason}`}`,
    ...(hint !== undefined && hint !== "" && status !== "usable" ? [`  hint: ${hint}`] : []),
    `  from: ${origin}${file === undefined ? "" : ` (${file})`}`,
  ]);
}

/** What the machine has, and the known faults of the versions of its tools. */
export function machineLines({ node, cache, engine, tools }: MachineReport): string[] {
  const free = cache.free === undefined ? "" : `, ${byteCount(cache.free)} free`;
  return [
    `Node ${node}`,
    `cache ${cache.folder}${free}`,
    "version" in engine ? `container engine ${engine.version}` : `no container engine: ${engine.reason}`,
    ...tools
      .filter(({ tool }) => tool !== "docker engine")
      .map(({ tool, version }) => `${tool} ${version.replace(/^v/, "")}`),
    ...tools.flatMap(({ tool, version, faults }) =>
      faults.flatMap(({ reason, hint, source }) => [
        `${tool} ${version.replace(/^v/, "")} has a known fault: ${reason}`,
        `  hint: ${hint}`,
        `  see: ${source}`,
      ]),
    ),
  ];
}

/** Each host that a build of the spec file contacts: whether it is reached, by which way, and what for. */
export function contactLines(contacts: readonly ContactReport[]): string[] {
  return contacts.flatMap(({ kind, host, through, status, user, reason, hint, wanted }) => {
    const name = `${kind}${host === undefined ? "" : ` ${host}`}${through === undefined ? "" : ` through ${through}`}`;
    const login = user === undefined ? ", without a login" : `, as ${user}`;
    const as = kind === "registry" && status !== "unreachable" ? login : "";
    return [
      `${name}: ${status}${as}${reason === undefined ? "" : `: ${reason}`}`,
      ...(hint ? [`  hint: ${hint}`] : []),
      ...wanted.map((what) => `  for: ${what}`),
    ];
  });
}
