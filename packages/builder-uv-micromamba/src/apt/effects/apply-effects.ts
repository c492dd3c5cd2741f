import type { Alternative } from "../formats/alternatives.ts";
import { addDiversion, DIVERSIONS } from "../formats/diversions.ts";
import type { Effect } from "../maintainer-scripts/effect.ts";
import type { PackageEffects } from "../maintainer-scripts/package-effects.ts";
import type { FilePlan } from "../plan/file-plan.ts";
import { handedOn } from "../system/handed-on.ts";
import { answerQuestions, askFirst } from "./answer-questions.ts";
import { certificateFiles } from "./certificate-files.ts";
import { localesToGenerate } from "./locales-to-generate.ts";
import { planAlternatives } from "./plan-alternatives.ts";
import { postgresqlPages } from "./postgresql-pages.ts";

const PATH = ["usr/local/sbin", "usr/local/bin", "usr/sbin", "usr/bin", "sbin", "bin"];

/**
 * Plans what the scripts of packages leave behind.
 *
 * @throws ImageSpecError E_UNSUPPORTED for an effect that the base or another package stands in the way of.
 */
export async function applyEffects(all: readonly PackageEffects[], plan: FilePlan): Promise<void> {
  const alternatives: Alternative[] = [];
  const askedFirst = await askFirst(all, plan);
  for (const owner of all)
    for (const effect of owner.effects) {
      if (effect.do === "alternative") alternatives.push(effect.alternative);
      else if (effect.do === "pages of PostgreSQL")
        alternatives.push(...postgresqlPages(owner.package, effect.first, owner.contents));
      else await apply(effect, owner, { plan, askedFirst });
    }
  await planAlternatives(alternatives, plan);
}

async function apply(
  effect: Exclude<Effect, { do: "alternative" | "pages of PostgreSQL" }>,
  owner: PackageEffects,
  { plan, askedFirst }: { plan: FilePlan; askedFirst: boolean },
): Promise<void> {
  switch (effect.do) {
    case "folder": {
      if (await plan.has(effect.path)) return;
      const gid = effect.group === undefined ? 0 : groupId(await plan.text("etc/group"), effect.group);
      if (gid === undefined) throw handedOn(`${owner.package} makes ${effect.path} for the group ${effect.group}`);
      return plan.put(effect.path, { type: "directory", mode: effect.mode, gid });
    }
    case "link":
      return plan.link(effect.path, effect.link);
    case "file":
      if (await plan.has(effect.path)) return;
      return plan.write(effect.path, effect.text, effect.mode);
    case "copy": {
      if (await plan.has(effect.path)) return;
      const file = owner.contents.files.find(({ path }) => `/${path}` === effect.from);
      if (file === undefined) throw handedOn(`${owner.package} copies ${effect.from}, which it does not hold`);
      const { mode, uid, gid, size, path } = file;
      return plan.put(effect.path, { type: "file", mode, uid, gid, size, from: { package: owner.at, path } });
    }
    case "file beside":
      return fileBeside(effect, owner, plan);
    case "debconf":
      return answerQuestions(effect, owner, { plan, askedFirst });
    case "system group":
      return addSystemGroup(effect.name, plan);
    case "mode": {
      const found = plan.planned.get(await plan.real(effect.path));
      const gid = groupId(await plan.text("etc/group"), effect.group);
      if (found?.type !== "file" || gid === undefined)
        throw handedOn(`${owner.package} changes ${effect.path}, which it does not hold`);
      Object.assign(found, { mode: effect.mode, gid });
      return;
    }
    case "start links":
      return startLinks(effect.script, owner, plan);
    case "unit":
      return enableUnit(effect, owner, plan);
    case "diversion":
      return divert(effect, owner.package, plan);
    case "certificates":
      return trustCertificates(owner, plan);
    case "locale.gen":
      return plan.write("etc/locale.gen", localesToGenerate(owner));
    case "nothing beside": {
      const { path, line } = effect;
      const isHeeded =
        line === undefined
          ? await plan.isOfBase(path)
          : (await plan.text(path.slice(1))).split("\n").some((one) => one.startsWith(line));
      if (isHeeded) throw handedOn(`${owner.package} heeds ${effect.path}, which the image has`);
      return;
    }
    case "nothing without":
      for (const folder of PATH)
        if (await plan.has(`${folder}/${effect.program}`))
          throw handedOn(`${owner.package} runs ${effect.program}, which the image has`);
  }
}

/** The files of update-ca-certificates(8), and the folder for local certificates, with mode and group of /usr/local. */
async function trustCertificates(owner: PackageEffects, plan: FilePlan): Promise<void> {
  const { texts, links } = certificateFiles(owner);
  for (const [path, text] of texts) await plan.write(path, text);
  for (const [path, link] of links) await plan.link(path, link);
  const { mode, gid } = await plan.folderOf("usr/local");
  await plan.put("usr/local/share/ca-certificates", { type: "directory", mode, gid });
}

async function divert({ path, to }: Extract<Effect, { do: "diversion" }>, by: string, plan: FilePlan): Promise<void> {
  const before = await plan.text(DIVERSIONS);
  await plan.write(DIVERSIONS, addDiversion(before, { path, to, by }));
  await plan.write(`${DIVERSIONS}-old`, before);
}

