import { writeWhole } from "../data/index.js";
import { encodePng, type Raster } from "../plot/index.js";
import { makeParent } from "./commands/shared.js";
import { note, print } from "./context.js";

/** Writes a picture and says where, and what must be known to read it. */
export async function writePicture(file: string, picture: Raster): Promise<void> {
  await makeParent(file);
  await writeWhole(file, await encodePng(picture));
  if (picture.note !== undefined) note(picture.note);
  print(file);
}
