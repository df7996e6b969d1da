import { realpath, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { UserError } from "../../tensor/index.js";
import { fileError } from "../files.js";
import { counted, type FoundPictures, isPictureName, type PictureRow, someNames } from "./found.js";
import { isManifestName, isMetadataName, readManifest } from "./manifest.js";
import { partNamed } from "./parts.js";
import { byPart, labelled, otherNotes } from "./placed.js";
import { listedPicture, pictureAt, walk } from "./walk.js";

/** Rows of the lists `metadata.csv` and `metadata.jsonl` in a folder, their files named as below the folder. */
async function listedRows(root: string, shown: string, lists: readonly string[]): Promise<PictureRow[]> {
  const rows: PictureRow[] = [];
  for (const list of lists) {
    await listedPicture(root, list, join(shown, list)); // no link that leads out of the folder
    const below = dirname(list);
    const part = partNamed(list.split("/")[0] ?? "");
    for (const row of await readManifest(join(shown, list), part)) {
      const name = below === "." ? row.file.name : `${below}/${row.file.name}`;
      rows.push({ ...row, file: { ...row.file, name } });
    }
  }
  return rows;
}

async function inFolder(shown: string, signal: AbortSignal | undefined): Promise<FoundPictures> {
  const root = await realpath(shown);
  const { pictures, others } = await walk(root, shown, signal);
  const lists = others.filter((name) => isMetadataName(basename(name)));
  const notes: string[] = otherNotes(others.filter((name) => !lists.includes(name)));
  if (lists.length > 0) {
    const rows = await listedRows(root, shown, lists);
    const named = new Set(rows.map(({ file }) => file.name));
    const left = pictures.filter(({ name }) => !named.has(name)).map(({ name }) => name);
    if (left.length > 0) {
      notes.push(
        `${counted(left.length, "picture")} that ${lists.join(" and ")} doesn't name not used: ${someNames(left)}.`,
      );
    }
    return { root: shown, rows, notes };
  }
  const parts = byPart(pictures, notes);
  const rows = [...parts].flatMap(([part, placed]) => labelled(placed, part, notes));
  return { root: shown, rows, notes };
}

/**
 * The pictures of a folder, of a list of pictures (CSV or a JSON object a line) or of one file. In a folder, `train`, `test`
 * and `validation` are the parts, and the folders in these, or in the folder itself, the classes; `metadata.csv` or
 * `metadata.jsonl` say more (Hugging Face's ImageFolder).
 *
 * @throws UserError naming the folder or the file.
 */
export async function findPictures(path: string, signal?: AbortSignal): Promise<FoundPictures> {
  const info = await stat(path).catch((cause: unknown) => {
    throw fileError(cause, `read ${path}`);
  });
  const found = info.isDirectory() ? await inFolder(path, signal) : await inFile(path);
  if (found.rows.length > 0) return found;
  throw new UserError(
    `${path} holds no pictures (.png, .jpg, .webp, .avif, .gif, .tiff)${found.notes.length > 0 ? `; it has ${found.notes.join(" ")}` : ""}`,
  );
}

async function inFile(path: string): Promise<FoundPictures> {
  const root = dirname(path);
  if (isManifestName(path)) return { root, rows: await readManifest(path), notes: [] };
  if (!isPictureName(path))
    throw new UserError(`${path} is no picture, nor a list of pictures (.csv, .jsonl)`);
  const file = await pictureAt(await realpath(root), basename(path), path);
  return { root, rows: [{ file, part: "train" }], notes: [] };
}
