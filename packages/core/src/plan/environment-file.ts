/**
 * A regular expression, for JavaScript and Python alike and for any case, of the paths inside an environment that
 * belong to the environment itself: the interpreter by each of its names, what makes it a virtual environment, and what
 * uv locks while it installs. uv refuses scripts of these names.
 */
export const ENVIRONMENT_FILES = String.raw`^(?:\.lock|pyvenv\.cfg|bin/(?:activate|pythonw?|python3(?:\.\d+t?)?|pypy3?|graalpy)(?:\.exe)?)(?:/.*)?$`;
