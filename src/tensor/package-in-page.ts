import { UserError } from "./errors.js";

/**
 * A package that is loaded when it is needed. In a page without a bundler, where browsers don't find packages by their bare
 * names, throws a UserError that says what to do in place of the browser's error.
 */
export async function packageInPage<T>(name: string, use: string, loading: Promise<T>): Promise<T> {
  try {
    return await loading;
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new UserError(
      `${use} needs the package ${name}, which this page can't load: build the page with a bundler (Vite, webpack, ` +
        "esbuild), or name the package's address in an import map",
      1,
      { cause },
    );
  }
}
