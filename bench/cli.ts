import { fileURLToPath } from "node:url";

/** The program that is published. */
export const CLI = fileURLToPath(new URL("../packages/cli/dist/main.js", import.meta.url));
