import { distributions, networks, objectives, optimizers, schedules } from "latent/web";
import { expect, test } from "vitest";
import { catalogues } from "../../text/ja/catalogues";
import { aboutEntry, type Catalogue } from "./about";

const all = { distributions, networks, objectives, optimizers, schedules };

test.each(Object.keys(all) as Catalogue[])(
  "every entry of %s is told in Japanese, and no other",
  (catalogue) => {
    const roles = ["prior", "posterior", "likelihood"];
    const offered = all[catalogue]
      .list()
      .filter((entry) => entry.name !== "sequential")
      .filter(
        (entry) => !("roles" in entry) || (entry.roles as string[]).some((role) => roles.includes(role)),
      )
      .map(({ name }) => name);
    expect(Object.keys(catalogues[catalogue]).sort()).toEqual([...offered].sort());
    for (const text of Object.values(catalogues[catalogue])) expect(text.trim()).not.toBe("");
  },
);

test("English is the library's own, also where Japanese has nothing", () => {
  const entry = { name: "mine", description: "my own" };
  const [normal] = distributions.list().filter(({ name }) => name === "normal");
  expect(aboutEntry(entry, "distributions", "ja")).toBe("my own");
  expect(normal && aboutEntry(normal, "distributions", "en")).toBe(normal?.description);
  expect(normal && aboutEntry(normal, "distributions", "ja")).toContain("ガウス分布");
});
