import type { Case } from "./case.ts";

/** Bases, environment, commands, entrypoint, and what steers a build. */
export const CONFIG_CASES: readonly Case[] = [
  {
    says: "any text in the environment",
    spec: () => ({
      parameters: {
        env: {
          EMPTY: "",
          SPACES: "  two  spaces ",
          QUOTES: `it's "quoted" \`so\``,
          DOLLAR: `$HOME \${PATH:-x} $(id) $$ \\$x`,
          BACKSLASH: "C:\\new\\table \\",
          NEWLINE: "first line\nsecond line\n\n# fourth",
          CRLF: "dos\r\nline",
          UNICODE: "naïve ☃ 𝄞",
          CONTROL: "\u0001\u001b[31m\u007f\t",
          ADDRESS: "https://forum.example/t/first/42",
          "with.dot-and-dash": "1",
        },
      },
    }),
    ends: "built",
  },
  {
    says: "variables that name themselves",
    spec: () => ({
      parameters: {
        env: {
          PATH: "/opt/tool/bin:$PATH",
          // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the text that is meant
          LD_LIBRARY_PATH: "/x:${LD_LIBRARY_PATH}",
          PYTHONPATH: "/srv/more",
          OTHER: "$PATH",
        },
      },
    }),
    ends: "built",
  },
  {
    says: "a very long value in non-ASCII text",
    spec: () => ({ parameters: { env: { LONG: "ä".repeat(35_000) } } }),
    ends: "built",
  },
  {
    says: "a value longer than a kernel takes",
    spec: () => ({ parameters: { env: { LONG: "x".repeat(131_072) } } }),
    ends: "E_SPEC",
  },
  {
    says: "a base with an entrypoint, command, user, folder and environment of its own, kept and taken away",
    spec: ({ services }) => ({ parameters: { baseImage: services.images.ownConfig, env: { A: "1" } } }),
    ends: "built",
  },
  {
    says: "no entrypoint",
    spec: ({ services }) => ({ parameters: { baseImage: services.images.ownConfig, entrypoint: [] } }),
    ends: "built",
  },
  {
    says: "no entrypoint where the base has none",
    spec: () => ({ parameters: { entrypoint: [] } }),
    ends: "built",
  },
  {
    says: "an entrypoint of awkward words",
    spec: () => ({ parameters: { entrypoint: ["sh", "-c", `echo "$A" 'b' \\ \n done`, "", "naïve"] } }),
    ends: "built",
  },
  {
    says: "a base whose user of id 1000 is another, with sources",
    spec: ({ services }) => ({
      parameters: { baseImage: services.images.uid1000, sourceRoot: "src" },
      files: { "src/main.py": "print()\n" },
    }),
    ends: "built",
  },
  {
    says: "a base from an OCI layout, for the platform by another name",
    spec: ({ services, layout, index }) => ({
      parameters: {
        baseImage: `oci:${layout}`,
        packages: ["plain-one"],
        pipIndex: index.url,
        platform: services.platform === "linux/amd64" ? "linux/x86_64/v1" : "linux/aarch64",
      },
    }),
    ends: "built",
  },
  {
    says: "a base whose list of users is a link",
    base: () => ({
      parameters: {
        commands: ["mv /etc/passwd /etc/group /usr/lib/", "ln -s ../usr/lib/passwd ../usr/lib/group /etc/"],
      },
    }),
    spec: ({ base }) => ({ parameters: { baseImage: base, env: { A: "1" } } }),
    ends: "built",
  },
  {
    says: "a tag of a form, credentials for other registries, and nothing in lists",
    spec: () => ({
      parameters: {
        tagFormat: "v1-{spec_hash}.dev",
        registryConfig: "config.json",
        packages: [],
        commands: [],
        copy: [],
        env: {},
      },
      files: { "config.json": '{ "auths": null }\n' },
    }),
    ends: "built",
  },
  {
    says: "Debian packages, one by a pattern of its version",
    spec: () => ({ parameters: { aptPackages: ["tree=2*"] } }),
    ends: "built",
  },
  {
    says: "Debian packages on a base that keeps lists of what there is",
    base: ({ services: { images } }) => ({
      parameters: {
        baseImage: images.python,
        commands: ["mkdir -p /var/lib/apt/lists", "echo kept >/var/lib/apt/lists/x"],
      },
    }),
    spec: ({ base }) => ({ parameters: { baseImage: base, aptPackages: ["tree"] } }),
    ends: "built",
  },
  {
    says: "a Debian package that there is not",
    spec: () => ({ parameters: { aptPackages: ["no-such-package"] } }),
    ends: "E_RESOLVE",
  },
  {
    says: "Debian packages with libraries, alternatives, init scripts and hard links",
    spec: () => ({ parameters: { aptPackages: ["jq", "less", "procps", "unzip"] } }),
    ends: "built",
  },
  {
    says: "Debian packages with a cache of their own, such as that of fonts",
    isLong: true,
    spec: () => ({ parameters: { aptPackages: ["fontconfig"] } }),
    ends: "built",
  },
  {
    says: "commands that share a shell, with comments, lists and jobs",
    spec: ({ index }) => ({
      parameters: {
        packages: ["plain-one"],
        pipIndex: index.url,
        env: { GREETING: "it's $me" },
        commands: [
          "cd /srv",
          "WHO=you",
          'printf "%s %s\\n" "$GREETING" "$WHO" > greeting',
          "# a comment",
          "true;",
          "false || echo saved > saved # why",
          'python -c \'import sys; open("prefix", "w").write(sys.prefix)\'',
          "mkdir -p deep/er && chmod 2750 deep && ln -s deep/er link && chown 33:33 saved",
          "rm /etc/issue",
        ],
      },
    }),
    ends: "built",
  },
  {
    says: "a command that fails and is not the last",
    spec: () => ({ parameters: { commands: ["no-such-program", "rm -rf /x || true"] } }),
    ends: "E_BUILD",
  },
  {
    says: "CUDA by its version, with cuDNN",
    spec: ({ index, pythonVersion }) => ({
      parameters: {
        baseImage: undefined,
        cuda: "12.4.1",
        cudnn: "9",
        pythonVersion,
        packages: ["plain-two"],
        pipIndex: index.url,
      },
    }),
    ends: "built",
  },
  {
    says: "a base that is not in its registry, by a name that objects have",
    spec: ({ services }) => ({ parameters: { baseImage: `${services.registry}/tostring/constructor:1` } }),
    ends: "E_REGISTRY",
  },
  {
    says: "options that no builder has",
    spec: () => ({ parameters: { builderOptions: { constructor: "1" } } }),
    ends: "E_OPTIONS",
  },
];
