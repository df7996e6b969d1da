import { expect, test } from "vitest";
import en from "./en/index";
import ja from "./ja/index";

const flat = (screens: Readonly<Record<string, Readonly<Record<string, string>>>>): Map<string, string> =>
  new Map(
    Object.entries(screens).flatMap(([screen, words]) =>
      Object.entries(words).map(([key, text]) => [`${screen}:${key}`, text] as const),
    ),
  );
const placeholders = (text: string | undefined): string[] =>
  [...new Set([...(text ?? "").matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name as string))].sort();

test("both languages say everything, with the same values filled in", () => {
  const [english, japanese] = [flat(en), flat(ja)];
  // Japanese has no singular.
  const keys = [...english.keys()].filter((key) => !key.endsWith("_one"));
  expect([...japanese.keys()].sort()).toEqual(keys.sort());
  for (const [key, text] of english) {
    expect(text.trim(), key).not.toBe("");
    if (key.endsWith("_one")) continue;
    expect(japanese.get(key)?.trim(), key).not.toBe("");
    expect(placeholders(japanese.get(key)), key).toEqual(placeholders(text));
  }
});
