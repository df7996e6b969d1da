import type { Entry } from "latent/web";

/** What was chosen of a catalogue: a name, and those of its options that were set. */
export interface Choice {
  readonly name: string;
  readonly options: Readonly<Record<string, string>>;
}

/** A choice as text, as a spec takes it: `name(option=value)`. */
export function textOf({ name, options }: Choice): string {
  const told = Object.entries(options).filter(([, value]) => value.trim() !== "");
  return told.length === 0 ? name : `${name}(${told.map(([key, value]) => `${key}=${value}`).join(", ")})`;
}

/** The choice that a text stands for; options nested in brackets stay text. */
export function choiceOf(text: string): Choice {
  const open = text.indexOf("(");
  if (open < 0) return { name: text.trim(), options: {} };
  const inside = text.slice(open + 1, text.lastIndexOf(")"));
  const options: Record<string, string> = {};
  for (const part of parts(inside)) {
    const equals = part.indexOf("=");
    if (equals > 0) options[part.slice(0, equals).trim()] = part.slice(equals + 1).trim();
  }
  return { name: text.slice(0, open).trim(), options };
}

/** Splits at commas that are in no bracket. */
function parts(text: string): string[] {
  const found: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (character === "(" || character === "[") depth++;
    else if (character === ")" || character === "]") depth--;
    else if (character === "," && depth === 0) {
      found.push(text.slice(start, i));
      start = i + 1;
    }
  }
  return [...found, text.slice(start)].filter((part) => part.trim() !== "");
}

/** The options of an entry that a form can ask for. */
export function askable(entry: Entry<unknown, string> | undefined) {
  return Object.entries(entry?.options ?? {}).map(([name, info]) => ({ name, ...info }));
}
