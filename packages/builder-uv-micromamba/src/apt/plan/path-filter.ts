import { handedOn } from "../system/handed-on.ts";

interface Rule {
  include: boolean;
  glob: string;
  matches: RegExp;
}

/** Whether the base excludes a package's path, which begins with a slash. */
export type PathFilter = (path: string, type: "file" | "folder or link") => boolean;

/**
 * The rules `path-exclude` and `path-include` in a base's dpkg.cfg (dpkg.cfg(5)). The last rule that matches counts. An
 * excluded folder stays where a `path-include` may apply to something below it.
 *
 * @throws ImageSpecError E_UNSUPPORTED for another option that changes what is installed.
 */
export function pathFilter(files: readonly { path: string; text: string }[]): PathFilter {
  const rules: Rule[] = [];
  for (const { path, text } of files)
    for (const raw of text.split("\n")) {
      const line = raw.trim();
      if (line === "" || line.startsWith("#")) continue;
      const [, option, value = ""] = /^(?:--)?([a-z-]+)(?:[\s=]+(.*))?$/.exec(line) ?? [];
      const glob = value.replace(/^"(.*)"$/, "$1");
      if (option === "path-exclude" || option === "path-include")
        rules.push({ include: option === "path-include", glob, matches: globExpression(glob) });
      else if (!["no-debsig", "log", "force-unsafe-io", "force-confold", "force-confdef"].includes(option ?? ""))
        throw handedOn(`/${path} sets ${option ?? line}, whose effect is not known here`);
    }
  return (path, type) => {
    const last = rules.findLast(({ matches }) => matches.test(path));
    if (last === undefined || last.include) return false;
    if (type === "file") return true;
    const broughtBack = rules.some(({ include, glob }) => {
      const fixed = glob.slice(0, glob.search(/[*?[\\]|$/)).replace(/\/+$/, "");
      return include && path.startsWith(fixed);
    });
    return !broughtBack;
  };
}

/** A pattern of fnmatch(3) without flags: `*` and `?` match a slash as well. */
function globExpression(glob: string): RegExp {
  const parts = glob.split(/(\*|\?|\[[!^]?\]?[^\]]*\])/).map((part, at) => {
    if (at % 2 === 0) return part.replaceAll(/[\\^$.+()[\]{}|/]/g, "\\$&");
    if (part === "*") return ".*";
    return part === "?" ? "." : part.replace(/^\[!/, "[^");
  });
  return new RegExp(`^${parts.join("")}$`, "s");
}
