import { shellWord } from "@imagespec/core/builder";
import { SYSTEM_PATH } from "./fail.ts";

/** The owner to set, as words of the shell. */
export interface Owner {
  /** Name or number of the user. */
  user: string;
  /** `USER:GROUP` for chown; by default the user's login group. */
  owner?: string | undefined;
  /** Files mounted for the step, which are not the image's. */
  except?: readonly string[] | undefined;
}

/**
 * Changes the owner of what lies below these folders, links themselves included, in the same step that makes it. What
 * has the right owner already stays untouched, so that no layer holds it a second time.
 */
export function chownScript(folders: readonly string[], { user, owner = `${user}:`, except = [] }: Owner): string[] {
  // With a slash behind it a folder that is a link is followed.
  const places = folders.flatMap((folder) => [folder, `${folder}/`]).join(" ");
  const excluded = except.map((path) => ` ! -path ${shellWord(path)}`).join("");
  return [
    SYSTEM_PATH,
    "if command -v find >/dev/null; then",
    `find ${places} -xdev ! -user ${user}${excluded} -exec chown -h ${owner} {} +;`,
    `else chown -Rh ${owner} ${places}; fi`,
  ];
}
