import { expect, it } from "vitest";
import { secretVariable } from "./secret-variable.ts";

it.each([
  ["/root/.netrc", "NETRC"],
  ["/run/secrets/netrc", "NETRC"],
  ["/root/_netrc", "NETRC"],
  ["/etc/gitconfig", "GIT_CONFIG_GLOBAL"],
  ["/root/.gitconfig", "GIT_CONFIG_GLOBAL"],
  ["/run/secrets/token", undefined],
  ["/run/netrc/token", undefined],
  ["/run/constructor", undefined],
])("%s is told by %s", (target, variable) => {
  expect(secretVariable(target)).toBe(variable);
});
