import { Refusal } from "./refusal.js";
import { isDeviceName } from "./shelf.js";

/** Names that systems can't have, or that mean something else to them. `#` divides a file from a table in it. */
const odd = /[\p{Cc}\\/:*?"<>|#]|^[. ]|[. ]$/u;

/** Files of data that pages read too: pictures, arrays of numbers, tables of text. */
const readable =
  /\.(png|jpe?g|jfif|webp|gif|npy|csv|tsv|tab|txt|jsonl|ndjson|json)$|(^|[/.-])idx\d-ubyte$|\.(npy|csv|tsv|jsonl|ndjson|json)\.gz$|idx\d-ubyte\.gz$/i;

const deepest = 32;

/** Throws a Refusal unless all names are of data, in places below one folder. */
export function requireDataNames(names: readonly string[]): void {
  for (const name of names) {
    const parts = name.split("/");
    const shown = JSON.stringify(name.slice(0, 100));
    if (parts.some((part) => part === "" || part.length > 200 || odd.test(part) || isDeviceName(part))) {
      throw new Refusal(422, `a file can't be called ${shown} here: rename it`);
    }
    if (parts.length > deepest) throw new Refusal(422, `${shown} lies more than ${deepest} folders deep`);
    if (!readable.test(name)) {
      throw new Refusal(
        422,
        `${shown} is none of the data that are read here: pictures (PNG, JPEG, WebP, GIF), idx, .npy, .csv, .tsv, .jsonl, .json`,
      );
    }
  }
  if (names.length === 0) throw new Refusal(422, "there are no files in it");
}

/** What data are called: their only file, or the folder that all of them lie in. */
export function nameOfData(names: readonly string[]): string | undefined {
  const [first = ""] = names;
  if (names.length === 1) return first.split("/").at(-1);
  const folder = first.split("/")[0] ?? "";
  return names.every((name) => name.startsWith(`${folder}/`)) ? folder : undefined;
}
