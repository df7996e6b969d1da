import temml from "temml";
import type { Plugin } from "vite";

/** Inline styles are blocked by the page's policy; what they say is in the screens' own styles. */
const withoutStyles = (markup: string): string => markup.replaceAll(/ style="[^"]*"/g, "");

const trusted = (context: { readonly command: string }): boolean => context.command === "\\class";

const render = (formula: string, displayMode: boolean): string =>
  withoutStyles(temml.renderToString(formula, { displayMode, throwOnError: true, trust: trusted }));

/** `name: TeX` a line; lines of % are comments. */
export function formulasOf(
  text: string,
): Record<string, { readonly inline: string; readonly block: string }> {
  const lines = text.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("%"));
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf(":");
      const formula = line.slice(at + 1).trim();
      return [line.slice(0, at).trim(), { inline: render(formula, false), block: render(formula, true) }];
    }),
  );
}

/** Files of formulas (.tex) become MathML while the page is built. */
export const formulas = (): Plugin => ({
  name: "formulas",
  transform(text, id) {
    if (!id.endsWith(".tex")) return null;
    return { code: `export default ${JSON.stringify(formulasOf(text))};`, map: null };
  },
});
