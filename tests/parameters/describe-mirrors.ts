import { writeFile } from "node:fs/promises";
import { createServer, get } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { containerReport, runContainer, startPackageIndex, type WheelOptions } from "@imagespec/testkit";
import { expect, onTestFinished, test, vi } from "vitest";
import { command } from "../../scripts/services/command.ts";
import { ensurePoetry } from "../../scripts/services/poetry.ts";
import type { BuilderUnderTest } from "../support/builder-under-test.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { POETRY_PROJECT, UV_PROJECT } from "./locked-projects.ts";

const PACKAGES: WheelOptions[] = [
  { name: "main-one", version: "1.0", requires: ["main-two"] },
  { name: "main-two", version: "1.0" },
  { name: "main-two", version: "2.0" },
  { name: "dev-only", version: "1.0" },
];

/** Mirrors, and what is seen of an image that was built through them. */
function mirroring({ builds }: BuilderUnderTest) {
  /** An index that served while something was locked or built, and is gone, and its mirror. */
  async function movedIndex(before: (url: string) => Promise<unknown>): Promise<{ url: string }> {
    const index = await startPackageIndex({ packages: PACKAGES });
    await before(index.url);
    await index.close();
    const mirror = await startPackageIndex({ packages: PACKAGES });
    onTestFinished(() => mirror.close());
    useMirrors({ [index.url]: mirror.url });
    return index;
  }

  function useMirrors(mirrors: Record<string, string>): void {
    const entries = Object.entries(mirrors).map(([from, to]) => `${from}=${to}`);
    vi.stubEnv("IMAGESPEC_INDEX_MIRRORS", entries.join(","));
    onTestFinished(() => void vi.stubEnv("IMAGESPEC_INDEX_MIRRORS", undefined));
  }

  async function installed(image: string) {
    const { distributions, files } = await containerReport(builds.docker, image, ["/opt/venv/lib"]);
    return { packages: distributions.map(({ name, version }) => `${name}==${version}`).sort(), files };
  }

  return { movedIndex, useMirrors, installed };
}

/** What a mirror serves in place of an index or an archive: the same image. */
export function describeMirrors(under: BuilderUnderTest): void {
  const { builds, services, refuses } = under;
  const { movedIndex, useMirrors, installed } = mirroring(under);
  test("mirrors of package indexes: a uv.lock of an index that cannot be reached: the same files as from the index itself", async () => {
    await using folder = await temporaryFolder();
    const spec = (name: string) => builds.spec(name, { requirements: "uv.lock" }, folder.path);
    let direct: Awaited<ReturnType<typeof installed>> | undefined;
    await movedIndex(async (url) => {
      await writeFile(join(folder.path, "pyproject.toml"), UV_PROJECT(url));
      await command(join(services.tools, "uv"), ["lock", "--no-python-downloads"], { cwd: folder.path });
      direct = await installed((await builds.pulled(spec("uv-lock-direct"))).image);
    });
    const { image } = await builds.pulled(spec("uv-lock-mirrored"));
    const mirrored = await installed(image);
    expect(mirrored.packages).toEqual(["main-one==1.0", "main-two==1.0"]);
    expect(mirrored.files).toEqual(direct?.files);
  });

  if (!refuses.includes("aptPackages"))
    test("mirrors of Debian's archives: packages come from there, and the image keeps its own sources", async () => {
      const baseImage = services.images.python;
      await builds.docker.pullImage(baseImage);
      const { stdout } = await runContainer(builds.docker, baseImage, {
        entrypoint: ["/bin/sh", "-c"],
        cmd: ["cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null; true"],
      });
      const archive = /http:\/\/\S+\/debian(?=\s)/.exec(stdout)?.[0] ?? "";
      const asked: string[] = [];
      const server = createServer(({ url = "", headers }, response) => {
        asked.push(url);
        const conditions = headers.range === undefined ? {} : { range: headers.range };
        get(`${archive}${url.replace(/^\/mirror/, "")}`, { headers: conditions }, (answer) => {
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(response);
        }).on("error", () => response.destroy());
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      onTestFinished(() => {
        server.closeAllConnections();
        server.close();
      });
      const { port } = server.address() as AddressInfo;
      useMirrors({ [archive]: `http://localhost:${port}/mirror` });
      const { image } = await builds.pulled(builds.spec("apt-mirrored", { baseImage, aptPackages: ["tree"] }));
      const { files } = await containerReport(builds.docker, image, ["/etc/apt", "/usr/bin/tree"]);
      expect(asked.filter((path) => path.endsWith("/InRelease"))).not.toEqual([]);
      expect(files["/usr/bin/tree"]?.type).toBe("file");
      const sources = Object.values(files).map(({ content = "" }) => content);
      expect(sources.join("\n")).toContain(archive);
      expect(sources.join("\n")).not.toContain("/mirror");
    });
}

/** Other ways to name packages, whose indexes have mirrors. */
export function describeMirroredRequirements(under: BuilderUnderTest): void {
  const { builds } = under;
  const { movedIndex, installed } = mirroring(under);
  test("mirrors of package indexes: a poetry.lock and requirements with an index of their own", async () => {
    await using folder = await temporaryFolder();
    await movedIndex(async (url) => {
      await writeFile(join(folder.path, "pyproject.toml"), POETRY_PROJECT(url));
      await writeFile(join(folder.path, "requirements.txt"), `--index-url ${url}\nmain-one\n`);
      await command(await ensurePoetry(), ["lock"], { cwd: folder.path });
    });
    const locked = builds.spec("poetry-lock-mirrored", { requirements: "poetry.lock" }, folder.path);
    expect((await installed((await builds.pulled(locked)).image)).packages).toEqual(["main-one==1.0", "main-two==1.0"]);
    const listed = builds.spec("requirements-mirrored", { requirements: "requirements.txt" }, folder.path);
    const before = await listed.tag();
    expect((await installed((await builds.pulled(listed)).image)).packages).toEqual(["main-one==1.0", "main-two==2.0"]);
    vi.stubEnv("IMAGESPEC_INDEX_MIRRORS", undefined);
    expect(await listed.tag()).toBe(before);
  });
}
