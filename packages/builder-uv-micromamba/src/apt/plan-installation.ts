import { applyEffects } from "./effects/apply-effects.ts";
import type { PackageEffects } from "./maintainer-scripts/package-effects.ts";
import { controlText, type ListedPackage } from "./package/package-contents.ts";
import { installedStanza, renderStatus } from "./plan/dpkg-status.ts";
import type { FilePlan } from "./plan/file-plan.ts";
import { pathFilter } from "./plan/path-filter.ts";
import { planLibraries } from "./plan/plan-libraries.ts";
import { planTriggers } from "./plan/plan-triggers.ts";
import type { AptResolution } from "./resolve/resolve-packages.ts";
import { handedOn } from "./system/handed-on.ts";

/** Where the files are planned, and what apt has chosen. */
export interface Installation {
  plan: FilePlan;
  resolution: AptResolution;
  architecture: string;
}

/**
 * Plans every file that apt and dpkg would write.
 *
 * @throws ImageSpecError E_UNSUPPORTED, by name, for a package that cannot be installed as data.
 */
export async function planInstallation(
  packages: readonly PackageEffects[],
  { plan, resolution, architecture }: Installation,
): Promise<void> {
  const installed = packages.map(({ package: name, contents }) => {
    const stanza = installedStanza(contents);
    const id = stanza.get("Multi-Arch") === "same" ? `${name}:${stanza.get("Architecture")}` : name;
    return { id, stanza, contents };
  });
  await planFiles(packages, plan);
  await applyEffects(packages, plan);
  await planTriggers(
    installed.map(({ id, contents }) => ({
      id,
      triggers: controlText(contents, "triggers"),
      paths: contents.files.flatMap(({ path, type }) => (type === "directory" ? [] : [`/${path}`])),
    })),
    plan,
  );
  await planLibraries(plan, architecture);
  for (const [at, { id, contents }] of installed.entries()) planRecords(id, { at, contents }, plan);
  const stanzas = installed.map(({ stanza }) => stanza);
  await plan.write("var/lib/dpkg/status", renderStatus([...plan.system.packages, ...stanzas]));
  // apt's own caches: builders with a container remove them after apt has run.
  await plan.remove("var/cache/apt", /^[^.].*\.bin$/);
  await plan.write("var/lib/apt/extended_states", extendedStates(plan, resolution, architecture));
}

/** Plans the packages' own files, with owners by the base's accounts, and without the files that the base excludes. */
async function planFiles(packages: readonly ListedPackage[], plan: FilePlan): Promise<void> {
  const { system } = plan;
  const isLeftOut = pathFilter(
    [
      { path: "etc/dpkg/dpkg.cfg", text: system.text("etc/dpkg/dpkg.cfg") },
      ...system.below("etc/dpkg/dpkg.cfg.d"),
    ].filter(({ path }) => /\/[A-Za-z0-9_-]+(\.cfg)?$/.test(path)),
  );
  const users = numbersOf(system.text("etc/passwd"));
  const groups = numbersOf(system.text("etc/group"));
  const diverted = system.text("var/lib/dpkg/diversions").split("\n");
  for (const { package: subject, at, contents } of packages) {
    for (const { path, type, mode, owner, link, library, size, ...file } of contents.files) {
      if (path === "" || isLeftOut(`/${path}`, type === "directory" || type === "symlink" ? "folder or link" : "file"))
        continue;
      if (type !== "directory" && diverted.includes(`/${path}`))
        throw handedOn(`${subject} has /${path}, which another package has diverted`);
      const [user, group] = owner;
      const uid = users.get(user) ?? file.uid;
      const gid = groups.get(group) ?? file.gid;
      const to = type === "hardlink" ? await plan.real(link ?? "") : link;
      if (type === "hardlink" && !plan.planned.has(to ?? ""))
        throw handedOn(`${subject} has a hard link to /${link}, which is not installed`);
      const from = { package: at, path };
      await plan.add(path, { type, mode, uid, gid, size, library, link: to, from }, subject);
    }
  }
}

/** Plans what dpkg keeps of a package in its info folder: control files, scripts and the list of files. */
function planRecords(id: string, { at, contents }: Pick<ListedPackage, "at" | "contents">, plan: FilePlan): void {
  const list = contents.files.map(({ path }) => (path === "" ? "/.\n" : `/${path}\n`));
  for (const { name, text, mode } of [...contents.info, { name: "list", text: list.join(""), mode: 0o644 }]) {
    const size = Buffer.byteLength(text);
    const file = { type: "file", mode, uid: 0, gid: 0, size, text, from: { package: at, path: "" } } as const;
    plan.planned.set(`var/lib/dpkg/info/${id}.${name}`, file);
  }
}

/** The text in which apt records automatically installed packages (apt-mark(8)): the base's, then ours by name. */
function extendedStates({ system }: FilePlan, { packages, manual }: AptResolution, architecture: string): string {
  const kept = system
    .text("var/lib/apt/extended_states")
    .split("\n\n")
    .filter((stanza) => stanza.trim() !== "" && !manual.includes(/^Package: (\S+)/m.exec(stanza)?.[1] ?? ""));
  const ours = packages
    .filter(({ automatic }) => automatic)
    .map(({ name }) => `Package: ${name}\nArchitecture: ${architecture}\nAuto-Installed: 1`)
    .sort();
  return [...kept, ...ours].map((stanza) => `${stanza}\n\n`).join("");
}

/** User or group ids by name. The empty last line must not count, since packages may leave out the names of owners. */
function numbersOf(text: string): Map<string, number> {
  const lines = text.split("\n").map((line) => line.split(":"));
  return new Map(lines.filter(([name]) => name !== "").map(([name = "", , id]) => [name, Number(id)]));
}
