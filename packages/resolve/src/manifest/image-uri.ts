const SCHEME = "imagespec://";

/** What `imagespec://FILE#TARGET` names. */
export interface ImageUri {
  /** A spec file, or a folder with an `imagespec.*` in it; as written. */
  path: string;
  /** One of the images of that file; undefined where it holds a single one. */
  target: string | undefined;
}

/**
 * Reads a value of a manifest; undefined when it is not wholly an `imagespec://` URI. Path and target are taken as they
 * are written, without percent encoding; the target follows the last `#`. Pure.
 */
export function parseImageUri(value: string): ImageUri | undefined {
  const text = value.trimEnd();
  if (!text.startsWith(SCHEME) || /\s/.test(text)) return undefined;
  const rest = text.slice(SCHEME.length);
  const at = rest.lastIndexOf("#");
  return at < 0 ? { path: rest, target: undefined } : { path: rest.slice(0, at), target: rest.slice(at + 1) };
}
