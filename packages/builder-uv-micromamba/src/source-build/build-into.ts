import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { ImageSpecError } from "@imagespec/core/builder";
import { Downloader } from "../cache/downloader.ts";
import type { BuildSession } from "../session/build-session.ts";
import { readBuildSystem } from "./build-system.ts";
import { openConfinement } from "./confinement.ts";
import { fetchSource, projectFolder } from "./fetch-source.ts";
import { writePrograms } from "./programs.ts";
import { readUntrusted } from "./read-untrusted.ts";
import { type Source, subjectOf } from "./source-kinds.ts";
import type { Toolchain } from "./toolchain.ts";

/** How many of the last lines of a failed build are shown. */
const SHOWN = 12;

/** What is built, and with what. */
export interface BuildQuestion {
  session: BuildSession;
  toolchain: Toolchain;
  source: Source;
}

/**
 * Builds the wheel of a source (PEP 517) in an empty folder, and returns the folder below it that holds the wheel.
 *
 * The source and the wheels of its build requirements are fetched first, which takes the network and runs none of their
 * code. Their code then runs without a network, sees no other folders or processes, and finds no compiler that works.
 *
 * @throws ImageSpecError E_UNSUPPORTED naming a source that cannot be built like this, E_RESOLVE, E_DIGEST_MISMATCH.
 */
export async function buildInto(folder: string, { session, toolchain, source }: BuildQuestion): Promise<string> {
  const subject = subjectOf(source);
  const { signal, blobs, http, request } = session;
  const { secrets } = toolchain;
  const [unpacked, home] = [join(folder, "work", "source"), join(folder, "git")];
  for (const path of [unpacked, home]) await mkdir(path, { recursive: true });
  const downloader = new Downloader(http, blobs, request.emit, secrets.logins);
  const blobPath = (digest: string) => blobs.path(digest);
  const archive = await fetchSource(source, unpacked, { downloader, blobPath, secrets, home, signal });

  const asked = join(folder, "work", "out", "asked");
  const programs = await writePrograms(join(folder, "programs"), asked);
  const confinement = await openConfinement(
    folder,
    { session, toolchain },
    { read: [programs.folder, ...(archive ? [archive.path] : [])], bin: programs.bin, env: programs.env },
  );
  const run = async (program: string[], cwd: string) => {
    const { exitCode, tail } = await confinement.run([confinement.interpreter, ...program], cwd);
    const compilers = await readUntrusted(asked);
    if (compilers !== undefined) throw needsCompiler(subject, compilers);
    if (exitCode !== 0) throw failed(subject, tail);
  };
  if (archive !== undefined) await run([programs.unpack, archive.path, unpacked, archive.filename], confinement.work);
  const project = await projectFolder(unpacked, source, archive !== undefined);
  const { requires, backend, paths } = await readBuildSystem(project, subject);
  await confinement.environment.install(requires, subject);
  const answer = join(confinement.out, "answer.json");
  const call = (hook: string) => run([programs.hook, hook, answer, confinement.out, backend, ...paths], project);
  await call("get_requires_for_build_wheel");
  await confinement.environment.install(await readNames(answer, subject), subject);
  await call("build_wheel");
  return confinement.out;
}

/** The requirements that a hook has answered with: untrusted, since the backend may have written anything. */
async function readNames(path: string, subject: string): Promise<readonly string[]> {
  try {
    const answer: unknown = JSON.parse((await readUntrusted(path)) ?? "");
    if (Array.isArray(answer) && answer.every((one) => typeof one === "string")) return answer;
  } catch {
    // The answer is not shown, since a build could have put anything there.
  }
  throw failed(subject, ["Its backend does not say what it needs."]);
}

function failed(subject: string, tail: string[]): ImageSpecError {
  const said = tail.slice(-SHOWN).join("\n");
  return new ImageSpecError("E_UNSUPPORTED", `${subject} cannot be built into a wheel on this machine:\n${said}`, {
    hint: "Build with docker-buildx or kaniko, whose builds have a network.",
    details: { tail },
  });
}

function needsCompiler(subject: string, asked: string): ImageSpecError {
  const names = [...new Set(asked.split("\n").filter((name) => name !== ""))].sort().join(", ");
  return new ImageSpecError(
    "E_UNSUPPORTED",
    `${subject} is built with a compiler (${names}), which would determine its content`,
    { hint: "Build with docker-buildx or kaniko, which use the image's own compiler." },
  );
}
