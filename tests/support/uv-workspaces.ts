import fc from "fast-check";

/** A workspace of uv, and what of it is asked for. */
export interface Workspace {
  files: Record<string, string>;
  ask: { member: string; groups: string[]; extras: string[]; noDev: boolean; installProject: boolean };
}

/** Packages of the index that workspaces depend on, by what they need. */
export const INDEXED: Readonly<Record<string, readonly string[]>> = {
  "base-one": [],
  "base-two": [],
  "on-one": ["base-one"],
  "on-both": ["on-one", "base-two>=1 ; python_version < '3.12'"],
  "with-extra": ["base-two ; extra == 'fast'", "base-one ; extra == 'slow'"],
  "by-platform": ["base-one ; sys_platform == 'win32'", "base-two ; sys_platform == 'linux'"],
};

const MARKERS = [
  "",
  "",
  " ; python_version >= '3.12'",
  " ; python_version < '3.12'",
  " ; sys_platform == 'darwin'",
  " ; platform_machine == 'x86_64' and sys_platform == 'linux'",
];
const requirement = fc
  .tuple(
    fc.constantFrom(...Object.keys(INDEXED), "with-extra[fast]", "with-extra[fast,slow]"),
    fc.constantFrom(...MARKERS),
  )
  .map(([name, marker]) => `${name}${marker}`);
const requirements = fc.uniqueArray(requirement, { maxLength: 3 });

const member = fc.record({
  dependencies: requirements,
  extras: fc.record({ more: requirements, other: requirements }, { requiredKeys: [] }),
  groups: fc.record({ dev: requirements, test: requirements, docs: requirements }, { requiredKeys: [] }),
  defaults: fc.option(fc.constantFrom<readonly string[] | "all">(["test"], ["dev", "docs"], [], "all"), {
    nil: undefined,
    freq: 2,
  }),
  /** Other members by their distance, with an extra of theirs or none. */
  needs: fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.constantFrom("", "", "[more]")), {
    maxLength: 2,
    selector: ([distance]) => distance,
  }),
  isPackage: fc.boolean(),
});

type Member = typeof member extends fc.Arbitrary<infer T> ? T : never;

/**
 * Workspaces of one to four members that need each other and packages of an index, and a part of one that is asked for.
 */
export function workspaces(index: string): fc.Arbitrary<Workspace> {
  return fc
    .record({
      members: fc.array(member, { minLength: 1, maxLength: 4 }),
      chosen: fc.nat(),
      part: fc.record({ groups: fc.integer({ min: 0, max: 7 }), extras: fc.integer({ min: 0, max: 3 }) }),
      noDev: fc.boolean(),
      installProject: fc.boolean(),
    })
    .map(({ members, chosen, part, noDev, installProject }) => {
      const at = chosen % members.length;
      const asked = members[at] as Member;
      // What is not a package cannot be needed by another member, nor installed.
      const isPackage = (place: number) => members[place]?.isPackage === true;
      const files: Record<string, string> = {
        "pyproject.toml": `[tool.uv.workspace]\nmembers = ["members/*"]\n\n[[tool.uv.index]]\nurl = "${index}"\ndefault = true\n`,
      };
      members.forEach((one, place) => {
        // Only later members are needed, so that there is no circle of extras.
        const needs = one.needs.filter(([distance]) => isPackage(place + distance));
        files[`members/m${place}/pyproject.toml`] = pyproject(one, `m${place}`, {
          needs: needs.map(([distance, extra]) => ({
            name: `m${place + distance}`,
            extra: Object.hasOwn((members[place + distance] as Member).extras, "more") ? extra : "",
          })),
        });
        if (one.isPackage) files[`members/m${place}/m${place}.py`] = "";
      });
      return {
        files,
        ask: {
          member: `m${at}`,
          groups: Object.keys(asked.groups).filter((_, bit) => part.groups & (1 << bit)),
          extras: Object.keys(asked.extras).filter((_, bit) => part.extras & (1 << bit)),
          noDev,
          installProject: installProject && asked.isPackage,
        },
      };
    });
}

function pyproject(
  { dependencies, extras, groups, defaults, isPackage }: Member,
  name: string,
  { needs }: { needs: readonly { name: string; extra: string }[] },
): string {
  const list = (items: readonly string[]) => JSON.stringify(items);
  const table = (title: string, parts: Record<string, string[] | undefined>) =>
    Object.keys(parts).length === 0
      ? ""
      : `\n[${title}]\n${Object.entries(parts)
          .map(([part, items = []]) => `${part} = ${list(items)}\n`)
          .join("")}`;
  const named = defaults === "all" || defaults === undefined ? [] : defaults;
  const hasDefaults = defaults !== undefined && named.every((one) => Object.hasOwn(groups, one));
  const all = [...dependencies, ...needs.map((one) => `${one.name}${one.extra}`)];
  return `[project]\nname = "${name}"\nversion = "0.1"\nrequires-python = ">=3.10"\ndependencies = ${list(all)}
${table("project.optional-dependencies", extras)}${table("dependency-groups", groups)}${
  needs.length === 0
    ? ""
    : `\n[tool.uv.sources]\n${needs.map((one) => `${one.name} = { workspace = true }\n`).join("")}`
}${hasDefaults ? `\n[tool.uv]\ndefault-groups = ${JSON.stringify(defaults)}\n` : ""}${
  isPackage ? '\n[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n' : ""
}`;
}
