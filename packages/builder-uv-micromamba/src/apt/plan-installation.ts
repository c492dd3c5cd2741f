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
export async function planInstallation({
  archives,
  contents,
  plan,
  system,
  resolution,
  architecture,
}: Installation): Promise<void> {
  const names = archives.map(({ name }) => name);
  const effects = contents.map((one, at) => effectsOf(names[at] ?? "", one));
  const isLeftOut = pathFilter(
    [
      { path: "etc/dpkg/dpkg.cfg", text: system.text("etc/dpkg/dpkg.cfg") },
      ...system.below("etc/dpkg/dpkg.cfg.d"),
    ].filter(({ path }) => /\/[A-Za-z0-9_-]+(\.cfg)?$/.test(path)),
  );
  const users = ids(system.text("etc/passwd"));
  const groups = ids(system.text("etc/group"));
  const diverted = system.text("var/lib/dpkg/diversions").split("\n");
  const stanzas = contents.map(installedStanza);
  const idOf = (at: number) =>
    stanzas[at]?.get("Multi-Arch") === "same" ? `${names[at]}:${stanzas[at]?.get("Architecture")}` : (names[at] ?? "");
  for (const [at, { files }] of contents.entries()) {
    const subject = names[at] ?? "";
    for (const { path, type, mode, owner, link, library, size, ...file } of files) {
      if (path === "" || isLeftOut(`/${path}`, type === "directory" || type === "symlink" ? "folder or link" : "file"))
        continue;
      if (type !== "directory" && diverted.includes(`/${path}`))
        throw handedOn(`${subject} has /${path}, which another package has diverted`);
      const [user, group] = owner;
      const placed = {
        type,
        mode,
        uid: users.get(user) ?? file.uid,
        gid: groups.get(group) ?? file.gid,
        size,
        library,
      };
      const to = type === "hardlink" ? await plan.real(link ?? "") : link;
      if (type === "hardlink" && !plan.planned.has(to ?? ""))
        throw handedOn(`${subject} has a hard link to /${link}, which is not installed`);
      await plan.add(path, { ...placed, link: to, from: { package: at, path } }, subject);
    }
  }
  const packages = contents.map((one, at) => ({
    package: names[at] ?? "",
    at,
    contents: one,
    effects: effects[at] ?? [],
  }));
  await applyEffects(packages, plan, system);
  await planTriggers(
    contents.map(({ info, files }, at) => ({
      id: idOf(at),
      triggers: info.find(({ name }) => name === "triggers")?.text ?? "",
      paths: files.flatMap(({ path, type }) => (type === "directory" ? [] : [`/${path}`])),
    })),
    plan,
    system,
  );
  await planLibraries(plan, system, architecture);
  for (const [at, { info, files }] of contents.entries()) {
    const list = files.map(({ path }) => (path === "" ? "/." : `/${path}`));
    const records = [...info, { name: "list", text: `${list.join("\n")}\n`, mode: 0o644 }];
    for (const { name, text, mode } of records) {
      const size = Buffer.byteLength(text);
      plan.planned.set(`var/lib/dpkg/info/${idOf(at)}.${name}`, {
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
  await plan.put("var/lib/dpkg/status", {
    type: "file",
    mode: 0o644,
    text: renderStatus([...system.packages, ...stanzas]),
  });
  await plan.put("var/lib/apt/extended_states", {
    type: "file",
    mode: 0o644,
    text: extendedStates(system, resolution, architecture),
  });
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

function ids(text: string): Map<string, number> {
  return new Map(
    text.split("\n").map((line): [string, number] => [line.split(":")[0] ?? "", Number(line.split(":")[2])]),
  );
}
