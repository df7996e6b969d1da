/**
 * Imports a package that may not be installed. Its name is no literal where it is imported, so that bundlers leave it to
 * Node: what such packages hold natively can't be bundled.
 */
export function optionalPackage<T>(name: string): Promise<T> {
  return import(name) as Promise<T>;
}
