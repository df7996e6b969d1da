import { expect, test } from "vitest";
import { packageInPage, UserError } from "./index.js";

test("a package that a page does not find is named, with what to do; other errors stay what they are", async () => {
  const cause = new TypeError('Failed to resolve module specifier "some-package"');
  const refused = packageInPage("some-package", "a curve", Promise.reject(cause));
  await expect(refused).rejects.toBeInstanceOf(UserError);
  await expect(refused).rejects.toThrow(/^a curve needs the package some-package, .* bundler .* import map$/);
  const other = Object.assign(new Error("not installed"), { code: "ERR_MODULE_NOT_FOUND" });
  await expect(packageInPage("some-package", "a curve", Promise.reject(other))).rejects.toBe(other);
  expect(await packageInPage("some-package", "a curve", Promise.resolve(3))).toBe(3);
});
