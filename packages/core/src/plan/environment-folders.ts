/** Where an image has its Python environment, by the manager that made it. */
export const ENVIRONMENT_PREFIXES = { venv: "/opt/venv", conda: "/opt/micromamba/envs/runtime" } as const;
/** Where micromamba keeps its environments and caches. */
export const MICROMAMBA_FOLDER = "/opt/micromamba";
/** Where the Pythons that uv manages are. */
export const PYTHON_FOLDER = "/opt/python";
