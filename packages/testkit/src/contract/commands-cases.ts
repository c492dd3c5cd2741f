import { isImageSpecError } from "@imagespec/core";
import { expect } from "vitest";
import { containerReport } from "../container/container-report.ts";
import type { Contract } from "./contract.ts";
import type { ContractCase } from "./contract-case.ts";
import { manifestHead } from "./manifest-head.ts";

/** Commands: run last, as root, in /root, with the spec's env and uv on PATH. */
export function commandsCases(contract: Contract): ContractCase[] {
  const { build } = contract;

  if (contract.refuses("commands")) return [];
  return [
    {
      rule: "commands",
      title: "commands run as root in /root, in order, with env, files and uv",
      shows: ["commands"],
      run: async () => {
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
      },
    },
    {
      rule: "failures",
      title: "a command that fails fails the build, with its output, and leaves no tag",
      run: async () => {
        const spec = build.spec("failing", { commands: ["echo about-to-fail; exit 3", "echo never"] });
        const failure = await build.build(spec).catch((error: unknown) => error);
        expect(failure).toMatchObject({ code: "E_BUILD" });
        if (!isImageSpecError(failure)) throw failure;
        expect(JSON.stringify([failure.message, failure.details])).toContain("about-to-fail");
        expect((await manifestHead(await spec.imageName())).status).toBe(404);
      },
    },
  ];
}
