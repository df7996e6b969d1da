import { expect, test } from "vitest";
import { blocks, pieces } from "./rich";

test("marks become pieces, and what is between them words", () => {
  expect(pieces("A **bold** word, `code` and $mu$.")).toEqual([
    { kind: "words", text: "A " },
    { kind: "strong", text: "bold" },
    { kind: "words", text: " word, " },
    { kind: "code", text: "code" },
    { kind: "words", text: " and " },
    { kind: "formula", text: "mu" },
    { kind: "words", text: "." },
  ]);
});

test("markup is words like others", () => {
  expect(pieces("<b>1 * 2 ** 3</b>")).toEqual([{ kind: "words", text: "<b>1 * 2 ** 3</b>" }]);
});

test("an empty line ends a paragraph, and lines with dashes are a list", () => {
  expect(blocks("One\ntwo.\n\n- a\n- b")).toEqual([
    { list: false, lines: ["One two."] },
    { list: true, lines: ["a", "b"] },
  ]);
});
