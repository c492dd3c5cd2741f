import { SYSTEM_PATH } from "../step-fault.ts";
import { quoteShell } from "./quote.ts";

/** Whose something is to be, as words of the shell. */
export interface Owner {
  /** Name or number of the user. */
  user: string;
  /** `USER:GROUP` for chown; by default the user's login group. */
  owner?: string | undefined;
  /** Files mounted for the step, which are not the image's. */
  except?: readonly string[] | undefined;
}

/**
 * Gives someone what lies below these folders and is another's, links themselves included, in the step that makes it:
 * what has the right owner stays untouched, so that no layer holds it again.
 */
export function ownScript(folders: readonly string[], { user, owner = `${user}:`, except = [] }: Owner): string[] {
  // With a slash behind it a folder that is a link is followed.
  const places = folders.flatMap((folder) => [folder, `${folder}/`]).join(" ");
  const excluded = except.map((path) => ` ! -path ${quoteShell(path)}`).join("");
  return [
    SYSTEM_PATH,
    "if command -v find >/dev/null; then",
    `find ${places} -xdev ! -user ${user}${excluded} -exec chown -h ${owner} {} +;`,
    `else chown -Rh ${owner} ${places}; fi`,
  ];
}
