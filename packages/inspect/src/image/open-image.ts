import { createReadStream } from "node:fs";
import { ContainerEngine } from "@imagespec/container-engine";
import { ImageSpecError, isNamedPipe, OciLayout, parseReference } from "@imagespec/registry";
import { openArchive } from "./open-archive.ts";
import { openStoredImage } from "./open-stored-image.ts";
import type { ImageAccess, OpenedImage } from "./opened-image.ts";

const NO_LAYOUT = "Write oci:FOLDER, or oci:FOLDER:TAG where it holds several images.";

/**
 * Opens an image wherever it is: a reference in a registry; `oci:FOLDER` or `oci:FOLDER:TAG`; `engine:NAME` (or
 * skopeo's `docker-daemon:NAME`) in the container engine; `docker-archive:FILE`.
 *
 * @throws ImageSpecError E_REFERENCE, E_INPUT_FILE, E_DAEMON, and what the registry client throws.
 */
export async function openImage(text: string, access: ImageAccess): Promise<OpenedImage> {
  const { env, signal } = access;
  const [, kind, rest = ""] = /^(oci|engine|docker-daemon|docker-archive):(.+)$/.exec(text) ?? [];
  if (kind === "oci") return openLayout(text, rest, access);
  if (kind === "docker-archive") {
    const broken = (why: string, cause?: unknown) =>
      new ImageSpecError("E_INPUT_FILE", `${text} cannot be inspected: ${why}`, {
        hint: "Name an archive as docker save writes it; write it again where it is broken.",
        cause,
      });
    if (await isNamedPipe(rest)) throw broken("it is a pipe, not a file");
    return openArchive({ reference: text, content: createReadStream(rest), broken }, signal);
  }
  if (kind !== undefined) {
    const engine = await ContainerEngine.connect({ env, signal });
    const image = await engine.inspectImage(rest);
    if (image === undefined) {
      throw new ImageSpecError("E_DAEMON", `${rest} is not an image of the container engine`, {
        hint: "Pull it first, or leave out the prefix to ask its registry.",
      });
    }
    const path = `/images/${rest.split("/").map(encodeURIComponent).join("/")}/get`;
    const broken = (why: string, cause: unknown) =>
      new ImageSpecError("E_DAEMON", `${text} cannot be inspected: ${why}`, {
        hint: "Push the image to a registry, and inspect it there.",
        cause,
      });
    const opened = await engine.request({ method: "GET", path }, (content) =>
      openArchive({ reference: text, content, broken }, signal),
    );
    const digest = image.digests.map((one) => parseReference(one).digest)[0] ?? image.id;
    return { ...opened, digest };
  }
  const reference = parseReference(text);
  const source = access.client.repository(reference);
  const tagOrDigest = reference.digest ?? reference.tag ?? "latest";
  return openStoredImage({ ...access, source, tagOrDigest, reference: text });
}

async function openLayout(text: string, rest: string, access: ImageAccess): Promise<OpenedImage> {
  const [, folder = rest, tag] = /^(.+?)(?::([\w][\w.-]{0,127}))?$/.exec(rest) ?? [];
  if (folder === "") throw new ImageSpecError("E_REFERENCE", `"${text}" names no folder`, { hint: NO_LAYOUT });
  const source = new OciLayout(folder);
  const { digest } = await source.root(tag);
  return openStoredImage({ ...access, source, tagOrDigest: digest, reference: text });
}
