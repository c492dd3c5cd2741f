/** A distribution's name in the form by which names are compared (PEP 503): `Foo.Bar__baz` is `foo-bar-baz`. Pure. */
export function normalName(name: string): string {
  return name.replace(/[-_.]+/g, "-").toLowerCase();
}
