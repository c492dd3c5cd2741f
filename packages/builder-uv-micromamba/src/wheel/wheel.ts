/** A wheel that goes into the image; its file is fetched only when its list of files or a layer must be made. */
export interface Wheel {
  name: string;
  version: string;
  filename: string;
  sha256: string;
  size: number;
  /** Files that its installer adds to its .dist-info, by name. */
  notes?: Readonly<Record<string, string>> | undefined;
  /** Whether it is made of the project's own sources, which change without their version. */
  isProject?: boolean | undefined;
  fetch(signal: AbortSignal): Promise<string>;
}

/** A wheel, and the paths it leaves to others. */
export interface WheelPart {
  wheel: Wheel;
  without: ReadonlySet<string>;
}
