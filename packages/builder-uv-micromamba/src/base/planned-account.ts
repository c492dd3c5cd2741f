export interface Account {
  name: string;
  uid: number;
  gid: number;
  home: string;
}

/** An account in the files of a base image, and what those files are when it had to be added. */
export interface PlannedAccount extends Account {
  /** New contents; undefined when the account was there. */
  passwd?: string | undefined;
  group?: string | undefined;
}

const FIRST_ID = 1000;

/**
 * The user a step asks for: one that is there is kept; else it gets 1000 as uid and gid if both are free, else the
 * next number that is free for both. Pure: works on the text of passwd(5) and group(5).
 */
export function planAccount(name: string, home: string, passwd: string, group: string): PlannedAccount {
  const users = lines(passwd);
  const groups = lines(group);
  const existing = users.find((fields) => fields[0] === name);
  if (existing !== undefined)
    return {
      name,
      uid: Number(existing[2]),
      gid: Number(existing[3]),
      home: existing[5] || "/",
    };
  const uids = new Set(users.map((fields) => Number(fields[2])));
  const gids = new Set(groups.map((fields) => Number(fields[2])));
  let uid = FIRST_ID;
  while (uids.has(uid) || gids.has(uid)) uid++;
  // An existing group of that name is used instead of adding a second one.
  const own = groups.find((fields) => fields[0] === name);
  const gid = own === undefined ? uid : Number(own[2]);
  return {
    name,
    uid,
    gid,
    home,
    passwd: `${ended(passwd)}${name}:x:${uid}:${gid}::${home}:/bin/sh\n`,
    group: own === undefined ? `${ended(group)}${name}:x:${gid}:\n` : undefined,
  };
}

function lines(text: string): string[][] {
  return text
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.split(":"));
}

function ended(text: string): string {
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}
