/** Where the documentation is published; every address in a message is made of it. */
const PUBLISHED = "https://imagespec.dev/";

/**
 * The published address of a page of the documentation, for hints.
 *
 * @param page Path below `docs/` without ending, optionally with a heading: `writing-a-builder#the-package`.
 */
export function docsPage(page: string): string {
  return `${PUBLISHED}${page}`;
}
