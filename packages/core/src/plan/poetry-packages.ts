/** What reads a poetry.lock, as requirements: poetry, and its plug-in that exports. Neither is part of an image. */
export const POETRY_PACKAGES: readonly [poetry: string, plugin: string] = [
  "poetry==2.2.1",
  "poetry-plugin-export==1.9.0",
];
