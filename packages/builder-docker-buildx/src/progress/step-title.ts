const LONGEST = 100;
/** What a script of ours does, by a text that only it holds. */
const TITLES: [RegExp, string][] = [
  [/fail E_BASE_NO_SHELL/, "user flytekit"],
  [/apt_get install/, "install Debian packages"],
  [/uv venv --python|UV_PYTHON_DOWNLOADS=automatic/, "make the Python environment"],
  [/\/micromamba "\$verb"/, "install conda packages"],
  [/uv pip install --python \/opt|uv sync --locked/, "install Python packages"],
  [/export (?:\\?")?PATH=\/dev\/imagespec\/bin/, "run the commands"],
];

/** A short name for a step, from the instruction BuildKit names it by. */
export function stepTitle(name: string): string {
  const [, place = "", instruction = name] = /^(\[[^\]]*\] )?(.*)$/s.exec(name) ?? [];
  if (instruction.startsWith("RUN ")) {
    for (const [pattern, title] of TITLES) if (pattern.test(instruction)) return `${place}${title}`;
  }
  const plain = `${place}${instruction}`.replaceAll(/\s+/g, " ").trim();
  return plain.length > LONGEST ? `${plain.slice(0, LONGEST - 1)}…` : plain;
}
