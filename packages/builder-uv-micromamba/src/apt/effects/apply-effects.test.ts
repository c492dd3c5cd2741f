import { describe, expect, it } from "vitest";
import { OF_BYTES, SUBJECT_HASH } from "../fixtures/certificates.ts";
import { type BaseFile, debianBase } from "../fixtures/debian-base.ts";
import { readInstall } from "../formats/alternatives.ts";
import type { Effect } from "../maintainer-scripts/effect.ts";
import type { PackageFile } from "../package/package-contents.ts";
import { applyEffects } from "./apply-effects.ts";

const held = (path: string, text?: string): PackageFile => ({
  path,
  type: "file",
  mode: 0o644,
  uid: 0,
  gid: 0,
  owner: ["root", "root"],
  size: text?.length ?? 1,
  text,
});

async function applied(
  effects: Effect[],
  {
    base = {},
    files = [],
    control = "",
    templates = "",
    config = "",
  }: {
    base?: Record<string, BaseFile>;
    files?: PackageFile[];
    control?: string;
    templates?: string;
    config?: string;
  } = {},
) {
  const info = [
    { name: "templates", text: templates, mode: 0o644 },
    { name: "config", text: config, mode: 0o755 },
  ];
  const { plan } = debianBase(base);
  for (const { path, mode, size } of files)
    await plan.add(path, { type: "file", mode, uid: 0, gid: 0, size, from: { package: 0, path } }, "demo");
  const before = new Set(plan.planned.keys());
  await applyEffects([{ package: "demo", at: 0, contents: { control, info, files }, effects }], plan);
  const made = [...plan.planned].filter(([path]) => !before.has(path));
  return { plan, made: Object.fromEntries(made.map(([path, { text, link, mode }]) => [path, text ?? link ?? mode])) };
}

