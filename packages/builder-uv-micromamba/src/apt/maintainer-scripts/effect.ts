import type { Alternative } from "../formats/alternatives.ts";

/**
 * A list that stands in the package's config script as a variable of that name; its items in the order of their bytes.
 */
export interface ScriptList {
  listOf: string;
}

/** Answers by question. */
export type Answers = Readonly<Record<string, string | ScriptList>>;

/** What a maintainer script leaves in a freshly installed system, as data. Paths are absolute. */
export type Effect =
  | { do: "alternative"; alternative: Alternative }
  /** The manual pages of one version of PostgreSQL's client, which is the number at the end of the package's name. */
  | { do: "pages of PostgreSQL"; first: string }
  | { do: "folder"; path: string; mode: number; group?: string }
  /** A symbolic link, in the place of what is there. */
  | { do: "link"; path: string; link: string }
  /** Unless something is there. */
  | { do: "file"; path: string; text: string; mode: number }
  /** A file of the same package under another name, unless something is there. */
  | { do: "copy"; from: string; path: string }
  /**
   * A file beside one of the package, in a folder that differs by machine, with what a program writes of these versions
   * alone.
   */
  | { do: "file beside"; file: string; name: string; versions: readonly string[]; text: string }
  /**
   * The package's questions in debconf's databases, answered as nobody is asked: what its config script answers once
   * the package is unpacked, and, where it is known, what it answers before.
   */
  | {
      do: "debconf";
      answers: Answers;
      askedFirst?: Answers;
      /** Questions that count as seen after the first time. */
      seenFirst?: readonly string[];
      /** By question, what the script puts into its template. */
      variables?: Readonly<Record<string, { name: string; value: string | ScriptList }>>;
    }
  /** What trusting every certificate of the package means: their list, links to them, and all in one file. */
  | { do: "certificates" }
  /** /etc/locale.gen with every locale of the package, none of which is asked for. */
  | { do: "locale.gen" }
  /** A group for the system's own use, unless it is there. */
  | { do: "system group"; name: string }
  | { do: "mode"; path: string; mode: number; group: string }
  /** Links of an init script in the folders of its runlevels (update-rc.d(8)). */
  | { do: "start links"; script: string }
  /** Links that make systemd start a unit (deb-systemd-helper(1)). */
  | { do: "unit"; unit: string; of: "system" | "user" }
  /** A path under which dpkg puts what other packages have at `path` (dpkg-divert(1)). */
  | { do: "diversion"; path: string; to: string }
  /**
   * Nothing, as long as the base has nothing at a path that the script looks for, or, with `line`, no line there begins
   * so.
   */
  | { do: "nothing beside"; path: string; line?: string }
  /** Nothing, as long as the base lacks the program that the script would run. */
  | { do: "nothing without"; program: string };
