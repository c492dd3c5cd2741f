import { createHash } from "node:crypto";
import { access, readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { READ_FLAGS_WITHOUT_LINKS } from "@imagespec/registry/terms";
import { replaceFile } from "../process/replace-file.ts";

/** What an image was made of when it was built, or found built, here. */
export interface KeptIdentity {
  tag: string;
  /** The identity document: RFC 8785 JSON. */
  document: string;
}

/** Documents that are kept of a name: those of the tags that were asked for last. */
const MOST = 16;
/** Beside the documents, which end in `.json`: the tag that was asked for last. */
const LAST = "last";

/**
 * Keeps what an image was made of, for the next `explain`. Files are replaced atomically and readable by their owner
 * alone.
 *
 * @throws the file system's error.
 */
export async function keepIdentityInCache(cacheDir: string, imageName: string, identity: KeptIdentity): Promise<void> {
  const { tag, document } = identity;
  const folder = folderOf(cacheDir, imageName);
  await replaceFile(join(folder, `${tag}.json`), JSON.stringify({ imageName, tag, document }));
  await replaceFile(join(folder, LAST), tag);
  await removeOldest(folder, `${tag}.json`);
}

/** The tag of the last build of an image of that name; undefined when none is known here. */
export async function lastKeptTag(cacheDir: string, imageName: string): Promise<string | undefined> {
  return readFile(join(folderOf(cacheDir, imageName), LAST), {
    encoding: "utf8",
    flag: READ_FLAGS_WITHOUT_LINKS,
  }).catch(() => undefined);
}

/** Whether images of that name were asked for here, and none under this tag: it is mostly that of changed content. */
export async function isNewTag(cacheDir: string, imageName: string, tag: string): Promise<boolean> {
  if ((await lastKeptTag(cacheDir, imageName)) === undefined) return false;
  const known = access(join(folderOf(cacheDir, imageName), `${tag}.json`));
  return known.then(
    () => false,
    () => true,
  );
}

/**
 * What the image of a name and tag was made of, or without a tag the one of the last build; undefined when none is
 * known here, or what was kept is broken.
 */
export async function readKeptIdentity(
  cacheDir: string,
  imageName: string,
  wanted?: string,
): Promise<KeptIdentity | undefined> {
  try {
    const tag = wanted ?? (await lastKeptTag(cacheDir, imageName));
    const file = join(folderOf(cacheDir, imageName), `${tag}.json`);
    const kept = JSON.parse(await readFile(file, { encoding: "utf8", flag: READ_FLAGS_WITHOUT_LINKS })) as KeptIdentity;
    JSON.parse(kept.document);
    return kept.tag === tag ? { tag, document: kept.document } : undefined;
  } catch {
    return undefined;
  }
}

async function removeOldest(folder: string, kept: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".json") && name !== kept);
  if (names.length < MOST) return;
  // Another process may have removed one meanwhile.
  const found = names.map(async (name) => {
    const { mtimeMs } = await stat(join(folder, name)).catch(() => ({ mtimeMs: 0 }));
    return { name, mtimeMs };
  });
  const times = (await Promise.all(found)).sort((one, other) => other.mtimeMs - one.mtimeMs);
  await Promise.all(times.slice(MOST - 1).map(({ name }) => rm(join(folder, name), { force: true })));
}

function folderOf(cacheDir: string, imageName: string): string {
  return join(cacheDir, "identities", createHash("sha256").update(imageName).digest("hex"));
}
