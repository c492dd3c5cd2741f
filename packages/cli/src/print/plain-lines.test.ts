import { expect, it } from "vitest";
import { PlainLines } from "./plain-lines.ts";

it("names the image of each line once there are several", () => {
  let text = "";
  const lines = new PlainLines((more) => {
    text += more;
  });
  lines.show({ type: "step", image: "app/base:a", name: "install numpy", status: "started" });
  lines.show({ type: "step", image: "app/base:a", name: "install numpy", status: "done", seconds: 1.23 });
  lines.show({ type: "step", image: "app/web:b", name: "install flask", status: "started" });
  lines.show({ type: "log", image: "app/web:b", stream: "stdout", line: "Resolved 7 packages" });
  lines.show({ type: "warning", image: "app/base:a", message: "no cache", hint: "Set one." });
  lines.show({ type: "warning", message: "of no image" });
  expect(text.split("\n")).toEqual([
    "... install numpy",
    "done install numpy (1.2 s)",
    "... app/web:b: install flask",
    "  | app/web:b: Resolved 7 packages",
    "warning: app/base:a: no cache",
    "  hint: Set one.",
    "warning: of no image",
    "",
  ]);
});
