/** Stands for the index that installers ask where none is named, whose address is theirs to know. */
export const DEFAULT_INDEX = "pypi";
