import { UserError } from "../tensor/index.js";
import type { Sha256 } from "../train/portable.js";

/** The file beside others that holds their checksums, as `sha256sum` writes and checks it. */
export const checksumFile = "SHA256SUMS";

/** The contents of `SHA256SUMS` for files by name. */
export async function checksums(
  files: Readonly<Record<string, Uint8Array>>,
  sha256: Sha256,
): Promise<string> {
  const lines: string[] = [];
  for (const name of Object.keys(files).sort()) {
    lines.push(`${await sha256([files[name] as Uint8Array])}  ${name}\n`);
  }
  return lines.join("");
}

/**
 * The checksums in a file of `sha256sum`, by file name. Throws a UserError that names `source` and the line if there
 * is anything else in it, if a name is there twice, or if its last line is cut off.
 */
export function parseChecksums(text: string, source: string): ReadonlyMap<string, string> {
  const sums = new Map<string, string>();
  const fail = (line: number, problem: string): never => {
    throw new UserError(
      `${source} is damaged: line ${line} ${problem}. Copy the folder again, with all of its files`,
    );
  };
  const lines = text.split("\n");
  const rest = lines.pop();
  for (const [i, line] of lines.entries()) {
    const [, sum, name] = /^([0-9a-f]{64}) [ *](.+?)\r?$/.exec(line) ?? [];
    if (sum === undefined || name === undefined) return fail(i + 1, "is no checksum with a file's name");
    if (sums.has(name)) fail(i + 1, `has ${name} a second time`);
    sums.set(name, sum);
  }
  if (rest !== "") fail(lines.length + 1, "is cut off");
  return sums;
}

/**
 * Checks files against their checksums. Throws a UserError that names `source`, the file with the checksums, if there is
 * none for one of them, and `pathOf` a file whose contents have another.
 */
export async function verifyChecksums(
  sums: ReadonlyMap<string, string>,
  source: string,
  files: Readonly<Record<string, Uint8Array>>,
  { pathOf, sha256 }: { readonly pathOf: (name: string) => string; readonly sha256: Sha256 },
): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const sum = sums.get(name);
    if (sum === undefined) {
      throw new UserError(
        `${source} is damaged: it has no line for ${name}. Copy the folder again, with all of its files`,
      );
    }
    if (sum === (await sha256([content]))) continue;
    throw new UserError(
      `${pathOf(name)} is damaged: its contents don't match its checksum in ${checksumFile}, unless that is damaged ` +
        "itself. Copy both again, or load the run's checkpoint (`checkpoint` last)",
    );
  }
}
