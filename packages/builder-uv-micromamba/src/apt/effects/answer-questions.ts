import {
  type Answered,
  addRecords,
  type DebconfRecord,
  questionsOf,
  readTemplates,
  withoutRecords,
} from "../formats/debconf.ts";
import type { Answers, Effect, ScriptList } from "../maintainer-scripts/effect.ts";
import type { PackageEffects } from "../maintainer-scripts/package-effects.ts";
import { controlText } from "../package/package-contents.ts";
import type { FilePlan } from "../plan/file-plan.ts";
import { handedOn } from "../system/handed-on.ts";

const QUESTIONS = "var/cache/debconf/config.dat";
const TEMPLATES = "var/cache/debconf/templates.dat";

type Questions = Extract<Effect, { do: "debconf" }>;

/**
 * Plans debconf's databases as they are once the questions of all packages have been asked before the first is
 * unpacked. apt does so where it calls dpkg-preconfigure(8) and the program that takes templates out of packages is
 * installed.
 *
 * @returns whether apt does so over this base
 */
export async function askFirst(all: readonly PackageEffects[], plan: FilePlan): Promise<boolean> {
  const isCalled = plan.system.below("etc/apt/apt.conf.d").some(({ text }) => text.includes("dpkg-preconfigure --apt"));
  const extracts =
    (await plan.isOfBase("usr/lib/apt/apt-extracttemplates")) || (await plan.isOfBase("usr/bin/apt-extracttemplates"));
  if (!isCalled || !extracts) return false;
  if (!(await plan.isOfBase("var/cache/debconf/tmp.ci")))
    await plan.put("var/cache/debconf/tmp.ci", { type: "directory", mode: 0o755 });
  for (const owner of all)
    for (const effect of owner.effects) {
      if (effect.do !== "debconf") continue;
      const subject = owner.package;
      if (effect.askedFirst === undefined)
        throw handedOn(`${subject} has questions, and the base image has them asked before it is unpacked`);
      await answer({ ...readAnswers(effect.askedFirst, effect, owner), seen: effect.seenFirst }, owner, { plan });
    }
  return true;
}

/** Plans the databases as they are once a package has been configured and nobody could be asked its questions. */
export async function answerQuestions(
  effect: Questions,
  owner: PackageEffects,
  { plan, askedFirst }: { plan: FilePlan; askedFirst: boolean },
): Promise<void> {
  await answer(readAnswers(effect.answers, effect, owner), owner, { plan, again: askedFirst });
}

/** Where answers are saved. `again`: they replace the answers from before the package was unpacked. */
interface Saving {
  plan: FilePlan;
  again?: boolean;
}

async function answer(answered: Answered, owner: PackageEffects, saving: Saving): Promise<void> {
  const subject = owner.package;
  const templates = readTemplates(controlText(owner.contents, "templates"), subject);
  await save(QUESTIONS, questionsOf(templates, answered, subject), subject, saving);
  await save(TEMPLATES, templates, subject, saving);
}

/** Answers and variables as texts, with lists read from the package's config script. */
function readAnswers(
  answers: Answers,
  { variables = {} }: Questions,
  { contents, package: subject }: PackageEffects,
): Answered {
  const script = controlText(contents, "config");
  const read = (value: string | ScriptList) => {
    if (typeof value === "string") return value;
    const text = new RegExp(`^${value.listOf}="([^"$\`]+)"$`, "m").exec(script)?.[1];
    if (text === undefined) throw handedOn(`${subject} has a config script without the list ${value.listOf}`);
    const items = text.split(/\n|, */).filter((item) => item !== "");
    return [...new Set(items)].sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other))).join(", ");
  };
  return {
    answers: Object.fromEntries(Object.entries(answers).map(([question, value]) => [question, read(value)])),
    variables: Object.fromEntries(
      Object.entries(variables).map(([question, { name, value }]) => [question, { name, value: read(value) }]),
    ),
  };
}

/** Adds records to a database, or replaces those saved before. As debconf, with a copy of the database before that. */
async function save(
  path: string,
  records: readonly DebconfRecord[],
  subject: string,
  { plan, again = false }: Saving,
): Promise<void> {
  const before = await plan.text(path);
  const after = before === "" ? undefined : addRecords(again ? withoutRecords(before, records) : before, records);
  if (after === undefined)
    throw handedOn(`${subject} has questions, and /${path} of the base holds them or is missing`);
  await plan.write(path, after);
  await plan.write(`${path}-old`, before);
}
