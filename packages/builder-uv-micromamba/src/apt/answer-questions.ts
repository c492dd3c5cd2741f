import type { BaseSystem } from "./base-system.ts";
import {
  addRecords,
  type DebconfRecord,
  questionsOf,
  readTemplates,
  type Variables,
  withoutRecords,
} from "./debconf.ts";
import type { Effect } from "./effect.ts";
import type { FilePlan } from "./file-plan.ts";
import { handedOn } from "./handed-on.ts";
import type { PackageEffects } from "./package-effects.ts";
import { textOf } from "./planned-text.ts";

const QUESTIONS = "var/cache/debconf/config.dat";
const TEMPLATES = "var/cache/debconf/templates.dat";

type Questions = Extract<Effect, { do: "debconf" }>;

/**
 * What debconf's databases hold when apt has asked the questions of all packages before it unpacks the first, as it does
 * where dpkg-preconfigure(8) finds a program to take them out of packages with.
 *
 * @returns whether it does
 */
export async function askFirst(all: readonly PackageEffects[], plan: FilePlan, base: BaseSystem): Promise<boolean> {
  const has = async (path: string) => {
    const found = await plan.resolve(path);
    return found !== undefined && !plan.planned.has(found.path);
  };
  const isCalled = base.below("etc/apt/apt.conf.d").some(({ text }) => text.includes("dpkg-preconfigure --apt"));
  const extracts = (await has("usr/lib/apt/apt-extracttemplates")) || (await has("usr/bin/apt-extracttemplates"));
  if (!isCalled || !extracts) return false;
  if (!(await has("var/cache/debconf/tmp.ci")))
    await plan.put("var/cache/debconf/tmp.ci", { type: "directory", mode: 0o755 });
  for (const owner of all)
    for (const effect of owner.effects) {
      if (effect.do !== "debconf") continue;
      const subject = owner.package;
      if (effect.askedFirst === undefined)
        throw handedOn(`${subject} has questions, and the base image has them asked before it is unpacked`);
      const templates = templatesOf(owner);
      const answered = { answers: effect.askedFirst, variables: variablesOf(effect, owner) };
      await save(QUESTIONS, questionsOf(templates, answered, subject), { plan, base, subject });
      await save(TEMPLATES, templates, { plan, base, subject });
    }
  return true;
}

/** What the databases hold once nobody could be asked the questions of a package while it is configured. */
export async function answerQuestions(
  effect: Questions,
  owner: PackageEffects,
  { plan, base, askedFirst }: { plan: FilePlan; base: BaseSystem; askedFirst: boolean },
): Promise<void> {
  const subject = owner.package;
  const templates = templatesOf(owner);
  const answered = { answers: effect.answers, variables: variablesOf(effect, owner) };
  await save(QUESTIONS, questionsOf(templates, answered, subject), { plan, base, subject, again: askedFirst });
  await save(TEMPLATES, templates, { plan, base, subject, again: askedFirst });
}

function templatesOf({ contents, package: subject }: PackageEffects): DebconfRecord[] {
  return readTemplates(contents.info.find(({ name }) => name === "templates")?.text ?? "", subject);
}

/** The variables of questions, of which lists stand in the package's config script. */
function variablesOf({ variables = {} }: Questions, { contents, package: subject }: PackageEffects): Variables {
  const script = contents.info.find(({ name }) => name === "config")?.text ?? "";
  const read = (list: string) => {
    const text = new RegExp(`^${list}="([^"$\`]*)"$`, "m").exec(script)?.[1];
    if (text === undefined) throw handedOn(`${subject} has a config script without the list ${list}`);
    return [...new Set(text.split("\n").filter((line) => line !== ""))].sort().join(", ");
  };
  return Object.fromEntries(
    Object.entries(variables).map(([question, one]) => [
      question,
      { name: one.name, value: "value" in one ? one.value : read(one.linesOf) },
    ]),
  );
}

/** Adds records to a database, or puts them in the place of what was saved before; debconf keeps a copy of what it saves over. */
async function save(
  path: string,
  records: readonly DebconfRecord[],
  { plan, base, subject, again = false }: { plan: FilePlan; base: BaseSystem; subject: string; again?: boolean },
): Promise<void> {
  const before = await textOf(path, plan, base);
  const after = before === "" ? undefined : addRecords(again ? withoutRecords(before, records) : before, records);
  if (after === undefined)
    throw handedOn(`${subject} has questions, and /${path} of the base holds them or is missing`);
  await plan.put(path, { type: "file", mode: 0o644, text: after });
  await plan.put(`${path}-old`, { type: "file", mode: 0o644, text: before });
}
