import { expect, it } from "vitest";
import { repeatedKey } from "./repeated-key.ts";

it.each([
  ['{"name":"a","name":"b"}', "name"],
  ['{"env":{"A":"1","B":{"x":1},"\\u0041":"2"}}', "A"],
  ['[{"a":1},{"b":1,"b":2}]', "b"],
  ['{"__proto__":1,"__proto__":2}', "__proto__"],
  ['{"a":{"a":"a"},"b":["a","a",":","{\\"a\\":1,"],"c\\"":1,"c":"\\\\"}', undefined],
  ['[{"a":1},{"a":1}]', undefined],
  ["1", undefined],
])("in %s it is %s", (json, name) => {
  expect(repeatedKey(json)).toBe(name);
});
