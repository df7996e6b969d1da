import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { pieces } from "../screens/learn/parts/rich";
import { questionsOf, stepIds } from "../screens/learn/steps";
import { lesson as en } from "./en/lesson";
import { lesson as ja } from "./ja/lesson";

const tex = readFileSync(new URL("../screens/learn/formulas.tex", import.meta.url), "utf8");
const formulas = new Set([...tex.matchAll(/^([\w-]+):/gm)].map(([, name]) => name));
const placeholders = (text: string): string[] =>
  [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name as string);

test("both languages have the same keys, and every text says something", () => {
  expect(Object.keys(ja).sort()).toEqual(Object.keys(en).sort());
  for (const text of [...Object.values(en), ...Object.values(ja)]) expect(text.trim()).not.toBe("");
});

test("both fill in the same values", () => {
  for (const [key, text] of Object.entries(en)) {
    const other = (ja as Readonly<Record<string, string>>)[key] ?? "";
    expect([...new Set(placeholders(other))].sort(), key).toEqual([...new Set(placeholders(text))].sort());
  }
});

describe.each([
  ["English", en as Readonly<Record<string, string>>],
  ["Japanese", ja as Readonly<Record<string, string>>],
])("%s", (_, words) => {
  test("formulas in the text exist, and no mark is left over", () => {
    for (const [key, text] of Object.entries(words)) {
      for (const { kind, text: piece } of text.split("\n\n").flatMap(pieces)) {
        if (kind === "formula") expect(formulas, key).toContain(piece);
        else expect(piece, key).not.toMatch(/\$\w+\$|\*\*/);
      }
    }
  });
  test("every step has its title, and every answer its reason", () => {
    for (const step of stepIds) {
      for (const part of ["title", "lead", "short"]) expect(words).toHaveProperty(`${part}-${step}`);
      for (const { id, answers, right } of questionsOf(step)) {
        expect(right).toBeLessThanOrEqual(answers);
        expect(words).toHaveProperty(`q-${id}`);
        for (let answer = 1; answer <= answers; answer++) {
          expect(words).toHaveProperty(`q-${id}-${answer}`);
          expect(words).toHaveProperty(`q-${id}-${answer}-why`);
        }
      }
    }
  });
});
