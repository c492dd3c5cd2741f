import { isImageSpecError } from "@imagespec/core";
import { expect } from "vitest";
import { containerReport } from "../../container/container-report.ts";
import type { Contract } from "../contract.ts";
import { type NamedCases, showing } from "../contract-case.ts";
import { manifestHead } from "../manifest-head.ts";

/** Commands that fail, and the index of the one that does. */
const FAILING: readonly (readonly [title: string, commands: readonly string[], index: number])[] = [
  ["a program that is not there, before one that forgives", ["no-such-program", "rm -rf /x || true"], 0],
  ["the second of three", ["true", "false", "true"], 1],
  ["an end of the shell before the last command", ["exit 0", "touch /never"], 0],
  ["quotes left open", ["true", "echo 'open", "echo 'closed'"], 1],
  ["the last in a pipe", ["true | false", "true"], 0],
  ["a list without an end", ["true", "true &&"], 1],
];

/** Commands: run last, as root, in /root, with the spec's env and uv on PATH. */
export function commandsCases(contract: Contract): NamedCases {
  const { build } = contract;

  if (contract.refuses("commands")) return {};
  const failing = ([title, commands, index]: (typeof FAILING)[number]) => {
    const run = async () => {
      const name = `failing-${title.replaceAll(" ", "-").replaceAll(",", "")}`;
      const failure = await build.build(build.spec(name, { commands: [...commands] })).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: "E_BUILD", message: expect.stringContaining(`commands[${index}]`) });
    };
    return [`failures: ${title} fails the build and is named`, run] as const;
  };
  return {
    "commands: commands run as root in /root, in order, with env, files and uv": showing(["commands"], async () => {
      const parameters = {
        env: { SEEN: "a 'b' $c\nd" },
        copy: ["conf"],
        commands: [
          "mkdir /out",
          "id -u > /out/uid; pwd > /out/cwd; cat conf/settings.json > /out/settings",
          'printf %s "$SEEN" > /out/env # a comment',
          "uv --version > /out/uv",
          `python3 -c 'import sys; print(sys.version_info[0])' > "/out/with space"`,
          "test -f /out/uv",
        ],
      };
      const { image } = await build.pulled(build.spec("commands", parameters, contract.folder()));
      const { files } = await containerReport(build.docker, image, ["/out"]);
      const text = (name: string) => files[`/out/${name}`]?.content;
      expect([text("uid"), text("cwd"), text("settings")]).toEqual(["0\n", "/root\n", "{}\n"]);
      expect(text("env")).toBe("a 'b' $c\nd");
      expect(text("uv")).toMatch(/^uv \d+\./);
      expect(text("with space")).toBe("3\n");
      expect(files["/out/uid"]?.owner).toBe("root");
    }),
    "one-shell: each command is one of its own, in one shell, whatever it ends in": async () => {
      const spec = build.spec("own-commands", {
        commands: [
          "cd /tmp",
          'test "$PWD" = /tmp',
          "X=1",
          'test "$X" = 1 # as set before',
          "# nothing but a comment",
          "echo semicolon > /tmp/semicolon;",
          "sleep 0 &",
          "false || true",
          "cat > /tmp/document <<EOF\nline $X\nEOF",
          "if true; then\n  echo several > /tmp/lines\nfi",
          "trailing=backslash\\",
          "(exit 0)",
        ],
      });
      const { image } = await build.pulled(spec);
      const { files } = await containerReport(build.docker, image, ["/tmp"]);
      const text = (name: string) => files[`/tmp/${name}`]?.content;
      expect([text("semicolon"), text("document"), text("lines")]).toEqual(["semicolon\n", "line 1\n", "several\n"]);
    },
    ...Object.fromEntries(FAILING.map(failing)),
    "failures: a command that fails fails the build, with its output, and leaves no tag": async () => {
      const spec = build.spec("failing", { commands: ["echo about-to-fail; exit 3", "echo never"] });
      const failure = await build.build(spec).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: "E_BUILD" });
      if (!isImageSpecError(failure)) throw failure;
      expect(JSON.stringify([failure.message, failure.details])).toContain("about-to-fail");
      expect((await manifestHead(await spec.imageName())).status).toBe(404);
    },
  };
}
