import {
  type Alternative,
  type AlternativeGroup,
  groupLinks,
  readGroup,
  renderGroup,
  withAlternative,
} from "../formats/alternatives.ts";
import type { FilePlan } from "../plan/file-plan.ts";
import { handedOn } from "../system/handed-on.ts";

/**
 * Plans what update-alternatives(1) does with new choices: the files of their groups, and the links of each group's
 * best choice. It comes after everything else, since a link depends on whether its target exists.
 *
 * @throws ImageSpecError E_UNSUPPORTED where another file is in the place of a link.
 */
export async function planAlternatives(added: readonly Alternative[], plan: FilePlan): Promise<void> {
  const groups = new Map<string, AlternativeGroup>();
  for (const alternative of added) {
    const { name } = alternative;
    groups.set(name, withAlternative(groups.get(name) ?? groupOfBase(name, plan), alternative));
  }
  for (const [name, group] of groups) {
    await planLinks(name, group, plan);
    await plan.write(`var/lib/dpkg/alternatives/${name}`, renderGroup(group));
  }
}

/** The group as the base has it; undefined where it has none. */
function groupOfBase(name: string, { system }: FilePlan): AlternativeGroup | undefined {
  const text = system.text(`var/lib/dpkg/alternatives/${name}`);
  return text === "" ? undefined : readGroup(name, text);
}

async function planLinks(name: string, group: AlternativeGroup, plan: FilePlan): Promise<void> {
  const links = await groupLinks(group, async (path) => (await plan.resolve(path)) !== undefined);
  for (const { path, link } of links) {
    const existing = await plan.get(await plan.real(path));
    const isOurs =
      existing?.type === "symlink" &&
      (path.startsWith("/etc/alternatives/") || existing.link?.startsWith("/etc/alternatives/"));
    if (existing !== undefined && !isOurs)
      throw handedOn(`${path} is an alternative (${name}), and another file is there`);
    if (link !== undefined) await plan.link(path, link);
    else if (existing !== undefined) await plan.put(path, { type: "removed", mode: 0 });
  }
}
