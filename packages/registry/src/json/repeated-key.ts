/**
 * The first name that an object of a JSON text holds twice, however it is written; JSON.parse would keep the last one
 * and other readers the first. `nameOf` says what a name counts as. The text is known to be JSON. Linear in its length.
 * Pure.
 */
export function repeatedKey(json: string, nameOf = (key: string) => key): string | undefined {
  const open: (Set<string> | undefined)[] = [];
  let last = "";
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:]/g)) {
    if (token === "{") open.push(new Set());
    else if (token === "[") open.push(undefined);
    else if (token === "}" || token === "]") open.pop();
    else if (token === ":") {
      const names = open.at(-1);
      const key = JSON.parse(last) as string;
      const name = nameOf(key);
      if (names?.has(name)) return key;
      names?.add(name);
    } else last = token;
  }
  return undefined;
}
