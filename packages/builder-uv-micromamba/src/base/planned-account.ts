import { ImageSpecError } from "@imagespec/core/builder";

export interface Account {
  name: string;
  uid: number;
  gid: number;
  home: string;
}

/** An account over a base image, and the base's files with it where it had to be added. */
export interface PlannedAccount extends Account {
  /** The new contents; undefined where the base has the account. */
  passwd?: string | undefined;
  group?: string | undefined;
}

const FIRST_ID = 1000;
/** The largest user or group id; the next number means "no change" to chown(2). */
const LARGEST_ID = 0xfffffffe;

/**
 * The user a step asks for: one that is there is kept; else it gets 1000 as uid and gid if both are free, else the next
 * number that is free for both. Works on the text of passwd(5) and group(5) as the shell of Dockerfile builds does: ids
 * are compared as they are written, and an entry without one counts for nothing. Pure.
 *
 * @throws ImageSpecError E_UNSUPPORTED for an entry of that name whose id is not a number.
 */
export function planAccount(name: string, home: string, passwd: string, group: string): PlannedAccount {
  const users = lines(passwd);
  const groups = lines(group);
  const existing = users.find(([user, , uid]) => user === name && uid);
  if (existing !== undefined) {
    const [, , uid, gid, , given] = existing;
    return { name, uid: idOf(uid, name), gid: idOf(gid, name), home: given || "/" };
  }
  const taken = new Set([...users, ...groups].map(([, , id]) => id));
  let uid = FIRST_ID;
  while (taken.has(String(uid))) uid++;
  // An existing group of that name is used instead of adding a second one.
  const own = groups.find(([other, , gid]) => other === name && gid)?.[2];
  const gid = own === undefined ? uid : idOf(own, name);
  return {
    name,
    uid,
    gid,
    home,
    passwd: `${ended(passwd)}${name}:x:${uid}:${own ?? uid}::${home}:/bin/sh\n`,
    group: own === undefined ? `${ended(group)}${name}:x:${gid}:\n` : undefined,
  };
}

function idOf(text: string | undefined, name: string): number {
  const id = /^\d+$/.test(text ?? "") ? Number(text) : LARGEST_ID + 1;
  if (id <= LARGEST_ID) return id;
  throw new ImageSpecError("E_UNSUPPORTED", `The base image has ${name} with the id ${JSON.stringify(text)}`, {
    hint: "Build with docker-buildx or kaniko, or use a base whose /etc/passwd and /etc/group can be read.",
  });
}

function lines(text: string): string[][] {
  return text.split("\n").map((line) => line.split(":"));
}

function ended(text: string): string {
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}
