import { describe, expect, it } from "vitest";
import type { PackageContents } from "../package/package-contents.ts";
import type { Effect } from "./effect.ts";
import { effectsOf } from "./package-effects.ts";

const holding = (...info: [name: string, text: string][]): PackageContents => ({
  control: "",
  info: info.map(([name, text]) => ({ name, text, mode: 0o755 })),
  files: [],
});
const WHEN =
  'if [ "$1" = "configure" ] || [ "$1" = "abort-upgrade" ] || [ "$1" = "abort-deconfigure" ] || [ "$1" = "abort-remove" ] ; then';
const generated = (by: string, text: string) =>
  `#!/bin/sh\nset -e\n# Automatically added by ${by}/13.11\n${text}\n# End automatically added section\n`;

describe("effectsOf", () => {
  it("finds nothing in a package without scripts, and in what only an upgrade needs", () => {
    expect(effectsOf("a", holding(["md5sums", "x"]))).toEqual([]);
    const text = generated("dh_installdeb", 'dpkg-maintscript-helper rm_conffile /etc/a 1.2\\~ a -- "$@"');
    expect(effectsOf("a", holding(["preinst", text], ["postinst", text]))).toEqual([]);
  });

  it("reads what debhelper writes", () => {
    const init = `${WHEN}\n\tif [ -z "\${DPKG_ROOT:-}" ] && [ -x "/etc/init.d/a" ]; then\n\t\tupdate-rc.d a defaults >/dev/null\n\t\tinvoke-rc.d --skip-systemd-native a restart || exit 1\n\tfi\nfi`;
    expect(effectsOf("a", holding(["postinst", generated("dh_installinit", init)]))).toEqual([
      { do: "start links", script: "a" },
    ]);
    const alternative = `${WHEN.replace(" ;", ";")}\n\tupdate-alternatives --install /usr/bin/vi vi /usr/bin/a 15 \\\n\t\t--slave /usr/share/vi vi.1 /usr/share/a\nfi`;
    expect(effectsOf("a", holding(["postinst", generated("dh_installalternatives", alternative)]))).toMatchObject([
      { do: "alternative", alternative: { name: "vi", path: "/usr/bin/a", priority: 15, slaves: [{ name: "vi.1" }] } },
    ]);
  });

  const enabled = "deb-systemd-helper --quiet was-enabled 'a.service'";
  it.each<[by: string, script: string, text: string, effects: Effect[]]>([
    [
      "dh_installinit",
      "preinst",
      'if [ "$1" = "install" ] && [ -n "$2" ] && [ -e "/etc/init.d/a" ] ; then\n\tchmod +x "/etc/init.d/a" >/dev/null || true\nfi',
      [],
    ],
    [
      "dh_installsystemd",
      "postinst",
      `${WHEN}\n\tif [ -d /run/systemd/system ]; then\n\t\tsystemctl --system daemon-reload >/dev/null || true\n\t\tdeb-systemd-invoke start 'a.service' 'b.timer' >/dev/null || true\n\tfi\nfi`,
      [],
    ],
    [
      "dh_installsystemd",
      "postinst",
      `${WHEN}\n\tif deb-systemd-helper debian-installed 'a.service'; then\n\t\tdeb-systemd-helper unmask 'a.service' >/dev/null || true\n\t\tif ${enabled}; then\n\t\t\tdeb-systemd-helper enable 'a.service' >/dev/null || true\n\t\tfi\n\tfi\n\tdeb-systemd-helper update-state 'a.service' >/dev/null || true\nfi`,
      [{ do: "unit", unit: "a.service", of: "system" }],
    ],
    [
      "dh_installmenu",
      "postinst",
      'if [ "$1" = "configure" ] && [ -x "`command -v update-menus`" ]; then\n\tupdate-menus\nfi',
      [{ do: "nothing without", program: "update-menus" }],
    ],
    [
      "dh_icons",
      "postinst",
      `${WHEN}\n\tif command -v update-icon-caches >/dev/null; then\n\t\tupdate-icon-caches /usr/share/icons/hicolor\n\tfi\nfi`,
      [{ do: "nothing without", program: "update-icon-caches" }],
    ],
  ])("reads the part of %s in a %s", (by, script, text, effects) => {
    expect(effectsOf("a", holding([script, generated(by, text)]))).toEqual(effects);
    const other = generated(by, text.replace("a", "a; reboot"));
    expect(() => effectsOf("a", holding([script, other]))).toThrow("only a container can run");
  });

  it("reads what later versions of debhelper write", () => {
    const init = `${WHEN}\n\tif [ -z "$DPKG_ROOT" ] && [ -x "/etc/init.d/a" ]; then\n\t\tupdate-rc.d a defaults >/dev/null\n\tfi\nfi`;
    expect(effectsOf("a", holding(["postinst", generated("dh_installinit", init)]))).toEqual([
      { do: "start links", script: "a" },
    ]);
    const user = `${WHEN}\n\tif [ -z "$DPKG_ROOT" ] ; then\n\t\tdeb-systemd-helper --user unmask 'a.socket' >/dev/null || true\n\t\tif deb-systemd-helper --quiet --user was-enabled 'a.socket' ; then\n\t\t\tdeb-systemd-helper --user enable 'a.socket' >/dev/null || true\n\t\telse\n\t\t\tdeb-systemd-helper --user update-state 'a.socket' >/dev/null || true\n\t\tfi\n\tfi\nfi`;
    expect(effectsOf("a", holding(["postinst", generated("dh_installsystemduser", user)]))).toEqual([
      { do: "unit", unit: "a.socket", of: "user" },
    ]);
    const made = `${WHEN}\n\tif [ -x "$(command -v systemd-tmpfiles)" ]; then\n\t\tsystemd-tmpfiles \${DPKG_ROOT:+--root="$DPKG_ROOT"} --create a.conf || true\n\tfi\nfi`;
    expect(effectsOf("a", holding(["postinst", generated("dh_installtmpfiles", made)]))).toEqual([
      { do: "nothing without", program: "systemd-tmpfiles" },
    ]);
  });

  it("knows a script written by hand whatever its comments, and hands on one that was changed by a word", () => {
    const less = `#! /bin/sh
set -e
# A comment of ours.
case "$1" in
  configure)
    update-alternatives --quiet --install /usr/bin/pager pager \\
      /usr/bin/less 77 --slave /usr/share/man/man1/pager.1.gz \\
      pager.1.gz /usr/share/man/man1/less.1.gz
  ;;

  abort-upgrade|abort-remove|abort-deconfigure)
  ;;

  *)
    echo "postinst called with unknown argument \\\`$1'" >&2
    exit 0
  ;;
esac
exit 0
`;
    expect(effectsOf("less", holding(["postinst", less]))).toMatchObject([
      { do: "alternative", alternative: { priority: 77 } },
    ]);
    expect(() => effectsOf("less", holding(["postinst", less.replace("77", "78")]))).toThrow(
      "less has a postinst script that only a container can run",
    );
  });

  it.each([
    ["dh_installdeb", 'dpkg-maintscript-helper rm_conffile /etc/a 1 -- "$@"; rm -rf /'],
    ["dh_installdeb", 'dpkg-maintscript-helper rm_conffile $(curl x.test) -- "$@"'],
    ["dh_python3", "py3compile -p a"],
    ["dh_installtmpfiles", `${WHEN}\n\tsystemd-tmpfiles --create a.conf || true\nfi`],
    ["dh_installalternatives", `${WHEN}\n\tupdate-alternatives --install /a a /b 1; reboot\nfi`],
  ])("hands on a part by %s of another form", (by, text) => {
    expect(() => effectsOf("a", holding(["postinst", generated(by, text)]))).toThrow(
      expect.objectContaining({ code: "E_UNSUPPORTED" }),
    );
  });
});
