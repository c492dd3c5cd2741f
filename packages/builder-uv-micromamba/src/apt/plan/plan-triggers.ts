import { handedOn } from "../system/handed-on.ts";
import { linesOf } from "../system/stanzas.ts";
import type { FilePlan } from "./file-plan.ts";

/** What of a package matters to triggers. */
export interface TriggeringPackage {
  /** dpkg's name for it, with the architecture where several may be installed beside each other. */
  id: string;
  /** The text of its triggers file. */
  triggers: string;
  /** Absolute paths of its files and links. */
  paths: readonly string[];
}

/**
 * Packages whose triggers need nothing to be run: the linker's cache is planned elsewhere, the cache of fonts is made
 * by the first program that looks for one, and the kernel settings that procps would apply are in no image.
 */
const DONE = /^(libc-bin|fontconfig|procps)([:/]|$)/;

/**
 * Plans what dpkg records of packages' interest in triggers (deb-triggers(5)).
 *
 * @throws ImageSpecError E_UNSUPPORTED where a package sets off a trigger for which another one runs a script.
 */
export async function planTriggers(packages: readonly TriggeringPackage[], plan: FilePlan): Promise<void> {
  const named = new Map<string, string[]>();
  let files = linesOf(plan.system.text("var/lib/dpkg/triggers/File"));
  for (const { path, text } of plan.system.below("var/lib/dpkg/triggers")) {
    const name = path.slice(path.lastIndexOf("/") + 1);
    if (!["File", "Lock", "Unincorp"].includes(name)) named.set(name, linesOf(text));
  }
  const activated: [trigger: string, by: string][] = [];
  const changed = new Set<string>();
  for (const { id, triggers } of packages)
    for (const line of triggers.split("\n")) {
      const [word = "", trigger = ""] = line.replace(/#.*/, "").trim().split(/\s+/);
      const quiet = word.endsWith("-noawait") ? "/noawait" : "";
      if (/^interest(-noawait|-await)?$/.test(word)) {
        if (trigger.startsWith("/")) files = [...files, `${trigger} ${id}${quiet}`];
        else named.set(trigger, [...(named.get(trigger) ?? []), `${id}${quiet}`]);
        changed.add(trigger.startsWith("/") ? "File" : trigger);
      } else if (/^activate(-noawait|-await)?$/.test(word)) activated.push([trigger, id]);
      else if (word !== "") throw handedOn(`${id} has a trigger that is not known here: ${line}`);
    }
  for (const [trigger, by] of activated) {
    const waiting = (named.get(trigger) ?? []).find((one) => !DONE.test(one) && one !== by);
    if (waiting !== undefined) throw handedOn(`${by} sets off ${trigger}, for which ${waiting} runs a script`);
  }
  for (const line of files) {
    const [path = "", waiting = ""] = line.split(" ");
    if (DONE.test(waiting)) continue;
    const by = packages.find(({ paths }) => paths.some((one) => one === path || one.startsWith(`${path}/`)));
    if (by !== undefined) throw handedOn(`${by.id} holds something below ${path}, for which ${waiting} runs a script`);
  }
  for (const name of changed) {
    const lines = name === "File" ? files : (named.get(name) ?? []);
    await plan.write(`var/lib/dpkg/triggers/${name}`, lines.map((line) => `${line}\n`).join(""));
  }
}
