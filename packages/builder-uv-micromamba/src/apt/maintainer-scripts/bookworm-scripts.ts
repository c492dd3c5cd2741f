import type { Effect } from "./effect.ts";
import { GRAPHVIZ_PLUGINS } from "./graphviz-plugins.ts";
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

const LZ = ["cat", "more", "less", "diff", "cmp", "grep", "egrep", "fgrep"].map(
  (name) =>
    `--slave /usr/bin/lz${name} lz${name} /usr/bin/xz${name} --slave /usr/share/man/man1/lz${name}.1.gz lz${name}.1.gz /usr/share/man/man1/xz${name}.1.gz`,
);
const MAN = "/usr/share/man/man1";

/** What scripts do when their package is installed for the first time, by package and script. */
const EFFECTS = {
  "libsensors5.preinst": [{ do: "nothing without", program: "ucf" }],
  "unzip.postinst": [{ do: "nothing without", program: "update-mime" }],
  "less.postinst": [
    alternative(`/usr/bin/pager pager /usr/bin/less 77 --slave ${MAN}/pager.1.gz pager.1.gz ${MAN}/less.1.gz`),
  ],
  "cpp.postinst": [alternative("/lib/cpp cpp /usr/bin/cpp 10")],
  "g++.postinst": [alternative("/usr/bin/c++ c++ /usr/bin/g++ 20")],
  "gcc.postinst": [
    alternative("/usr/bin/cc cc /usr/bin/gcc 20"),
    alternative(`/usr/bin/c89 c89 /usr/bin/c89-gcc 20 --slave ${MAN}/c89.1.gz c89.1.gz ${MAN}/c89-gcc.1.gz`),
    alternative(`/usr/bin/c99 c99 /usr/bin/c99-gcc 20 --slave ${MAN}/c99.1.gz c99.1.gz ${MAN}/c99-gcc.1.gz`),
  ],
  "xz-utils.postinst": [
    alternative(
      `/usr/bin/lzma lzma /usr/bin/xz 20 --slave ${MAN}/lzma.1.gz lzma.1.gz ${MAN}/xz.1.gz --slave /usr/bin/unlzma unlzma /usr/bin/unxz --slave ${MAN}/unlzma.1.gz unlzma.1.gz ${MAN}/unxz.1.gz ${LZ.join(" ")}`,
    ),
  ],
  "nodejs.postinst": [
    alternative(`/usr/bin/js js /usr/bin/nodejs 200 --slave ${MAN}/js.1.gz js.1.gz ${MAN}/nodejs.1.gz`),
  ],
  "pinentry-curses.postinst": [
    alternative(
      `/usr/bin/pinentry pinentry /usr/bin/pinentry-curses 50 --slave ${MAN}/pinentry.1.gz pinentry.1.gz ${MAN}/pinentry-curses.1.gz`,
    ),
  ],
  "libblas3.postinst": (machine) => [
    alternative(`/usr/lib/${machine}/libblas.so.3 libblas.so.3-${machine} /usr/lib/${machine}/blas/libblas.so.3 10`),
  ],
  "liblapack3.postinst": (machine) => [
    alternative(
      `/usr/lib/${machine}/liblapack.so.3 liblapack.so.3-${machine} /usr/lib/${machine}/lapack/liblapack.so.3 10`,
    ),
  ],
  "mysql-common.postinst": [alternative("/etc/mysql/my.cnf my.cnf /etc/mysql/my.cnf.fallback 100")],
  // By way of mysql-common's configure-symlinks.
  "mariadb-common.postinst": [alternative("/etc/mysql/my.cnf my.cnf /etc/mysql/mariadb.cnf 200")],
  "readline-common.postinst": [{ do: "copy", from: "/usr/share/readline/inputrc", path: "/etc/inputrc" }],
  "netbase.postinst": [NETWORKS],
  "openssh-client.postinst": SSH_AGENT,
  "libglib2.0-0.postinst": (machine) => [{ do: "folder", path: `/usr/lib/${machine}/gio/modules`, mode: 0o755 }],
  "fontconfig-config.config": [{ do: "debconf", answers: FONT_ANSWERS }],
  "fontconfig-config.postinst": [
    ...fontLinks("10-hinting-slight.conf", "70-no-bitmaps.conf"),
    { do: "folder", path: "/usr/local/share/fonts", mode: 0o2775, group: "staff" },
  ],
  // fc-cache writes of the times of folders, and whoever looks for fonts notes them again where it has not.
  "fontconfig.postinst": [{ do: "folder", path: "/var/cache/fontconfig", mode: 0o755 }],
  "libgvc6.postinst": [
    {
      do: "file beside",
      file: "libgvplugin_core.so.6",
      name: "config6a",
      versions: ["2.42.2-7", "2.42.4-3"],
      text: GRAPHVIZ_PLUGINS,
    },
  ],
  // It removes an alternative of an earlier version, which led to prename.
  "perl.postinst": [{ do: "nothing without", program: "prename" }],
  // By way of postgresql-common's functions; of every version alike.
  "postgresql-client-15.postinst": [
    ...[1, 3, 7].map((section): Effect => ({ do: "folder", path: `/usr/share/man/man${section}`, mode: 0o755 })),
    { do: "pages of PostgreSQL", first: "psql.1.gz" },
  ],
  "ca-certificates.config": CERTIFICATE_QUESTIONS,
  "ca-certificates.postinst": [{ do: "certificates" }],
  "locales.config": [
    // It offers the language of this file.
    { do: "nothing beside", path: "/etc/environment", line: "LANG=" },
    LOCALE_QUESTIONS,
  ],
  "locales.postinst": localeFiles("/etc/default/locale"),
  "java-common.postinst": [
    { do: "folder", path: "/etc/.java", mode: 0o755 },
    { do: "folder", path: "/etc/.java/.systemPrefs", mode: 0o755 },
    { do: "file", path: "/etc/.java/.systemPrefs/.system.lock", text: "", mode: 0o644 },
    { do: "file", path: "/etc/.java/.systemPrefs/.systemRootModFile", text: "", mode: 0o644 },
  ],
} satisfies ScriptEffects;

