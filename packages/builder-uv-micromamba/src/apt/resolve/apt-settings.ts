import { handedOn } from "../system/handed-on.ts";
import { saysNo } from "./says-no.ts";

/** Settings that have no influence on what an installation leaves behind. */
const HARMLESS = [
  /^apt::(neverautoremove|never-markauto-sections|move-autobit-sections|versionedkernelpackages|autoremove)\b/,
  /^apt::install-recommends$/,
  /^acquire::(gzipindexes|languages|retries|compressiontypes)\b/,
  /^acquire::(http|https)::(timeout|pipeline-depth)$/,
  /^dir::cache::(srcpkgcache|pkgcache)$/,
  /^apt::get::assume-yes$/,
];
/** Hooks that need not be run: those of official images, which clean up, and debconf's, whose questions are planned. */
const HOOKS = [
  /^rm -f (\/var\/cache\/apt\/(archives\/(partial\/)?\*\.deb|\*\.bin) ?)+\|\| true$/,
  /^\/usr\/sbin\/dpkg-preconfigure --apt \|\| true$/,
];

/** The settings of a base's apt.conf that are kept. */
export interface AptSettings {
  /** Whether apt refuses an index that is past its own Valid-Until. */
  checkValidUntil: boolean;
}

/**
 * Reads the apt.conf(5) files of a base.
 *
 * @throws ImageSpecError E_UNSUPPORTED for a setting whose effect is not known to be none.
 */
export function aptSettings(files: readonly { path: string; text: string }[]): AptSettings {
  const settings: AptSettings = { checkValidUntil: true };
  for (const { path, text } of files)
    for (const [name, value] of flatten(text, `/${path}`)) {
      const key = name.toLowerCase();
      if (key === "acquire::check-valid-until") settings.checkValidUntil = !saysNo(value);
      else if (/^(dpkg::(post-invoke|pre-install-pkgs)|apt::update::post-invoke)(::|$)/.test(key)) {
        if (!HOOKS.some((hook) => hook.test(value.trim())))
          throw handedOn(`/${path} hangs a command into apt that is not known here: ${value.slice(0, 80)}`);
      } else if (key === "apt::install-suggests" && saysNo(value)) continue;
      else if (!HARMLESS.some((pattern) => pattern.test(key)))
        throw handedOn(`/${path} sets ${name}, whose effect is not known here`);
    }
  return settings;
}

/** The settings of a file, with their names in full: `A { B "c"; };` is `A::B` with the value `c`. */
function flatten(text: string, file: string): [string, string][] {
  const tokens = text.matchAll(/\/\/.*|#.*|\/\*[\s\S]*?\*\/|"((?:[^"\\]|\\.)*)"|([{};])|([^\s"{};]+)/g);
  const found: [string, string][] = [];
  const scopes: string[] = [];
  let words: { text: string; quoted: boolean }[] = [];
  const name = (last: string) => [...scopes, last].filter((part) => part !== "").join("::");
  for (const [whole, quoted, mark, word] of tokens) {
    if (quoted !== undefined) words.push({ text: quoted, quoted: true });
    else if (word !== undefined && !whole.startsWith("//") && !whole.startsWith("#"))
      words.push({ text: word, quoted: false });
    else if (mark === "{") {
      scopes.push(words.map((part) => part.text).join(""));
      words = [];
    } else if (mark === "}") {
      if (words.length > 0 || scopes.pop() === undefined) throw handedOn(`${file} cannot be read`);
    } else if (mark === ";" && words.length > 0) {
      const [first, ...rest] = words;
      if (first === undefined) continue;
      found.push(
        first.quoted
          ? [name(""), first.text]
          : [name(first.text.replace(/::$/, "")), rest.map((part) => part.text).join(" ")],
      );
      words = [];
    }
  }
  if (scopes.length > 0 || words.length > 0) throw handedOn(`${file} cannot be read`);
  return found;
}
