/** How a version is found inside a binary. */
export interface VersionProbe {
  pattern: RegExp;
  format(match: RegExpExecArray): string;
}

/** How many bytes of a chunk are kept, so that a version is found across the border to the next one. */
const OVERLAP = 256;

/** What to look for in a file of that name: Python's own version, or that of the C library. */
export function versionProbe(path: string): VersionProbe | undefined {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const python = /^(?:python|libpython)(3\.\d+)(?:$|\.so)/.exec(name);
  if (python !== null && /(^|\/)(bin|lib|lib64|[a-z0-9_]+-linux-[a-z]+)\/[^/]+$/.test(path)) {
    const minor = (python[1] as string).replace(".", "\\.");
    return {
      pattern: new RegExp(`\\0(${minor}\\.\\d+)(?:\\+|(?:a|b|rc)\\d+)?\\0`),
      format: (match) => match[1] as string,
    };
  }
  if (/^libc(-2\.\d+\.so|\.so\.6)$/.test(name))
    return {
      pattern: /GNU C Library [^\0\n]{0,160}release version (\d+\.\d+)/,
      format: (match) => `glibc ${match[1]}`,
    };
  if (/^ld-musl-[a-z0-9_]+\.so\.1$/.test(name))
    return { pattern: /\0(1\.[0-9]\.\d+)(?:[-_][\w-]*)?\0/, format: (match) => `musl ${match[1]}` };
  return undefined;
}

/** The first version in a stream, which is read to its end. */
export async function findVersion(stream: AsyncIterable<Uint8Array>, probe: VersionProbe): Promise<string | undefined> {
  let found: string | undefined;
  let rest = "";
  for await (const chunk of stream) {
    if (found !== undefined) continue;
    const text = rest + Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString("latin1");
    const match = probe.pattern.exec(text);
    if (match !== null) found = probe.format(match);
    rest = text.slice(-OVERLAP);
  }
  return found;
}
