import { readInstall } from "../formats/alternatives.ts";
import type { Effect } from "./effect.ts";
import type { GeneratedPart } from "./maintainer-script.ts";

/** The condition under which most parts act: the package is being configured. */
const WHEN = String.raw`if \[ "\$1" = "configure" \] \|\| \[ "\$1" = "abort-upgrade" \] \|\| \[ "\$1" = "abort-deconfigure" \] \|\| \[ "\$1" = "abort-remove" \] ?; then\n`;
/** The name of a unit or of an init script. */
const NAME = String.raw`([\w@.+-]+)`;
/** The condition that dpkg installs into the system that it runs in. */
const ROOT = String.raw`\[ -z "\$(?:\{DPKG_ROOT:-\}|DPKG_ROOT)" \]`;

/**
 * The forms of debhelper's parts, each with its effects where no systemd runs and the package was not installed before.
 * A part has to match the whole text of a form.
 */
const FORMS: readonly { by: string; text: RegExp | string; effects: (...names: string[]) => Effect[] }[] = [
  {
    // All of these act on an earlier version of the package alone.
    by: "dh_installdeb",
    text: /^(dpkg-maintscript-helper (rm_conffile|mv_conffile|symlink_to_dir|dir_to_symlink) [^\n;&|$`]* -- "\$@"(\n|$))+$/,
    effects: () => [],
  },
  {
    by: "dh_installinit",
    text: String.raw`^if \[ "\$1" = "install" \] && \[ -n "\$2" \] && \[ -e "/etc/init\.d/${NAME}" \] ?; then\n\tchmod \+x "/etc/init\.d/\1" >/dev/null \|\| true\nfi$`,
    effects: () => [],
  },
  {
    by: "dh_installinit",
    text: String.raw`^${WHEN}\tif (?:${ROOT} && )?\[ -x "/etc/init\.d/${NAME}" \]; then\n\t\tupdate-rc\.d \1 defaults >/dev/null(?: \|\| exit 1)?\n(?:\t\tif \[ -n "\$2" \]; then\n\t\t\t_dh_action=restart\n\t\telse\n\t\t\t_dh_action=start\n\t\tfi\n)?(?:\t\tinvoke-rc\.d --skip-systemd-native \1 (?:\$_dh_action|restart|start) \|\| exit 1\n)?\tfi\nfi$`,
    effects: (script) => [{ do: "start links", script }],
  },
  {
    by: "dh_installsystemd",
    text: String.raw`^${WHEN}\tif \[ -d /run/systemd/system \]; then\n\t\tsystemctl --system daemon-reload >/dev/null \|\| true\n(?:\t\tif \[ -n "\$2" \]; then\n\t\t\t_dh_action=restart\n\t\telse\n\t\t\t_dh_action=start\n\t\tfi\n)?\t\tdeb-systemd-invoke (?:\$_dh_action|start|restart) (?:'[\w@.+-]+' ?)+>/dev/null \|\| true\n\tfi\nfi$`,
    effects: () => [],
  },
  {
    by: "dh_installsystemd",
    text: String.raw`^${WHEN}\tif deb-systemd-helper debian-installed '${NAME}'; then\n\t\tdeb-systemd-helper unmask '\1' >/dev/null \|\| true\n\t\tif deb-systemd-helper --quiet was-enabled '\1'; then\n\t\t\tdeb-systemd-helper enable '\1' >/dev/null \|\| true\n\t\tfi\n\tfi\n\tdeb-systemd-helper update-state '\1' >/dev/null \|\| true\nfi$`,
    // The first time debian-installed is false, so only update-state acts: it writes the state of a unit not enabled.
    effects: (unit) => [{ do: "unit", unit, of: "system" }],
  },
  {
    by: "dh_installsystemduser",
    text: String.raw`^${WHEN}\tif ${ROOT} ?; then\n\t\tdeb-systemd-helper --user unmask '${NAME}' >/dev/null \|\| true\n\t\tif deb-systemd-helper --quiet --user was-enabled '\1' ?; then\n\t\t\tdeb-systemd-helper --user enable '\1' >/dev/null \|\| true\n\t\telse\n\t\t\tdeb-systemd-helper --user update-state '\1' >/dev/null \|\| true\n\t\tfi\n\tfi\nfi$`,
    effects: (unit) => [{ do: "unit", unit, of: "user" }],
  },
  {
    by: "dh_installtmpfiles",
    text: String.raw`^${WHEN}\tif \[ -x "\$\(command -v systemd-tmpfiles\)" \]; then\n\t\tsystemd-tmpfiles \$\{DPKG_ROOT:\+--root="\$DPKG_ROOT"\} --create (?:[\w@.+-]+ )+\|\| true\n\tfi\nfi$`,
    effects: () => [{ do: "nothing without", program: "systemd-tmpfiles" }],
  },
  {
    by: "dh_installmenu",
    text: /^if \[ "\$1" = "configure" \] && \[ -x "`command -v update-menus`" \].*; then\n\tupdate-menus\nfi$/,
    effects: () => [{ do: "nothing without", program: "update-menus" }],
  },
  {
    by: "dh_icons",
    text: String.raw`^${WHEN}\tif command -v update-icon-caches >/dev/null; then\n\t\tupdate-icon-caches [^\n;&|$]+\n\tfi\nfi$`,
    effects: () => [{ do: "nothing without", program: "update-icon-caches" }],
  },
];

const ALTERNATIVES = new RegExp(String.raw`^${WHEN}((?:\s+update-alternatives --install (?:[^\n;&|$]|\\\n)+\n)+)fi$`);

/** What a part does; undefined where its form is not known. */
export function generatedEffects({ by, text }: GeneratedPart): Effect[] | undefined {
  if (by === "dh_installalternatives") {
    const commands = ALTERNATIVES.exec(text)?.[1]?.replaceAll("\\\n", " ").split("\n");
    return commands
      ?.filter((command) => command.trim() !== "")
      .map((command) => ({ do: "alternative", alternative: readInstall(command) }));
  }
  for (const form of FORMS) {
    const match = form.by === by ? new RegExp(form.text).exec(text) : null;
    if (match) return form.effects(...match.slice(1).map((name) => name ?? ""));
  }
  return undefined;
}
