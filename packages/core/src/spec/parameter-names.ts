/** `source_root` -> `sourceRoot`. */
export function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** What to do about a name that nobody knows: write the one that it most likely means, else `otherwise`. */
export function spellingHint(name: string, known: readonly string[], otherwise: string): string {
  const nearest = nearestName(name, known);
  return nearest === undefined ? otherwise : `Write '${nearest}' if you mean that.`;
}

/** What other tools and files call what parameters are for, in small letters alone. */
const ELSEWHERE: ReadonlyMap<string, readonly string[]> = new Map([
  ["packages", ["dependencies", "pip", "pippackages", "pythonpackages", "pypi", "install", "libraries"]],
  ["aptPackages", ["apt", "aptget", "systempackages", "debpackages", "ospackages"]],
  ["condaPackages", ["conda", "condadependencies", "condadeps"]],
  ["condaChannels", ["channels"]],
  ["baseImage", ["from", "image", "base", "parent", "parentimage"]],
  ["pythonVersion", ["python", "requirespython"]],
  ["commands", ["run", "script", "runcommands", "postinstall"]],
  ["entrypoint", ["cmd"]],
  ["env", ["environment", "environ", "envs", "variables", "environmentvariables"]],
  ["copy", ["files", "add", "copyfiles", "include"]],
  ["sourceRoot", ["source", "sources", "src", "sourcedir", "contextdir", "context"]],
  ["platform", ["arch", "architecture", "platforms"]],
  ["pipSecretMounts", ["secrets", "secretmounts"]],
  ["pipIndex", ["index", "indexurl", "pipindexurl"]],
  ["pipExtraIndexUrl", ["extraindexurl", "extraindexurls", "pipextraindexurls"]],
  ["cuda", ["cudaversion"]],
]);

/** What to do about a parameter that does not exist: write the one that it stands for or most likely means. */
export function parameterHint(name: string, known: readonly string[]): string {
  const plain = name.toLowerCase().replaceAll(/[-_ ]/g, "");
  const [meant] = [...ELSEWHERE].find(([, words]) => words.includes(plain)) ?? [];
  if (meant !== undefined && known.includes(meant)) return `Write '${meant}' if you mean that.`;
  return spellingHint(name, known, `Use one of ${known.join(", ")}.`);
}

/** The name that a misspelt one most likely means: at most a third of its letters differ. */
function nearestName(name: string, known: readonly string[]): string | undefined {
  const wanted = camelCase(name).toLowerCase().replaceAll(/[-_]/g, "");
  let best: { name: string; distance: number } | undefined;
  for (const candidate of known) {
    const distance = editDistance(wanted, candidate.toLowerCase());
    if (distance <= Math.max(1, candidate.length / 3) && (!best || distance < best.distance))
      best = { name: candidate, distance };
  }
  return best?.name;
}

/** Levenshtein distance, one row at a time. */
function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++) {
      const change = left[i - 1] === right[j - 1] ? 0 : 1;
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + change));
    }
    row = next;
  }
  return row[right.length] ?? 0;
}
