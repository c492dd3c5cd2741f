import { ImageSpecError } from "@imagespec/core/builder";
import type { BuildSession } from "../session/build-session.ts";
import { cachedPython, downloadableVersion, downloadedPython, type FindUv } from "../session/find-python.ts";
import { versionOfImage } from "../session/find-uv.ts";
import { hostPython, ledTo } from "../session/host-python.ts";
import { type Interpreter, interpreterOf } from "../session/interpreter.ts";
import type { PythonVersion } from "../target/python-target.ts";

/** Versions that uv installs for an X.Y. */
const LISTED_PYTHONS = "listed-pythons";
const FAILED_DOWNLOADS = "failed-python-downloads";
/** Versions that machines compiled with for an image's Python where uv had none. */
const HOST_COMPILERS = "host-compilers";
/** Milliseconds after which a download that failed is tried again; without a network each attempt takes seconds. */
const FORGOTTEN_AFTER_MS = 10 * 60 * 1000;

/** A Python that compiles for an image's Python: the same X.Y, which shares its bytecode format. */
export interface Compiler {
  /** X.Y.Z; recorded in the image's history, since another patch release may compile to other bytes. */
  version: string;
  /**
   * Its path on this machine, where it may have to be downloaded first.
   *
   * @throws ImageSpecError E_UNSUPPORTED when it cannot be.
   */
  path(): Promise<string>;
}

/**
 * A Python on this machine of the X.Y of an image's: the one that this uv installs for X.Y, downloaded into the cache
 * where that works, else `pythonX.Y` on PATH with a warning, best the image's own X.Y.Z. Where other machines have
 * shared which version they compile with, that one is taken: one of uv's is downloaded only once there is something to
 * compile, and one of the machine's is used where this machine has it too. Looked for once in a build.
 *
 * @throws ImageSpecError E_UNSUPPORTED when there is none.
 */
export function findCompiler(session: BuildSession, image: PythonVersion, uvImage: string): Promise<Compiler> {
  return session.once(`compiler ${image.minor} for ${image.version}`, () => look(session, image, uvImage));
}

async function look(session: BuildSession, image: PythonVersion, uvImage: string): Promise<Compiler> {
  const { minor } = image;
  // Most builds find all in the records, and need not start uv.
  const uv: FindUv = () => session.uv(uvImage);
  const version = versionOfImage(uvImage) ?? (await uv()).version;
  const attempt: Attempt = { minor, uv: version, list: process.env.UV_PYTHON_DOWNLOADS_JSON_URL };
  const listed = await listedVersion(session, uv, attempt);
  const own = listed === undefined ? undefined : await managed(session, uv, listed);
  if (own !== undefined) return remembered(session, attempt, own);
  const shared = await session.records.get<string>("compilers", attempt);
  if (shared !== undefined) return laterCompiler(session, uv, shared);
  const host = await hostPython(session, image);
  const hostKey = { ...attempt, image: image.version };
  // The registry has what other machines compiled with theirs; downloading a compiler would only repeat that.
  const known = host && (await session.records.get<string>(HOST_COMPILERS, hostKey));
  const isKnown = known !== undefined && known === host?.version;
  const installed =
    isKnown && session.records.isShared ? undefined : await tryInstall(session, uv, attempt, listed ?? minor);
  if (installed !== undefined) return remembered(session, attempt, installed);
  if (host === undefined) throw noCompiler(minor);
  session.warn(hostWarning(host, image));
  if (!isKnown) await session.records.set(HOST_COMPILERS, hostKey, host.version);
  return compilerOf(host);
}

/** What a download depends on. */
interface Attempt {
  minor: string;
  uv: string;
  list: string | undefined;
}

/**
 * The X.Y.Z that this uv installs for X.Y; undefined where it lists none. The cache may also hold what another uv
 * installed, which compiles to other bytes.
 */
function listedVersion(session: BuildSession, uv: FindUv, attempt: Attempt): Promise<string | undefined> {
  const { force } = session.request;
  const ask = async () => downloadableVersion(session, await uv(), attempt.minor);
  return session.records.recent(LISTED_PYTHONS, attempt, { force, ask, kept: (version) => version !== undefined });
}

/** A download, unless one has failed not long ago, be it of a build beside this one. */
function tryInstall(
  session: BuildSession,
  uv: FindUv,
  attempt: Attempt,
  wanted: string,
): Promise<Interpreter | undefined> {
  return session.alone(`download of python ${wanted}`, async () => {
    const failed = await session.records.get<number>(FAILED_DOWNLOADS, attempt);
    if (failed !== undefined && Date.now() - failed < FORGOTTEN_AFTER_MS) return undefined;
    const installed = await install(session, uv, wanted);
    if (installed === undefined) await session.records.set(FAILED_DOWNLOADS, attempt, Date.now());
    return installed;
  });
}

function compilerOf({ path, version }: Interpreter): Compiler {
  return { version, path: () => Promise.resolve(path) };
}

async function remembered(session: BuildSession, attempt: Attempt, found: Interpreter): Promise<Compiler> {
  if ((await session.records.get<string>("compilers", attempt)) !== found.version)
    await session.records.set("compilers", attempt, found.version);
  return compilerOf(found);
}

/** One whose version is known already, and which is looked for when it is needed. */
function laterCompiler(session: BuildSession, uv: FindUv, version: string): Compiler {
  const minor = version.split(".").slice(0, 2).join(".");
  const find = async () => {
    const installed = (await managed(session, uv, version)) ?? (await install(session, uv, version));
    const found = installed ?? (await hostPython(session, { minor, version }));
    if (found?.version !== version) throw noCompiler(version);
    return found.path;
  };
  return { version, path: () => session.once(`compiler ${version}`, find) };
}

function hostWarning({ path, version }: Interpreter, image: PythonVersion): string {
  const which = version === image.version ? `${version}, the image's own version` : version;
  return `Bytecode is made by this machine's ${path} (${which}), since uv has no Python ${image.minor} here: the image's digest depends on its version`;
}

function noCompiler(version: string): ImageSpecError {
  return new ImageSpecError(
    "E_UNSUPPORTED",
    `bytecode needs Python ${version} on this machine, which has none, and uv cannot download it`,
    {
      hint: `Install python${version}, set bytecode: false, or build with docker-buildx or kaniko.`,
      details: { parameter: "bytecode" },
    },
  );
}

/** A Python in the cache, by `X.Y` or `X.Y.Z`. */
function managed(session: BuildSession, uv: FindUv, wanted: string): Promise<Interpreter | undefined> {
  const search = async () => interpreterOf(session, await cachedPython(session, uv, wanted), wanted);
  return ledTo(session, { cached: wanted }, search);
}

async function install(session: BuildSession, uv: FindUv, wanted: string): Promise<Interpreter | undefined> {
  return interpreterOf(session, await downloadedPython(session, await uv(), wanted), wanted);
}
