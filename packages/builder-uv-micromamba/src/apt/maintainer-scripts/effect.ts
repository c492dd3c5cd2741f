import type { Alternative } from "../formats/alternatives.ts";

/** A list that the package's config script holds in a shell variable of this name. Its items are sorted by bytes. */
export interface ScriptList {
  listOf: string;
}

/** The answers to debconf's questions, by question. */
export type Answers = Readonly<Record<string, string | ScriptList>>;

/** What a maintainer script does on the first installation of its package, as data. Paths are absolute. */
export type Effect =
  | { do: "alternative"; alternative: Alternative }
  /**
   * The alternative of a PostgreSQL client's manual pages. The number at the end of the package's name is its version.
   */
  | { do: "pages of PostgreSQL"; first: string }
  | { do: "folder"; path: string; mode: number; group?: string }
  /** A symbolic link, in the place of what is there. */
  | { do: "link"; path: string; link: string }
  /** A file, unless something is there already. */
  | { do: "file"; path: string; text: string; mode: number }
  /** A copy of one of the package's files, unless something is there already. */
  | { do: "copy"; from: string; path: string }
  /**
   * A file in the folder of one of the package's files, which differs between machines. The text is what a program of
   * the package writes in these versions; other versions are not known.
   */
  | { do: "file beside"; file: string; name: string; versions: readonly string[]; text: string }
  /**
   * The package's questions in debconf's databases, as its config script answers them where nobody can be asked: once
   * the package is unpacked, and where that is known, also before.
   */
  | {
      do: "debconf";
      answers: Answers;
      askedFirst?: Answers;
      /** Questions that are marked as seen once they were asked before unpacking. */
      seenFirst?: readonly string[];
      /** By question, the variable of its template that the script sets. */
      variables?: Readonly<Record<string, { name: string; value: string | ScriptList }>>;
    }
  /** Every certificate of the package is trusted: their list, links to them, and all of them in one file. */
  | { do: "certificates" }
  /** /etc/locale.gen, which lists every locale of the package as a comment. */
  | { do: "locale.gen" }
  /** A system group, unless the base has it. */
  | { do: "system group"; name: string }
  | { do: "mode"; path: string; mode: number; group: string }
  /** Links of an init script in the folders of its runlevels (update-rc.d(8)). */
  | { do: "start links"; script: string }
  /** Links that make systemd start a unit (deb-systemd-helper(1)). */
  | { do: "unit"; unit: string; of: "system" | "user" }
  /** A diversion (dpkg-divert(1)): dpkg puts at `to` what other packages have at `path`. */
  | { do: "diversion"; path: string; to: string }
  /**
   * Nothing, as long as the base has no file at a path that the script looks at; with `line`, as long as no line of
   * that file begins with it.
   */
  | { do: "nothing beside"; path: string; line?: string }
  /** Nothing, as long as the base does not have the program that the script would run. */
  | { do: "nothing without"; program: string };
