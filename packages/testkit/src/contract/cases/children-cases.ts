import { expect } from "vitest";
import { containerReport } from "../../container/container-report.ts";
import { imageConfig } from "../../container/image-config.ts";
import { runContainer } from "../../container/run-container.ts";
import type { Contract } from "../contract.ts";
import { type NamedCases, showing } from "../contract-case.ts";

/** Images whose base is another spec. */
export function childrenCases(contract: Contract): NamedCases {
  const { build, packages } = contract;

  return {
    "children: a child extends the environment, replaces a distribution once, and sets its own entrypoint": showing(
      ["baseImage"],
      async () => {
        const child = build.spec("child", {
          baseImage: contract.parent(),
          packages: [`${packages.name}==${packages.newer}`, `${packages.other.name}==${packages.other.version}`],
          ...contract.pip(),
          env: { CHILD: "yes", PLAIN: "changed" },
          ...(contract.refuses("entrypoint")
            ? {}
            : { entrypoint: ["python", "-c", "import sys; print(sys.argv[1:])"] }),
        });
        const { outcome, image } = await build.pulled(child);
        expect(outcome.status).toBe("built");
        const report = await containerReport(build.docker, image, ["/root"]);
        const versions = (name: string) => report.distributions.filter((d) => d.name === name).map((d) => d.version);
        expect(versions(packages.name)).toEqual([packages.newer]);
        expect(versions(packages.other.name)).toEqual([packages.other.version]);
        expect(report.python.prefix).toBe("/opt/venv");
        expect(report.user).toMatchObject({ name: "flytekit", uid: 1000, gid: 1000 });
        expect(report.env).toMatchObject({ CHILD: "yes", PLAIN: "changed", EMPTY: "", _F_IMG_ID: child.id });
        expect(report.env.PATH).toMatch(/^\/opt\/venv\/bin:/);
        expect(report.files["/root/train.py"]).toMatchObject({ owner: "flytekit", mode: "644" });
        const config = await imageConfig(build.docker, image);
        expect(config.labels["dev.imagespec.id"]).toBe(child.id);
        if (contract.refuses("entrypoint")) return;
        expect(config.entrypoint).toEqual(["python", "-c", "import sys; print(sys.argv[1:])"]);
        expect(config.cmd).toBeUndefined();
        const ran = await runContainer(build.docker, image, { cmd: ["an argument"] });
        expect(ran).toEqual({ exitCode: 0, stdout: "['an argument']\n", stderr: "" });
      },
    ),
  };
}
