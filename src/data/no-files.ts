import { UserError } from "../tensor/index.js";

/** Stands in for `whole-file.ts` in browsers, by the `browser` field of package.json. Throws a UserError. */
export function writeWhole(path: string): Promise<void> {
  return Promise.reject(
    new UserError(
      `${path} can't be written: a browser has no folders. Use encodePng(imageGrid(...)), or encodeNpy`,
    ),
  );
}