describe("applyEffects", () => {
  it("makes files, folders and copies, where nothing is yet", async () => {
    const effects: Effect[] = [
      { do: "folder", path: "/etc/demo", mode: 0o750 },
      { do: "file", path: "/etc/demo/a", text: "a\n", mode: 0o600 },
      { do: "file", path: "/etc/kept", text: "new\n", mode: 0o644 },
      { do: "copy", from: "/usr/share/demo/conf", path: "/etc/demo.conf" },
    ];
    const { made, plan } = await applied(effects, {
      base: { "etc/kept": "old\n" },
      files: [held("usr/share/demo/conf")],
    });
    expect(made).toEqual({ "etc/demo": 0o750, "etc/demo/a": "a\n", "etc/demo.conf": 0o644 });
    expect(plan.planned.get("etc/demo.conf")?.from).toEqual({ package: 0, path: "usr/share/demo/conf" });
  });

  it("keeps dpkg's list of diversions as dpkg does, with a copy of it as it was before the last", async () => {
    const path = "var/lib/dpkg/diversions";
    const before = "/lib32\n/.lib32.usr-is-merged\nbase-files\n";
    const effects = ["/lib/a", "/lib/b"].map((one): Effect => ({ do: "diversion", path: one, to: `${one}.kept` }));
    const { made } = await applied(effects, { base: { [path]: before } });
    const lines = (text: unknown) => String(text).split("\n").sort();
    const [a, b] = ["/lib/a\n/lib/a.kept\ndemo\n", "/lib/b\n/lib/b.kept\ndemo\n"];
    expect(lines(made[`${path}-old`])).toEqual(lines(before + a));
    expect(lines(made[path])).toEqual(lines(before + a + b));
  });

  it("hands on a script that looks for a file which the base has", async () => {
    const effect: Effect = { do: "nothing beside", path: "/etc/heeded" };
    expect((await applied([effect])).made).toEqual({});
    await expect(applied([effect], { base: { "etc/heeded": "" } })).rejects.toThrow("demo heeds /etc/heeded");
    const line: Effect = { ...effect, line: "LANG=" };
    expect((await applied([line], { base: { "etc/heeded": "# LANG=C\n" } })).made).toEqual({});
    await expect(applied([line], { base: { "etc/heeded": "A=b\nLANG=C\n" } })).rejects.toThrow(
      "demo heeds /etc/heeded",
    );
  });

  it("adds a system group by the first free number from 100, once", async () => {
    const base = { "etc/group": "root:x:0:\nusers:x:100:\n_ssh:x:101:\n", "etc/gshadow": "root:*::\n" };
    const { made, plan } = await applied([{ do: "system group", name: "demo" }], {
      base,
    });
    expect(made["etc/group"]).toBe(`${base["etc/group"]}demo:x:102:\n`);
    expect(made["etc/group-"]).toBe(base["etc/group"]);
    expect(made["etc/gshadow"]).toBe("root:*::\ndemo:!::\n");
    expect(plan.planned.has("run/adduser")).toBe(true);
    expect((await applied([{ do: "system group", name: "_ssh" }], { base })).made).toEqual({});
  });

  it("makes a folder for a group, and puts a link in the place of another", async () => {
    const { plan } = await applied(
      [
        { do: "folder", path: "/srv/fonts", mode: 0o2775, group: "staff" },
        { do: "link", path: "/etc/conf.d/a.conf", link: "/usr/share/new" },
      ],
      { base: { "etc/group": "root:x:0:\nstaff:x:50:\n", "etc/conf.d/a.conf": { link: "/usr/share/old" } } },
    );
    expect(plan.planned.get("srv/fonts")).toMatchObject({ mode: 0o2775, uid: 0, gid: 50 });
    expect(plan.planned.get("etc/conf.d/a.conf")).toMatchObject({ type: "symlink", link: "/usr/share/new" });
    await expect(applied([{ do: "folder", path: "/srv", mode: 0o755, group: "nobody-s" }])).rejects.toThrow(
      "demo makes /srv for the group nobody-s",
    );
  });

  it("writes what a program lists of a version beside the file it lists, and hands on another version", async () => {
    const effect: Effect = {
      do: "file beside",
      file: "core.so.6",
      name: "config",
      versions: ["2.4-7", "2.5-1"],
      text: "core\n",
    };
    const files = [held("usr/lib/MACHINE/demo/core.so.6")];
    for (const version of ["2.4-7", "2.4-7+deb12u1", "2.5-1"])
      expect((await applied([effect], { files, control: `Package: demo\nVersion: ${version}\n` })).made).toEqual({
        "usr/lib/MACHINE/demo/config": "core\n",
      });
    await expect(applied([effect], { files, control: "Version: 2.6-1\n" })).rejects.toThrow(
      "demo 2.6-1 writes config by a script that only a container can run",
    );
  });

  it("answers a package's questions in debconf's databases, where those are as they should be", async () => {
    const databases = ["config", "templates"].map((name) => `var/cache/debconf/${name}.dat`);
    const base = Object.fromEntries(databases.map((path) => [path, "Name: a/a\nOwners: a\n\n"]));
    const effect: Effect = { do: "debconf", answers: { "demo/a": "yes" } };
    const templates = "Template: demo/a\nType: string\n";
    const { made } = await applied([effect], { base, templates });
    expect(made["var/cache/debconf/config.dat"]).toMatch(
      /\n\nName: demo\/a\nTemplate: demo\/a\nValue: yes\nOwners: demo\n\n$/,
    );
    expect(made["var/cache/debconf/templates.dat"]).toMatch(/\n\nName: demo\/a\nType: string\nOwners: demo\/a\n\n$/);
    expect(made["var/cache/debconf/config.dat-old"]).toBe("Name: a/a\nOwners: a\n\n");
    await expect(applied([effect], { templates })).rejects.toThrow(
      "demo has questions, and /var/cache/debconf/config.dat of the base holds them or is missing",
    );
  });

  it("answers questions twice where apt asks them before it unpacks, and hands on what is not known of that", async () => {
    const base = {
      "var/cache/debconf/config.dat": "Name: a/a\nOwners: a\n\n",
      "var/cache/debconf/templates.dat": "Name: a/a\nOwners: a\n\n",
      "etc/apt/apt.conf.d/70debconf": 'DPkg::Pre-Install-Pkgs {"/usr/sbin/dpkg-preconfigure --apt || true";};\n',
    };
    const templates = "Template: demo/a\nType: string\n";
    const [answers, askedFirst] = [{ "demo/a": "late" }, { "demo/a": "early" }];
    const known: Effect = { do: "debconf", answers, askedFirst, seenFirst: ["demo/a"] };
    for (const program of ["usr/lib/apt/apt-extracttemplates", "usr/bin/apt-extracttemplates"]) {
      const asking = { ...base, [program]: "" };
      const { made } = await applied([known], { base: asking, templates });
      expect(made["var/cache/debconf/config.dat"]).toContain("Name: demo/a\nTemplate: demo/a\nValue: late\n");
      expect(made["var/cache/debconf/config.dat-old"]).toContain("Value: early\nOwners: demo\nFlags: seen\n");
      expect(made["var/cache/debconf/templates.dat-old"]).toBe(made["var/cache/debconf/templates.dat"]);
      expect((await applied([], { base: asking })).made).toEqual({ "var/cache/debconf/tmp.ci": 0o755 });
      await expect(applied([{ do: "debconf", answers }], { base: asking, templates })).rejects.toThrow(
        "demo has questions, and the base image has them asked before it is unpacked",
      );
    }
    const { made } = await applied([known], { base, templates });
    expect(made["var/cache/debconf/config.dat-old"]).not.toContain("demo/a");
  });

  it("lists locales as locale-gen reads them, and puts a script's own list into a question", async () => {
    const list = "usr/share/i18n/SUPPORTED";
    const files = [held(list, "# all\nde_DE.UTF-8 UTF-8 \nde_DE ISO-8859-1\nC.UTF-8 UTF-8\n")];
    const { made } = await applied([{ do: "locale.gen" }], { files });
    expect(made["etc/locale.gen"]).toMatch(
      /locale-gen\.\n\n\n# C\.UTF-8 UTF-8\n# de_DE ISO-8859-1\n# de_DE\.UTF-8 UTF-8\n$/,
    );
    await expect(applied([{ do: "locale.gen" }])).rejects.toThrow("which it does not hold");

    const base = Object.fromEntries(
      ["config", "templates"].map((name) => [`var/cache/debconf/${name}.dat`, "Name: a/a\nOwners: a\n\n"]),
    );
    const effect: Effect = {
      do: "debconf",
      answers: { "demo/a": "" },
      variables: { "demo/a": { name: "choices", value: { listOf: "KNOWN" } } },
    };
    const templates = "Template: demo/a\nType: string\n";
    const asked = await applied([effect], { base, templates, config: '#!/bin/sh\nKNOWN="de_DE\nC\nde_DE\n"\n' });
    expect(asked.made["var/cache/debconf/config.dat"]).toMatch(
      /\n\nName: demo\/a\nTemplate: demo\/a\nValue: \nOwners: demo\nVariables:\n choices = C, de_DE\n\n$/,
    );
    await expect(applied([effect], { base, templates })).rejects.toThrow("without the list KNOWN");
  });

  it("trusts the certificates of a package, beside a folder for those of the machine that is like /usr/local", async () => {
    const files = [held("usr/share/ca-certificates/demo.crt", OF_BYTES)];
    const { made } = await applied([{ do: "certificates" }], { base: { "usr/local": { folder: true } }, files });
    expect(made).toMatchObject({
      "etc/ca-certificates.conf": expect.stringMatching(/\ndemo\.crt\n$/),
      "etc/ssl/certs/ca-certificates.crt": OF_BYTES,
      "etc/ssl/certs/demo.pem": "/usr/share/ca-certificates/demo.crt",
      [`etc/ssl/certs/${SUBJECT_HASH}.0`]: "demo.pem",
      "usr/local/share/ca-certificates": 0o755,
    });
  });

  it("gives a file of the package to a group that was added before", async () => {
    const effects: Effect[] = [
      { do: "system group", name: "demo" },
      { do: "mode", path: "/usr/bin/agent", mode: 0o2755, group: "demo" },
    ];
    const { plan } = await applied(effects, { base: { "etc/group": "root:x:0:\n" }, files: [held("usr/bin/agent")] });
    expect(plan.planned.get("usr/bin/agent")).toMatchObject({ mode: 0o2755, gid: 100 });
    await expect(applied([{ do: "mode", path: "/usr/bin/sh", mode: 0o755, group: "root" }])).rejects.toThrow(
      "demo changes /usr/bin/sh, which it does not hold",
    );
  });

  it("links an alternative, and refuses one whose place is taken by a file", async () => {
    const alternative: Effect = {
      do: "alternative",
      alternative: readInstall("update-alternatives --install /usr/bin/pager pager /usr/bin/demo 10"),
    };
    const files = [held("usr/bin/demo")];
    const { made } = await applied([alternative], { files });
    expect(made).toMatchObject({
      "usr/bin/pager": "/etc/alternatives/pager",
      "etc/alternatives/pager": "/usr/bin/demo",
      "var/lib/dpkg/alternatives/pager": expect.stringContaining("/usr/bin/demo"),
    });
    await expect(applied([alternative], { base: { "usr/bin/pager": "" }, files })).rejects.toThrow(
      "/usr/bin/pager is an alternative (pager), and another file is there",
    );
  });

  it("links an init script in the runlevels of its header", async () => {
    const script = "#!/bin/sh\n# Default-Start:\t2 3\n# Default-Stop: 0\n";
    const { made } = await applied([{ do: "start links", script: "demo" }], {
      files: [held("etc/init.d/demo", script)],
    });
    expect(made).toEqual({
      "etc/rc2.d/S01demo": "../init.d/demo",
      "etc/rc3.d/S01demo": "../init.d/demo",
      "etc/rc0.d/K01demo": "../init.d/demo",
    });
    await expect(applied([{ do: "start links", script: "other" }])).rejects.toThrow("demo starts /etc/init.d/other");
  });

  it("notes a unit, and links one of users", async () => {
    const unit = "[Unit]\n\n[Install]\nWantedBy=timers.target\n";
    const system = await applied([{ do: "unit", unit: "demo.timer", of: "system" }], {
      files: [held("usr/lib/systemd/system/demo.timer", unit)],
    });
    expect(system.made["var/lib/systemd/deb-systemd-helper-enabled/demo.timer.dsh-also"]).toBe(
      "/etc/systemd/system/timers.target.wants/demo.timer\n",
    );
    expect(Object.keys(system.made).some((path) => path.startsWith("etc/"))).toBe(false);
    const user = await applied([{ do: "unit", unit: "demo.timer", of: "user" }], {
      files: [held("usr/lib/systemd/user/demo.timer", unit)],
    });
    expect(user.made["etc/systemd/user/timers.target.wants/demo.timer"]).toBe("/usr/lib/systemd/user/demo.timer");
    const odd = [held("usr/lib/systemd/system/demo.timer", "[Install]\nAlias=x.timer\n")];
    await expect(applied([{ do: "unit", unit: "demo.timer", of: "system" }], { files: odd })).rejects.toThrow(
      "demo enables the unit demo.timer, whose [Install] is not read here",
    );
  });

  it("does nothing for a program that is not there, and hands on where it is", async () => {
    const effect: Effect = { do: "nothing without", program: "update-menus" };
    expect((await applied([effect])).made).toEqual({});
    await expect(applied([effect], { base: { "usr/bin/update-menus": "" } })).rejects.toThrow(
      "demo runs update-menus, which the image has",
    );
  });
});
