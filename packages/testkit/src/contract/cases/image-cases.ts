import { expect } from "vitest";
import { registryConfig } from "../../container/registry-config.ts";
import type { Contract } from "../contract.ts";
import { type NamedCases, showing } from "../contract-case.ts";
import { AWKWARD } from "../contract-folder.ts";
import { manifestHead } from "../manifest-head.ts";

/** One image with packages, env, sources and copied files, seen from the registry, from its config and from inside. */
export function imageCases(contract: Contract): NamedCases {
  const { build, packages, options } = contract;
  const base = () => registryConfig(options.services.images.python, options.services.platform);

  return {
    "outcome: the outcome names what the registry has": showing(["registry", "platform", "builder"], async () => {
      const { outcome } = await contract.parentImage();
      const spec = contract.parent();
      expect(outcome).toMatchObject({ status: "built", builder: spec.builder, tag: await spec.tag(), id: spec.id });
      expect(outcome.platforms).toEqual([options.services.platform]);
      expect(await manifestHead(await spec.imageName())).toEqual({ status: 200, digest: outcome.digest });
    }),
    "reuse: what exists is not built again, unless forced": async () => {
      const { outcome } = await contract.parentImage();
      const again = await build.build(contract.parent());
      expect(again).toMatchObject({ status: "reused", tag: outcome.tag, digest: outcome.digest });
    },
    "user: it runs as flytekit in /root": async () => {
      const { report, config } = await contract.parentImage();
      const ids = { uid: 1000, gid: 1000 };
      expect(report.user).toEqual({ name: "flytekit", ...ids, group: "flytekit", home: "/home/flytekit" });
      expect(report.cwd).toBe("/root");
      expect([config.user, config.workdir]).toEqual(["flytekit", "/root"]);
      const owned = { type: "directory", owner: "flytekit", group: "flytekit" };
      expect(report.files["/home/flytekit"]).toMatchObject(owned);
    },
    "files: /root and the files in it belong to flytekit, with git's modes; nothing else came along": showing(
      ["sourceRoot", "sourceCopyMode", "copy"],
      async () => {
        const { report } = await contract.parentImage();
        const owned = { owner: "flytekit", group: "flytekit" };
        expect(report.files["/root"]).toEqual({ type: "directory", mode: "755", ...owned });
        const file = (content: string, mode = "644") => ({ type: "file", mode, content, ...owned });
        const folder = { type: "directory", mode: "755", ...owned };
        const shipped = {
          "/root/train.py": file("print('training')\n"),
          "/root/bin": folder,
          "/root/bin/run.sh": file("#!/bin/sh\necho ran\n", "755"),
          "/root/private.txt": file("for the owner\n"),
          "/root/naïve name #1.txt": file("kept\n"),
          "/root/.dockerignore": file("*.log\n"),
          "/root/link": { type: "symlink", mode: "777", link: "bin/run.sh", ...owned },
          "/root/conf": folder,
          "/root/conf/settings.json": file("{}\n"),
          "/root/data": folder,
          "/root/data/deep": folder,
          "/root/data/deep/er": folder,
          "/root/data/deep/er/file.txt": file("deep\n"),
        };
        const inRoot = Object.entries(report.files).filter(([path]) => path.startsWith("/root/"));
        const ours = inRoot.filter(([path]) => path in shipped);
        expect(Object.fromEntries(ours)).toEqual(shipped);
        // What else is there is the base's.
        for (const [path, entry] of inRoot) expect([path, entry.owner]).toEqual([path, "flytekit"]);
        expect(inRoot.filter(([path]) => /ignored\.log|__pycache__/.test(path))).toEqual([]);
      },
    ),
    "env: every value of env arrives byte for byte": showing(["env"], async () => {
      const { report, config } = await contract.parentImage();
      for (const [name, value] of Object.entries(AWKWARD)) expect([name, report.env[name]]).toEqual([name, value]);
      for (const [name, value] of Object.entries((await base()).env)) {
        if (name !== "PATH") expect([name, config.env[name]]).toEqual([name, value]);
      }
    }),
    "path: PATH and PYTHONPATH: the environment's part first, then the spec's": async () => {
      const { report } = await contract.parentImage();
      expect(report.env.PATH).toBe("/opt/venv/bin:/spec/bin:/spec/more");
      expect(report.env.PYTHONPATH).toBe("/root:/spec/lib");
    },
    "packages: python is the environment's, made of the base's, and has the packages": showing(
      ["packages", ...(options.loopback ? ["pipIndex"] : []), ...(options.builderOptions ? ["builderOptions"] : [])],
      async () => {
        const { report } = await contract.parentImage();
        expect(report.python.prefix).toBe("/opt/venv");
        expect(report.python.version).toMatch(/^3\.11\./);
        expect(report.distributions).toContainEqual({ name: packages.name, version: packages.older });
      },
    ),
    "entrypoint: ENTRYPOINT and CMD stay the base's": async () => {
      const { config } = await contract.parentImage();
      const { entrypoint, cmd } = await base();
      expect([config.entrypoint, config.cmd]).toEqual([entrypoint, cmd]);
    },
    "labels: labels and _F_IMG_ID say what it is": showing(["name"], async () => {
      const { report, config, outcome } = await contract.parentImage();
      const spec = contract.parent();
      expect(report.env._F_IMG_ID).toBe(spec.id);
      expect(Object.keys(config.env).at(-1)).toBe("_F_IMG_ID");
      expect(config.labels).toMatchObject({
        "dev.imagespec.id": spec.id,
        "dev.imagespec.tag": outcome.tag,
        "dev.imagespec.recipe": expect.stringMatching(/^\d+$/),
        "dev.imagespec.builder": expect.stringMatching(/^[a-z-]+@\d+\.\d+\.\d+/),
        "org.opencontainers.image.title": spec.name,
        "org.opencontainers.image.base.name": options.services.images.python,
      });
    }),
  };
}
