/**
 * A regular expression, for JavaScript and Python alike and for any case, of the paths inside an environment that belong
 * to the environment itself: the interpreter by each of its names, and what makes it a virtual environment. uv refuses
 * scripts of these names.
 */
export const ENVIRONMENT_FILES = String.raw`^(?:pyvenv\.cfg|bin/(?:activate|pythonw?|python3(?:\.\d+t?)?|pypy3?|graalpy)(?:\.exe)?)(?:/.*)?$`;
