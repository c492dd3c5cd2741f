import type { PackageEffects } from "../maintainer-scripts/package-effects.ts";
import { handedOn } from "../system/handed-on.ts";

/** The package's list of the locales that glibc supports. */
const SUPPORTED_LOCALES = "usr/share/i18n/SUPPORTED";

const HEAD = `# This file lists locales that you wish to have built. You can find a list
# of valid supported locales at /usr/share/i18n/SUPPORTED, and you can add
# user defined locales to /usr/local/share/i18n/SUPPORTED. If you change
# this file, you need to rerun locale-gen.


`;

/**
 * The text of /etc/locale.gen as the scripts of `locales` write it where no locale is chosen: all of them as comments,
 * sorted by bytes.
 *
 * @throws ImageSpecError E_UNSUPPORTED for a package without the list.
 */
export function localesToGenerate({ contents, package: subject }: PackageEffects): string {
  const text = contents.files.find(({ path }) => path === SUPPORTED_LOCALES)?.text;
  if (text === undefined) throw handedOn(`${subject} lists locales of /${SUPPORTED_LOCALES}, which it does not hold`);
  const names = text.split("\n").flatMap((line) => (/^[a-zA-Z]/.test(line) ? [line.replace(/ *$/, "")] : []));
  return (
    HEAD +
    [...new Set(names)]
      .sort()
      .map((name) => `# ${name}\n`)
      .join("")
  );
}