/** Scripts of Debian 12; those that have not changed since are of later releases too. */
export const BOOKWORM_SCRIPTS = writtenScripts(EFFECTS, {
  "git.preinst": "ef29cff8e0cb1717b4ee3e3d936c3e09696de30f328db664871d0166586b30d5",
  "less.preinst": "a350ef8b8a088e15fc2b668b7705f4c7537afc47481835c006bec4035bf23097",
  "libblas3.preinst": "ce99a8e6fed78c0685e677500010401f13a2cc01fd63fa224efd276960f01650",
  "liblapack3.preinst": "9acaa82810ccb814f4638b90ecf88bf482ff72eff4c6dbd957fa65782802dfa7",
  "libsensors5.preinst": "359304e94ec4e40632bacbfbf6dc7446e5f58c2d8299d9232ef7ab8ecf70fb58",
  "mysql-common.preinst": "fe6812facfbd2965af6f6f2401988adfde7c7bd3dec5599a50c294a8747d524d",
  "mariadb-common.preinst": "867bc1bd3a828c3814f0a3ca823b6de75d2e65bf11922f21f61457f42dced4ec",
  "pkg-config.preinst": "81f7670dffec1514d44db419e3e8bd22b439635515c84f6daf8074df060cf4c6",
  "pkgconf.preinst": "9d06826ac950d0e3392775ef0567a48b3f9ffe2a6ba44297dc48a1d6c1f67539",
  "libgssapi-krb5-2.postinst": "7942c83f7d36a2d8045e22fdea1674f8951466fe8b8ef1a52f648cb8d94181dc",
  "unzip.postinst": "c4b9e249858b9f6079496e7377004306559b3dba767a16a0b10e323c6d0b2fb8",
  "less.postinst": "682348d30dddf79809fc0ca22b54494a3442618f8e5720a6a24b5ba5ffb0f9de",
  "cpp.postinst": "afc64ed92ccf53c615458c9069b0f38ad770962187507164a480c81ef55d480f",
  "g++.postinst": "2beecd605850ce3794de6bf7433f178af21e869b3c04e0efdbf3023accedb7b0",
  "gcc.postinst": "43e7a37f0a780e7da01f686704a8bedc976730f123ff9d376f6bba5578f249d3",
  "xz-utils.postinst": "ba19a0f1142969a98d835ca9804ed03a49d3728aecbf875efd0505e2c548698b",
  "nodejs.postinst": "0802395adc08eec1befa642551ed14a84ed9b07340526c9cb9ec744436b51016",
  "pinentry-curses.postinst": "1a3e7a3ebf082b5ecd694d2aa40fe17a03f1407f7c293afda6b298655a248d26",
  "libblas3.postinst": {
    "x86_64-linux-gnu": "19e28f69a19e6fcd0e8a564a8cd430ab10f9db3ffb3a0c7fd42dc60b36e14d41",
    "aarch64-linux-gnu": "d2eb44297781fd758e59e82659a64a095ca6e14e837f8b772f4030f1a5014a8f",
  },
  "liblapack3.postinst": {
    "x86_64-linux-gnu": "f93f971e79e2231d57dee2868b9770c8f2bfe1a2b9d50642580820f379f2bcd2",
    "aarch64-linux-gnu": "2850c751edf23b6ac6c267d15f64f502c0fedd9235d7d7ee6b0eb566734d7f67",
  },
  "mysql-common.postinst": "753385883a3347a06396ff2acad5ae66b4afbab4c78dbe2f3a290fd873fa9e23",
  "mariadb-common.postinst": "0aac79df5c7405a339e3c92f24ef89d7f8a5f1fae444cb09ad2fcb3b6a8fd473",
  "readline-common.postinst": "0aeccfe9b6896f110819f3aa3e6b5381afea062fb963c8b8ffe487cb0a23d154",
  "netbase.postinst": "e99205c91e15414ea80d0d38ba667ae8ef2b53eab371bd3a345980f77e9bbee0",
  "openssh-client.postinst": "51c184283a809192de7ecd85fddede7c341d8b8b1be6d51952956143fb57c79e",
  "libglib2.0-0.postinst": {
    "x86_64-linux-gnu": "279c4f4056e3888899837839ba0cbf9119331717da45f3d91d79b56fd4aaa65f",
    "aarch64-linux-gnu": "2ad37360a28359fcde026f7ea96350d5be81403c9d7442fdffe2b05d8ac8d65f",
  },
  "fontconfig-config.config": "35f50fbb7ea561c8053dbee2efe8c64d504e5e5a1aed41e0a9a8a0a09ea58394",
  "fontconfig-config.postinst": "b27947449610fdd9c9a4cb29ca579495b4ae038d609bc8c2133c841a8f589306",
  "fontconfig.postinst": "bce801d7d901cc579e38f8948d247c20894abef7d3ed3a3ecdc20c290872dae9",
  "libgvc6.postinst": "16e37904eee7fb382b58e79ca9411e061992204ec5f811a20dc8e55689b4b810",
  "perl.postinst": "c18c3f8231888804c185974475cf587d619bed2ff1dce95031de27be5eb0f1eb",
  "postgresql-client-15.postinst": "9c2a90422166119aca61e258312cf05cded20e206dcbdfed78c46b1e7e7baf5e",
  "ca-certificates.config": "f6bb623629be8910cea6b662a1283ce9117f80dcbe03183f250a26c0b4df3ff6",
  "ca-certificates.postinst": "3f19c2834d746fa2b75699c0956cabd63ac1d97f6f150cc802cc634d1cfde41b",
  // The package holds what it would link.
  "openssl.postinst": "5c4a493bda218491382596ff3bcf139ead46ebedbbcc54d867308f323da66d57",
  "locales.config": "199e446ab1dddd514a1fbb87f6f8d03fad1f442c48ab2c551a47bb6b9278cddf",
  "locales.postinst": "b03e51c68aa3fc8654b6345b7eba5fc56e451b016514174cc5b27777edeb65bc",
  "x11-common.postinst": "4a91da0aad680639a9cf7537381bc3d0b3b8827907d7c1dd0c50e47fa94749de",
  // It does nothing where /var/lib/dpkg/arch names one architecture and no gui is installed.
  "procps.postinst": "4ae630f598f38114ef42a6aef4533d41f9f1f5224b90453d6b2ea49b0e13b17b",
  "java-common.postinst": "5c934fcf5b376c6a998817993fe49a2f0675d893da050275158a932a4fafcbfd",
});