/**
 * A file with what a program of the package writes. It is known for some of Debian's versions, and their security
 * updates (`+deb12u1`) count as the same version.
 */
async function fileBeside(
  { file, name, versions, text }: Extract<Effect, { do: "file beside" }>,
  { contents, package: subject }: PackageEffects,
  plan: FilePlan,
): Promise<void> {
  const place = contents.files.find(({ path }) => path.endsWith(`/${file}`))?.path;
  const stated = /^Version: (\S+)$/m.exec(contents.control)?.[1] ?? "";
  if (place === undefined || !versions.includes(stated.replace(/\+deb\d+u\d+$/, "")))
    throw handedOn(`${subject} ${stated} writes ${name} by a script that only a container can run`);
  await plan.write(`${place.slice(0, -file.length)}${name}`, text);
}

/** Adds a group as addgroup(8) with --system does: with the first free number from 100 on. */
async function addSystemGroup(name: string, plan: FilePlan): Promise<void> {
  const group = await plan.text("etc/group");
  if (groupId(group, name) !== undefined) return;
  const used = new Set(group.split("\n").map((line) => Number(line.split(":")[2])));
  let gid = 100;
  while (used.has(gid)) gid++;
  const shadow = await plan.text("etc/gshadow");
  const write = async (path: string, text: string, like: string) => {
    const { mode, uid, gid: owner } = (await plan.get(like)) ?? { mode: 0o644, uid: 0, gid: 0 };
    await plan.put(path, { type: "file", mode, uid, gid: owner, text });
  };
  await write("etc/group", `${group}${name}:x:${gid}:\n`, "etc/group");
  await write("etc/group-", group, "etc/group");
  if (shadow !== "") {
    await write("etc/gshadow", `${shadow}${name}:!::\n`, "etc/gshadow");
    await write("etc/gshadow-", shadow, "etc/gshadow");
  }
  await plan.write("run/adduser", "");
}

function groupId(text: string, name: string): number | undefined {
  const line = text.split("\n").find((one) => one.startsWith(`${name}:`));
  return line === undefined ? undefined : Number(line.split(":")[2]);
}

/** Does `update-rc.d SCRIPT defaults` for a script without links: one for each runlevel that its LSB header names. */
async function startLinks(script: string, { contents, package: name }: PackageEffects, plan: FilePlan): Promise<void> {
  const text = contents.files.find(({ path }) => path === `etc/init.d/${script}`)?.text;
  if (text === undefined) throw handedOn(`${name} starts /etc/init.d/${script}, which it does not hold`);
  const levels = (field: string) =>
    (new RegExp(`^# ${field}:[ \\t]*(.*)$`, "m").exec(text)?.[1] ?? "")
      .split(/\s+/)
      .filter((level) => /^[0-6S]$/.test(level));
  for (const [letter, field] of [
    ["S", "Default-Start"],
    ["K", "Default-Stop"],
  ] as const)
    for (const level of levels(field)) await plan.link(`etc/rc${level}.d/${letter}01${script}`, `../init.d/${script}`);
}

/**
 * Writes what deb-systemd-helper does: the state of a unit, and for a user unit, which is enabled, its links as well.
 */
async function enableUnit(
  { unit, of }: Extract<Effect, { do: "unit" }>,
  { contents, package: name }: PackageEffects,
  plan: FilePlan,
): Promise<void> {
  const file = contents.files.find(
    ({ path }) => new RegExp(`^(usr/)?lib/systemd/${of}/`).test(path) && path.endsWith(`/${unit}`),
  );
  const install = /^\[Install\]$(.*)/ms.exec(file?.text ?? "")?.[1];
  const lines = (install ?? "").split("\n").filter((line) => line.trim() !== "" && !line.startsWith("#"));
  const targets = lines.map((line) => /^WantedBy=([\w@.+-]+)$/.exec(line)?.[1]);
  if (file === undefined || install === undefined || targets.includes(undefined))
    throw handedOn(`${name} enables the unit ${unit}, whose [Install] is not read here`);
  const state = `var/lib/systemd/deb-systemd-${of === "user" ? "user-" : ""}helper-enabled`;
  const folder = async (path: string) => {
    if (!(await plan.has(path))) await plan.put(path, { type: "directory", mode: 0o755 });
  };
  await folder("var/lib/systemd");
  await folder(state);
  const links = targets.map((wanted) => `etc/systemd/${of}/${wanted}.wants/${unit}`);
  await plan.write(`${state}/${unit}.dsh-also`, links.map((link) => `/${link}\n`).join(""));
  if (of === "system") return;
  // deb-systemd-helper looks in /lib first, which in most bases is a link to /usr/lib.
  const short = file.path.replace(/^usr\//, "");
  const shown = (await plan.resolve(short)) === undefined ? file.path : short;
  for (const [at, wanted] of targets.entries()) {
    await folder(`${state}/${wanted}.wants`);
    await plan.write(`${state}/${wanted}.wants/${unit}`, "");
    await folder(`etc/systemd/${of}/${wanted}.wants`);
    await plan.link(links[at] ?? "", `/${shown}`);
  }
}
