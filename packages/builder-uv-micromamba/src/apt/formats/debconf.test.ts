import { describe, expect, it } from "vitest";
import { addRecords, questionsOf, readTemplates } from "./debconf.ts";

const TEMPLATES = `
Template: demo/colour
Type: select
Choices: Red, Blue
Choices-de.UTF-8: Rot, Blau
Default: Red
Description: Which colour?
 The colour of things,
 in two lines.
 .
   - as it stands
 After a list.

Template: demo/name
Type: string
Description: Name?
`;

describe("debconf", () => {
  it("keeps templates as its own program does: fields in lower case, texts joined, verbatim lines apart", () => {
    const [colour, name] = readTemplates(TEMPLATES, "demo");
    expect(name).toMatchObject({ name: "demo/name", owner: "demo/name" });
    expect(colour?.fields.get("choices-de.utf-8")).toBe("Rot, Blau");
    expect(colour?.fields.get("extended_description")).toBe(
      "The colour of things, in two lines.\n\n  - as it stands\nAfter a list.",
    );
    expect(() => readTemplates("Template: a\nnot a field\n", "demo")).toThrow(
      "demo has a template for debconf that is not read here: not a field",
    );
  });

  it("adds templates and questions among the records that are there, sorted by name and field", () => {
    const before = "Name: a/a\nOwners: a\n\nName: z/z\nOwners: z\nVariables:\n x = y\n\n";
    const templates = readTemplates(TEMPLATES, "demo");
    expect(addRecords(before, templates)).toBe(
      "Name: a/a\nOwners: a\n\n" +
        "Name: demo/colour\nChoices: Red, Blue\nChoices-de.utf-8: Rot, Blau\nDefault: Red\nDescription: Which colour?\n" +
        "Extended_description: The colour of things, in two lines.\\n\\n  - as it stands\\nAfter a list.\nType: select\nOwners: demo/colour\n\n" +
        "Name: demo/name\nDescription: Name?\nType: string\nOwners: demo/name\n\n" +
        "Name: z/z\nOwners: z\nVariables:\n x = y\n\n",
    );
    expect(addRecords("", questionsOf(templates, { answers: { "demo/colour": "Blue" } }, "demo"))).toBe(
      "Name: demo/colour\nTemplate: demo/colour\nValue: Blue\nOwners: demo\n\nName: demo/name\nTemplate: demo/name\nOwners: demo\n\n",
    );
    expect(addRecords("Name: demo/name\nOwners: other\n\n", templates)).toBeUndefined();
  });
});
