import { createReadStream } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import { contentMark, ImageSpecError, type ShippedFile, timedStep } from "@imagespec/core/builder";
import type { BuildSession } from "../session/build-session.ts";
import type { PythonTarget } from "../target/python-target.ts";
import { wheelTags } from "../target/wheel-tags.ts";
import { placeOf } from "../wheel/prefer-wheel.ts";
import { parseWheelName } from "../wheel/wheel-name.ts";
import { buildInto } from "./build-into.ts";
import { checkBuilt } from "./check-built.ts";
import { isProject, type Source, subjectOf } from "./source-kinds.ts";
import type { Toolchain } from "./toolchain.ts";
import { unconfinedWarning } from "./unconfined-warning.ts";
import { type StaticMetadata, wheelMetadata } from "./wheel-metadata.ts";

/** Part of the key of a built wheel: raised when the same source should give another wheel. */
const RECIPE = 1;

/** A wheel that was built on this machine, as the cache holds it. */
export interface BuiltWheel {
  filename: string;
  digest: string;
  /** In bytes. */
  size: number;
  metadata: StaticMetadata;
}

/**
 * The wheel of a source: the one in the cache that was built of the same source for the same Python, else built now.
 *
 * @throws ImageSpecError E_UNSUPPORTED naming the source for one that cannot be built here, or whose wheel is not for
 * every platform; E_RESOLVE for one whose wheel is another distribution.
 */
export async function builtWheel(session: BuildSession, toolchain: Toolchain, source: Source): Promise<BuiltWheel> {
  const wheel = await fromCache(session, toolchain, source);
  checkBuilt(wheel.metadata, source);
  return wheel;
}

function fromCache(session: BuildSession, toolchain: Toolchain, source: Source): Promise<BuiltWheel> {
  const { step, target } = toolchain;
  const key = {
    source: identityOf(source),
    python: target.minor,
    indexes: [step.index ?? "", ...step.extraIndexes],
    extraArgs: step.extraArgs,
    recipe: RECIPE,
  };
  return session.once(`wheel ${JSON.stringify(key)}`, async () => {
    const known = session.request.force ? undefined : await session.records.get<BuiltWheel>("built-wheels", key);
    if (known !== undefined && (await session.blobs.verify(known.digest))) return known;
    if (toolchain.sandbox === undefined) {
      const { message, hint } = unconfinedWarning(toolchain.unconfined, userInfo());
      await session.once("no sandbox", async () => session.warn(message, hint));
    }
    const name = `wheel of ${subjectOf(source)}`;
    const made = await timedStep(session.request.emit, name, () => make(session, toolchain, source));
    await session.records.set("built-wheels", key, made);
    return made;
  });
}

/** The part of a source that decides what its wheel holds. */
function identityOf(source: Source): unknown {
  if (isProject(source))
    return source.files.flatMap((file) =>
      isPart(source.path, file) ? [[file.path, file.mode, contentMark(file)]] : [],
    );
  const { name, git, archive } = source;
  return {
    name,
    git,
    archive: archive && [archive.subdirectory, archive.hashes.length > 0 ? archive.hashes : archive.url],
  };
}

function isPart(folder: string, { path }: ShippedFile): boolean {
  return path.startsWith(`${folder}/`);
}

function make(session: BuildSession, toolchain: Toolchain, source: Source): Promise<BuiltWheel> {
  const subject = subjectOf(source);
  return session.cache.withScratch(session.warn, async (folder) => {
    const out = await buildInto(folder, { session, toolchain, source });
    const [filename = "", ...others] = (await readdir(out)).filter((name) => name.endsWith(".whl"));
    const path = join(out, filename);
    if (others.length > 0 || filename === "" || !(await lstat(path)).isFile())
      throw new ImageSpecError("E_UNSUPPORTED", `${subject} does not build into one wheel`, {
        hint: "Build with docker-buildx or kaniko.",
      });
    refuseNative(filename, subject, toolchain.target);
    const metadata = await wheelMetadata(path, filename);
    return { filename, metadata, ...(await session.blobs.write(createReadStream(path))) };
  });
}

/**
 * Refuses a wheel that is not for every platform. A pure wheel depends on its source alone, while what a compiler made
 * depends on this machine's compiler.
 */
function refuseNative(filename: string, subject: string, target: PythonTarget): void {
  const name = parseWheelName(filename);
  const isPure = name.platforms.every((tag) => tag === "any") && name.abis.every((tag) => tag === "none");
  if (isPure && placeOf(name, wheelTags(target)) !== undefined) return;
  throw new ImageSpecError("E_UNSUPPORTED", `${subject} is built into ${filename}, which is not for every platform`, {
    hint: "Build with docker-buildx or kaniko, which use the image's own compiler.",
  });
}
