import { applyEffects } from "./apply-effects.ts";
import type { BaseSystem } from "./base-system.ts";
import { installedStanza, renderStatus } from "./dpkg-status.ts";
import type { FilePlan } from "./file-plan.ts";
import { handedOn } from "./handed-on.ts";
import type { AptArchive, PackageContents } from "./package-contents.ts";
import { effectsOf } from "./package-effects.ts";
import { pathFilter } from "./path-filter.ts";
import { planLibraries } from "./plan-libraries.ts";
import { planTriggers } from "./plan-triggers.ts";
import type { AptResolution } from "./resolve-packages.ts";

/** What is installed, over what, and where the files are planned. */
export interface Installation {
  archives: readonly AptArchive[];
  contents: readonly PackageContents[];
  plan: FilePlan;
  system: BaseSystem;
  resolution: AptResolution;
  architecture: string;
}

/**
 * Plans every file that apt and dpkg would write.
 *
 * @throws ImageSpecError E_UNSUPPORTED, by name, for a package that cannot be installed as data.
 */
export async function planInstallation(installation: Installation): Promise<void> {
  const { archives, contents, plan, system, architecture } = installation;
  const names = archives.map(({ name }) => name);
  const effects = contents.map((one, at) => effectsOf(names[at] ?? "", one));
  const stanzas = contents.map(installedStanza);
  const ids = stanzas.map((stanza, at) =>
    stanza.get("Multi-Arch") === "same" ? `${names[at]}:${stanza.get("Architecture")}` : (names[at] ?? ""),
  );
  await planFiles(installation, names);
  const packages = contents.map((one, at) => ({
    package: names[at] ?? "",
    at,
    contents: one,
    effects: effects[at] ?? [],
  }));
  await applyEffects(packages, plan, system);
  await planTriggers(
    contents.map(({ info, files }, at) => ({
      id: ids[at] ?? "",
      triggers: info.find(({ name }) => name === "triggers")?.text ?? "",
      paths: files.flatMap(({ path, type }) => (type === "directory" ? [] : [`/${path}`])),
    })),
    plan,
    system,
  );
  await planLibraries(plan, system, architecture);
  planRecords(installation, ids);
  await plan.put("var/lib/dpkg/status", {
    type: "file",
    mode: 0o644,
    text: renderStatus([...system.packages, ...stanzas]),
  });
  await plan.put("var/lib/apt/extended_states", {
    type: "file",
    mode: 0o644,
    text: extendedStates(system, installation.resolution, architecture),
  });
}

/** The packages' own files, with the owners that the base's accounts give them and without those that it excludes. */
async function planFiles({ contents, plan, system }: Installation, names: readonly string[]): Promise<void> {
  const isLeftOut = pathFilter(
    [
      { path: "etc/dpkg/dpkg.cfg", text: system.text("etc/dpkg/dpkg.cfg") },
      ...system.below("etc/dpkg/dpkg.cfg.d"),
    ].filter(({ path }) => /\/[A-Za-z0-9_-]+(\.cfg)?$/.test(path)),
  );
  const users = numbersOf(system.text("etc/passwd"));
  const groups = numbersOf(system.text("etc/group"));
  const diverted = system.text("var/lib/dpkg/diversions").split("\n");
  for (const [at, { files }] of contents.entries()) {
    const subject = names[at] ?? "";
    for (const { path, type, mode, owner, link, library, size, ...file } of files) {
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

/** What dpkg keeps of each package in its info folder, by the package's id: control files, scripts and the list of files. */
function planRecords({ contents, plan }: Installation, ids: readonly string[]): void {
  for (const [at, { info, files }] of contents.entries()) {
    const list = files.map(({ path }) => (path === "" ? "/." : `/${path}`));
    const records = [...info, { name: "list", text: `${list.join("\n")}\n`, mode: 0o644 }];
    for (const { name, text, mode } of records) {
      const size = Buffer.byteLength(text);
      plan.planned.set(`var/lib/dpkg/info/${ids[at]}.${name}`, {
        type: "file",
        mode,
        uid: 0,
        gid: 0,
        size,
        text,
        from: { package: at, path: "" },
      });
    }
  }
}

/** Which packages nobody has asked for (apt-mark(8)): those of the base, then ours by name. */
function extendedStates(system: BaseSystem, { packages, manual }: AptResolution, architecture: string): string {
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

function numbersOf(text: string): Map<string, number> {
  return new Map(
    text.split("\n").map((line): [string, number] => [line.split(":")[0] ?? "", Number(line.split(":")[2])]),
  );
}
