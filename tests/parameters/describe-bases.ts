import { containerReport, imageConfig, manifestHead, runContainer } from "@imagespec/testkit";
import { describe, expect, test } from "vitest";
import type { BuilderUnderTest } from "../support/builder-under-test.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** Bases of other kinds, and what apt adds to them. */
export function describeBases({ builds, services, refuses }: BuilderUnderTest): void {
  if (!refuses.includes("aptPackages"))
    describe("aptPackages", () => {
      test("aptPackages: installed, without leaving lists or archives behind", {
        meta: { shows: ["aptPackages"] },
      }, async () => {
        const spec = builds.spec("apt", { baseImage: services.images.debian, aptPackages: ["tree"] });
        const { image } = await builds.pulled(spec);
        const script = "tree --version; ls /var/lib/apt/lists /var/cache/apt/archives | grep -c '[.]deb$\\|Packages'";
        const ran = await runContainer(builds.docker, image, { entrypoint: ["/bin/sh"], cmd: ["-c", script] });
        expect(ran.stdout).toMatch(/^tree v\d/);
        expect(ran.stdout.trimEnd().split("\n").at(-1)).toBe("0");
      });
    });

  describe("baseImage", () => {
    const runs = !refuses.includes("commands");
    test("baseImage: a base with only musl and busybox gets its user, files, env and commands", async () => {
      await using folder = await temporaryFolder({ "data/a.txt": "a\n" });
      const spec = builds.spec(
        "musl",
        {
          baseImage: services.images.musl,
          copy: ["data"],
          env: { A: "it's" },
          ...(runs ? { commands: ["id -u > /uid"] } : {}),
        },
        folder.path,
      );
      const { image } = await builds.pulled(spec);
      const script = 'id -un; pwd; stat -c "%U %a" /root /root/data/a.txt; echo "$A"; cat /uid 2>/dev/null';
      const ran = await runContainer(builds.docker, image, { entrypoint: ["/bin/sh"], cmd: ["-c", script] });
      expect(ran.stdout).toBe(`flytekit\n/root\nflytekit 755\nflytekit 644\nit's\n${runs ? "0\n" : ""}`);
    });

    test("baseImage: a chain of specs is built from the bottom, each once", async () => {
      const bottom = builds.spec("bottom", { env: { LAYER: "bottom", BOTTOM: "1" } });
      const middle = builds.spec("middle", { baseImage: bottom, env: { LAYER: "middle" } });
      const top = builds.spec("top", { baseImage: middle, env: { TOP: "1" } });
      const before = builds.events.length;
      const { outcome, image } = await builds.pulled(top);
      const { env } = await containerReport(builds.docker, image);
      expect(env).toMatchObject({ LAYER: "middle", BOTTOM: "1", TOP: "1", _F_IMG_ID: top.id });
      const images = new Set(builds.events.slice(before).map((event) => event.image));
      for (const spec of [bottom, middle, top]) expect([...images]).toContain(await spec.imageName());
      const again = await builds.build(middle);
      expect([outcome.status, again.status]).toEqual(["built", "reused"]);
      expect((await imageConfig(builds.docker, image)).labels["org.opencontainers.image.base.name"]).toBe(
        await middle.imageName(),
      );
    });

    if (!refuses.includes("noShell"))
      test("baseImage: without a shell it is refused as E_BASE_NO_SHELL, and no tag appears", async () => {
        for (const baseImage of [services.images.noShell, services.images.pythonDistroless]) {
          const spec = builds.spec("no-shell", { baseImage, env: { A: "1" } });
          const failure = await builds.build(spec).catch((error: unknown) => error);
          expect(failure).toMatchObject({ code: "E_BASE_NO_SHELL", hint: expect.stringMatching(/\S/) });
          expect((failure as Error).message).toMatch(/\/bin\/sh|chown/);
          expect((await manifestHead(await spec.imageName())).status).toBe(404);
        }
      });
  });
}
