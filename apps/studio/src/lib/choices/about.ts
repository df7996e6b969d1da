import { catalogues } from "../../text/ja/catalogues";
import type { Language } from "../text/text.svelte";

/** The library's catalogues that are chosen from. */
export type Catalogue = keyof typeof catalogues;

/** What an entry of a catalogue is, in a language; in the library's English where nothing else is written. */
export function aboutEntry(
  { name, description }: { readonly name: string; readonly description: string },
  catalogue: Catalogue,
  language: Language,
): string {
  const japanese: Readonly<Record<string, string>> = catalogues[catalogue];
  return (language === "ja" ? japanese[name] : undefined) ?? description;
}
