/**
 * The values in a text between commas, such as `7, "Rome, Italy"`; those in quotes may hold commas. Undefined if it can't be read: an
 * empty text, a value that is missing, a quote that isn't closed.
 */
export function valuesBetweenCommas(text: string): string[] | undefined {
  const found = text.match(/\s*("[^"]*"|'[^']*'|[^,]*)\s*(,|$)/g) ?? [];
  const values = found
    .map((one) =>
      one
        .replace(/,$/, "")
        .trim()
        .replace(/^(["'])(.*)\1$/, "$2"),
    )
    .filter((value, i, all) => value !== "" || i < all.length - 1);
  return found.join("") === text && values.length > 0 && !values.includes("") ? values : undefined;
}
