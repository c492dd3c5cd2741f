import { handedOn } from "../system/handed-on.ts";

/** A slave link, which switches together with the master link, and where it leads for one choice. */
export interface SlaveLink {
  link: string;
  name: string;
  path: string;
}

/** The arguments of one `update-alternatives --install`. All paths are absolute. */
export interface Alternative {
  link: string;
  name: string;
  path: string;
  priority: number;
  slaves: SlaveLink[];
}

interface Choice {
  path: string;
  priority: number;
  slaves: Map<string, string>;
}

/** A group of alternatives, as /var/lib/dpkg/alternatives holds it. */
export interface AlternativeGroup {
  name: string;
  link: string;
  /** The links of the slaves, by name. */
  slaves: Map<string, string>;
  choices: Choice[];
}

/**
 * Reads a command line of the form `update-alternatives --install LINK NAME PATH PRIORITY [--slave LINK NAME PATH]...`.
 *
 * @throws ImageSpecError E_UNSUPPORTED for any other form.
 */
export function readInstall(command: string): Alternative {
  const words = command.replace(/\\\n/g, " ").trim().split(/\s+/);
  const [program, ...rest] = words.filter((word) => word !== "--quiet" && word !== "--force");
  const [option, link = "", name = "", path = "", priority = "", ...more] = rest;
  const slaves: SlaveLink[] = [];
  for (let at = 0; at < more.length; at += 4) {
    const [slave, itsLink = "", itsName = "", itsPath = ""] = more.slice(at, at + 4);
    if (slave !== "--slave" || itsPath === "")
      throw handedOn(`A package calls ${command.slice(0, 80)}, which is not read here`);
    slaves.push({ link: itsLink, name: itsName, path: itsPath });
  }
  const plain = [link, path, ...slaves.flatMap((slave) => [slave.link, slave.path])];
  const readable =
    plain.every((one) => /^\/[\w@%+.,/-]+$/.test(one)) && /^[\w@%+.,-]+$/.test(name) && /^\d+$/.test(priority);
  if (program !== "update-alternatives" || option !== "--install" || !readable)
    throw handedOn(`A package calls ${command.slice(0, 80)}, which is not read here`);
  return { link, name, path, priority: Number(priority), slaves };
}

/**
 * Reads a group's file (update-alternatives(1)).
 *
 * @throws ImageSpecError E_UNSUPPORTED for a group in manual mode, in which somebody has chosen.
 */
export function readGroup(name: string, text: string): AlternativeGroup {
  const lines = text.split("\n");
  const [mode, link = ""] = lines;
  if (mode !== "auto" || link === "")
    throw handedOn(`The alternative ${name} of the base image is not chosen by itself`);
  const slaves = new Map<string, string>();
  let at = 2;
  for (; at < lines.length && lines[at] !== ""; at += 2) slaves.set(lines[at] ?? "", lines[at + 1] ?? "");
  const choices: Choice[] = [];
  for (at++; at < lines.length && lines[at] !== ""; at += 2 + slaves.size) {
    const paths = [...slaves.keys()].map((slave, index): [string, string] => [slave, lines[at + 2 + index] ?? ""]);
    choices.push({ path: lines[at] ?? "", priority: Number(lines[at + 1]), slaves: new Map(paths) });
  }
  return { name, link, slaves, choices };
}

/**
 * The group with one more choice, or a new group for it.
 *
 * @throws ImageSpecError E_UNSUPPORTED where the group has another link than the choice.
 */
export function withAlternative(group: AlternativeGroup | undefined, added: Alternative): AlternativeGroup {
  const { link, name, path, priority } = added;
  if (group !== undefined && group.link !== link)
    throw handedOn(`The alternative ${name} of the base image is at ${group.link}, and a package has it at ${link}`);
  const slaves = new Map([
    ...(group?.slaves ?? []),
    ...added.slaves.map((slave): [string, string] => [slave.name, slave.link]),
  ]);
  const sorted = new Map([...slaves].sort(([one], [other]) => (one < other ? -1 : 1)));
  const choice = { path, priority, slaves: new Map(added.slaves.map((slave) => [slave.name, slave.path])) };
  const others = (group?.choices ?? []).filter((one) => one.path !== path);
  return {
    name,
    link,
    slaves: sorted,
    choices: [...others, choice].sort((one, other) => (one.path < other.path ? -1 : 1)),
  };
}

/** The text of a group's file. */
export function renderGroup({ link, slaves, choices }: AlternativeGroup): string {
  const lines = ["auto", link, ...[...slaves].flat(), ""];
  for (const choice of choices)
    lines.push(
      choice.path,
      String(choice.priority),
      ...[...slaves.keys()].map((name) => choice.slaves.get(name) ?? ""),
    );
  return `${[...lines, ""].join("\n")}\n`;
}

/**
 * The links of a group in automatic mode: for each name one in /etc/alternatives, and the one that leads to it. `link`
 * is undefined for a slave that the best choice does not have, or whose file does not exist: it must not be there.
 */
export async function groupLinks(
  group: AlternativeGroup,
  exists: (path: string) => Promise<boolean>,
): Promise<{ path: string; link: string | undefined }[]> {
  const best = group.choices.reduce((one, other) => (other.priority > one.priority ? other : one));
  const links = [
    { path: `/etc/alternatives/${group.name}`, link: best.path },
    { path: group.link, link: `/etc/alternatives/${group.name}` },
  ];
  for (const [name, link] of group.slaves) {
    const path = best.slaves.get(name) ?? "";
    const there = path !== "" && (await exists(path));
    links.push({ path: `/etc/alternatives/${name}`, link: there ? path : "" });
    links.push({ path: link, link: there ? `/etc/alternatives/${name}` : "" });
  }
  return links.map(({ path, link }) => ({ path, link: link === "" ? undefined : link }));
}
