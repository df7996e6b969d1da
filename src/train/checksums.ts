import { createHash } from "node:crypto";
import { UserError } from "../tensor/index.js";

/** The file beside others that holds their checksums, as `sha256sum` writes and checks it. */
export const checksumFile = "SHA256SUMS";

function digest(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/** The contents of `SHA256SUMS` for files by name. */
export function checksums(files: Readonly<Record<string, Uint8Array>>): string {
  return Object.keys(files)
    .sort()
    .map((name) => `${digest(files[name] as Uint8Array)}  ${name}\n`)
    .join("");
}

/**
 * Throws a UserError that names `path` if the checksums have another one for the file `name`; a file that they
 * don't list passes.
 */
export function verifyChecksum(sums: string, name: string, content: Uint8Array, path: string): void {
  const line = sums.split("\n").find((entry) => entry.endsWith(`  ${name}`));
  if (line === undefined || line === `${digest(content)}  ${name}`) return;
  throw new UserError(
    `${path} is damaged: its contents don't match its checksum in ${checksumFile}. Copy it again, or load the ` +
      "run's checkpoint (`checkpoint` last)",
  );
}
