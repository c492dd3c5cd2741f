import type { Problem } from "@imagespec/registry";

const CLAUSE = /(===|==|~=|!=|<=|>=|<|>)\s*([A-Za-z0-9_.*+!-]+)/g;
// PEP 440 with its other spellings, as uv reads versions; a `*` stands in the place of the last release segment alone.
const VERSION =
  /^v?(?:\d+!)?(?<release>\d+(?:\.\d+)*)(?:(?<any>\.\*)|(?:[-_.]?(?:alpha|a|beta|b|preview|pre|c|rc)[-_.]?\d*)?(?:-\d+|[-_.]?(?:post|rev|r)[-_.]?\d*)?(?:[-_.]?dev[-_.]?\d*)?(?<local>\+[a-z0-9]+(?:[-_.][a-z0-9]+)*)?)$/i;

/**
 * What is wrong with the version specifiers of a requirement, `==1.0,<2`; a text without any has nothing wrong. Pure.
 */
export function specifierBreach(specifiers: string): Problem | undefined {
  for (const [clause, operator = "", version = ""] of specifiers.matchAll(CLAUSE)) {
    const breach = clauseBreach(operator, version);
    if (breach !== undefined)
      return { code: "requirement", message: `'${clause}' ${breach.reason}`, hint: breach.hint };
  }
  return undefined;
}

function clauseBreach(operator: string, version: string): { reason: string; hint: string } | undefined {
  const { release, any, local = "" } = VERSION.exec(version)?.groups ?? {};
  if (release === undefined)
    return { reason: "does not name a version of PEP 440", hint: "Write one like '2.1.0', '2.1rc1' or '2.1+cpu'." };
  const plain = version.slice(0, version.length - (any ?? local).length);
  if (any !== undefined && operator !== "==" && operator !== "!=")
    return { reason: "has a '*', which only == and != take", hint: `Write '==${version}', or '${operator}${plain}'.` };
  if (operator === "~=" && !release.includes("."))
    return {
      reason: "says too little: ~= keeps all parts of a version but its last",
      hint: `Write '~=${release}.0', or '>=${plain}'.`,
    };
  if (local !== "" && !["==", "===", "!="].includes(operator))
    return { reason: "has a local version, which has no order", hint: `Write '${operator}${plain}'.` };
  return undefined;
}
