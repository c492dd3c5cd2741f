/** What the RUN instructions of a plan do, in a few words. */
export const STEP_TITLES = {
  user: "user flytekit",
  apt: "install Debian packages",
  venv: "make the Python environment",
  conda: "install conda packages",
  loginShells: "keep PATH in login shells",
  packages: "install Python packages",
  projects: "build and install the workspace's projects",
  own: "give the environment's links their owner",
  bytecode: "compile Python modules",
  makeWay: "make way for the files",
  commands: "run the commands",
} as const;
