import { sep } from "node:path";
import { UserError } from "../tensor/index.js";

/** Whether a path lies in a folder; both as the system resolves them. */
export function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** The UserError for a link that leads out of its folder. */
export function linkedOutside(shown: string, target: string): UserError {
  return new UserError(
    `${shown} is a link to ${target}, which lies outside of the folder, and is not followed: put the file itself there`,
  );
}
