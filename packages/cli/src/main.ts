#!/usr/bin/env node
// A Node that is too old for the rest must still parse this file: no static import, no syntax newer than ES2019.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (process.versions.bun) {
  tooOld(`bun ${process.versions.bun} lacks Node's module hooks`);
} else if (major < 22 || (major === 22 && minor < 15)) {
  tooOld(`Node ${process.versions.node} is too old`);
} else {
  import("./keep-compiled.ts")
    .then(({ keepCompiled }) => keepCompiled(process.env))
    .then(() => import("./run-program.ts"))
    .then(({ runProgram }) => runProgram(process.argv.slice(2)));
}

function tooOld(reason: string): void {
  console.error(`imagespec: ${reason}; run it with Node 22.15 or newer`);
  process.exitCode = 2;
}
