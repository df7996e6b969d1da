/** A piece of a paragraph: words, stressed words, code or a formula by its name. */
export interface Piece {
  readonly kind: "words" | "strong" | "code" | "formula";
  readonly text: string;
}

const marks = /\*\*(.+?)\*\*|`(.+?)`|\$(\w+)\$/g;

/** A paragraph with **stress**, `code` and $formulas$ as pieces. */
export function pieces(paragraph: string): Piece[] {
  const found: Piece[] = [];
  let end = 0;
  for (const match of paragraph.matchAll(marks)) {
    if (match.index > end) found.push({ kind: "words", text: paragraph.slice(end, match.index) });
    const [whole, strong, code, formula] = match;
    if (strong !== undefined) found.push({ kind: "strong", text: strong });
    else if (code !== undefined) found.push({ kind: "code", text: code });
    else found.push({ kind: "formula", text: formula as string });
    end = match.index + whole.length;
  }
  if (end < paragraph.length) found.push({ kind: "words", text: paragraph.slice(end) });
  return found;
}

/** Paragraphs and lists: what starts with "- " on every line is a list. */
export function blocks(text: string): { readonly list: boolean; readonly lines: readonly string[] }[] {
  return text
    .split("\n\n")
    .filter((block) => block.trim() !== "")
    .map((block) => {
      const lines = block.split("\n");
      const list = lines.every((line) => line.startsWith("- "));
      return { list, lines: list ? lines.map((line) => line.slice(2)) : [lines.join(" ")] };
    });
}
