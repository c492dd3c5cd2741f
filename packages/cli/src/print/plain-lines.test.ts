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

it("says of an image that was built why other builders did not, and of one that exists only that", () => {
  let text = "";
  const lines = new PlainLines((more) => {
    text += more;
  });
  const about = { reference: "app:a", digest: undefined, tag: "a", id: "x", platforms: ["linux/amd64"] };
  const outcome = { ...about, builder: "kaniko", reasons: ["docker-buildx: no docker on PATH"] };
  lines.outcome({ ...outcome, status: "built" });
  lines.outcome({ ...outcome, status: "reused", builder: undefined, reasons: ["the registry has it"] });
  expect(text.split("\n")).toEqual([
    "built by kaniko: app:a",
    "  docker-buildx: no docker on PATH",
    "reused: app:a (the registry has it)",
    "",
  ]);
});
