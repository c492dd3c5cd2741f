import type { Problem } from "@imagespec/registry";

/** The names that uv has for builds of PyTorch; a newer uv may know further numbers. */
const BACKEND = /^(?:cpu|xpu|cu\d{2,3}|rocm\d+(?:\.\d+){1,2})$/;
const HINT = "Name a backend, such as cpu, cu126 or rocm6.4.";

/** The rule for `torchBackend`, and for the installer's option of that name. `auto` asks the machine that installs. */
export function torchBackendBreach(text: string): Problem | undefined {
  if (BACKEND.test(text)) return undefined;
  const message =
    text === "auto"
      ? "'auto' would ask the machine that builds which GPU it has, and another one's differs"
      : `'${text}' is not a build of PyTorch that uv knows`;
  return { code: "torch_backend", message, hint: HINT };
}
