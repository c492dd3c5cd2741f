import type { Effect } from "./effect.ts";
import {
  CERTIFICATE_QUESTIONS,
  FONT_ANSWERS,
  fontLinks,
  LOCALE_QUESTIONS,
  localeFiles,
  NETWORKS,
  SSH_AGENT,
} from "./shared-effects.ts";
import { alternative, type ScriptEffects, writtenScripts } from "./written-script.ts";

const DEFAULT_LOCALE = "locales/default_environment_locale";
const READLINE = ["libhistory.so.8", "libhistory.so.8.2", "libreadline.so.8", "libreadline.so.8.2"];

/** What scripts do when their package is installed for the first time, by package and script. */
const EFFECTS = {
  "ca-certificates.config": CERTIFICATE_QUESTIONS,
  "libglib2.0-0t64.postinst": (machine) => [{ do: "folder", path: `/usr/lib/${machine}/gio/modules`, mode: 0o755 }],
  "libreadline8t64.preinst": (machine) =>
    READLINE.map((name): Effect => {
      const path = `/lib/${machine}/${name}`;
      return { do: "diversion", path, to: `${path}.usr-is-merged` };
    }),
  // By way of mysql-common's configure-symlinks, after which it finds its own alternative to be the first.
  "mariadb-common.postinst": [alternative("/etc/mysql/my.cnf my.cnf /etc/mysql/mariadb.cnf 200")],
  "netbase.postinst": [NETWORKS],
  "openssh-client.postinst": SSH_AGENT,
  // Once it is unpacked the package has linked 10-sub-pixel-none.conf itself.
  "fontconfig-config.config": [
    { do: "debconf", answers: { ...FONT_ANSWERS, "fontconfig/subpixel_rendering": "Never" }, askedFirst: FONT_ANSWERS },
  ],
  "fontconfig-config.postinst": [
    ...fontLinks("10-hinting-slight.conf", "70-no-bitmaps-except-emoji.conf"),
    // It gives the folder to a group where this file says so.
    { do: "nothing beside", path: "/etc/staff-group-for-usr-local" },
    { do: "folder", path: "/usr/local/share/fonts", mode: 0o755 },
  ],
  // It removes an alternative of an earlier version, which led to prename.
  "perl.postinst": [{ do: "nothing without", program: "prename" }],
  "pkgconf-bin.postinst": [{ do: "folder", path: "/usr/lib/pkgconfig", mode: 0o755 }],
  "locales.config": [
    {
      ...LOCALE_QUESTIONS,
      answers: { ...LOCALE_QUESTIONS.answers, [DEFAULT_LOCALE]: "None" },
      askedFirst: { ...LOCALE_QUESTIONS.askedFirst, [DEFAULT_LOCALE]: "None" },
      variables: { ...LOCALE_QUESTIONS.variables, [DEFAULT_LOCALE]: { name: "locales", value: "" } },
    },
  ],
  "locales.postinst": [
    ...localeFiles("/etc/locale.conf", "/etc/default/locale"),
    { do: "link", path: "/etc/default/locale", link: "../locale.conf" },
  ],
} satisfies ScriptEffects;

/** Scripts of Debian 13 that differ from those of Debian 12. */
export const TRIXIE_SCRIPTS = writtenScripts(EFFECTS, {
  "adduser.preinst": "bcb28d0a0d91c05c749cc40b3f58a7b73939409dcb19e325fd91fd7823723c1f",
  "binutils.preinst": "182fdca39e76a6340bf7823df147fd0dd5bc41f543e37c6e0752c0ff32cd4547",
  "libgcrypt20.postinst": {
    "x86_64-linux-gnu": "d2797777a1b8cce8a9570502af9ce734ad184b364135e9beafb18ff4e847e490",
    "aarch64-linux-gnu": "499510a79a0d622a286a3de2f6fc1bea40c044ae7b316ff68ce16a2e271ea3c8",
  },
  "ca-certificates.config": "0a8f3d51d335d9d23aea00234dd3815a646b6eabf35c3ee1c90a85a9e6bdf1c2",
  // It looks for what libglib2.0-0 left behind when it was removed, and a base with such remains is handed on.
  "libglib2.0-0t64.preinst": "fa7170c915b6fa4d95641ed3ebcc49cea6feb51ae992ac621533160ff615001b",
  "libglib2.0-0t64.postinst": {
    "x86_64-linux-gnu": "97e7da989fc9fe1942c4a38cb63c4524eaeb0bd8d1ac518d5a8dcd187b2b2851",
    "aarch64-linux-gnu": "abbb5c9d4b734ccf4f6b2a7a849de15cf10ff7e2ab4b793a13bdc16f91cde891",
  },
  "libreadline8t64.preinst": {
    "x86_64-linux-gnu": "692501bb532ed265de76b4b5e35647f4c0635fadf9543953dc811f8d258f4c71",
    "aarch64-linux-gnu": "8f5055c133d376b9ffb8dfbe9324480b22972dfa61ceef3179208937c4be87ab",
  },
  "mariadb-common.preinst": "e2d346fe0e7c8240aca923f9b0cdc8da21bd7c7c3fb9bb26b67f7547e835a516",
  "mariadb-common.postinst": "be38d6179fb6b4852874ec2187d6eaccf53cc70a62a41ecfd9e0b87895f5ff64",
  "netbase.postinst": "6791b255b66e947d7eea28a245ea4c930788f76c06a43be3a8538ff47ae7bca7",
  "openssh-client.postinst": "dd04cbe4bcaddbb5b3e4902ebde2d4083c329d29d65fe4b2536924305b49b815",
  "fontconfig-config.config": "59e09d2ab1ce45c373e51814e215d885ea8156bb3cc6f6c03a8823b2f75df981",
  "fontconfig-config.postinst": "a9371ab54e9fd77ff2a0d5410c68a32f7d599cf0754a0c6d9d5c83a857778729",
  "perl.postinst": "ec77c9375d10c646865bdd927fdb7d9655779cb985548bb458469018986a1165",
  "pkgconf-bin.postinst": "778dd6cb8ccd7bc05255ba2a819bbe31e1e7048bd5375938bc2c88c7c8c20b89",
  "locales.config": "34c40fcc81b4c8e3f477d34436518c92ff92d7cd3042211d66073cc1670d9f14",
  "locales.postinst": "25a6f894ae5e22744c630aef3b4686d1b4f5870d5595bf751415ff05f52fc67a",
  // Its own part answers triggers alone.
  "procps.postinst": "63a3eae8ed949aeb3c96dd8771e49af34c7d957f882b9f586c0bdbd148497206",
});
