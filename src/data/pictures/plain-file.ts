import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { UserError } from "../../tensor/index.js";
import { fileError } from "../files.js";
import { mostFileBytes } from "./reading.js";

/**
 * A file's bytes, from a plain file alone: never a link's, a pipe's or a device's, even if it was exchanged for one since
 * it was found. Throws a UserError.
 */
export async function readPlainFile(path: string): Promise<Uint8Array> {
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch((cause: unknown) => {
    throw fileError(cause, "be read");
  });
  try {
    const info = await file.stat();
    if (!info.isFile()) throw new UserError("it is no plain file");
    if (info.size > mostFileBytes)
      throw new UserError(
        `it has ${info.size.toLocaleString("en-US")} bytes, and files above 1 GiB are refused`,
      );
    return await file.readFile();
  } catch (cause) {
    throw fileError(cause, "be read");
  } finally {
    await file.close();
  }
}
