/** Where uv and the builders download Pythons from, unless a mirror is named. */
export const PYTHON_DOWNLOADS = "https://github.com/astral-sh/python-build-standalone/releases/download";
