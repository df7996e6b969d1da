/** Where the classes of pictures come from: the folders they lie in, the beginnings of their names, or nowhere. */
export type PictureLabels = "folders" | "names" | "none";

/** The ways by name. */
export const pictureLabels: readonly PictureLabels[] = ["folders", "names", "none"];

/** Endings of pictures that a page reads. */
export function isReadPicture(name: string): boolean {
  return /\.(png|jpe?g|jfif|webp|gif)$/i.test(name);
}

/** Whether a name is one of a table of text. */
export function isTableName(name: string): boolean {
  return /\.(csv|tsv|tab|txt|data|dat|jsonl|ndjson|json)(\.gz)?$/i.test(name);
}
