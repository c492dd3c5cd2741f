import { constants } from "node:fs";

/** Flags to open a file for reading, which do not wait where a pipe lies in its place: no signal would end that. */
export const READ_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** The same, for a file in whose place a link is not followed but refused with ELOOP. */
export const READ_FLAGS_WITHOUT_LINKS = READ_FLAGS | (constants.O_NOFOLLOW ?? 0);
