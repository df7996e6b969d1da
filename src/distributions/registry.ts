import {
  be,
  Catalogue,
  formatSpec,
  isSpec,
  type Json,
  requireArgument,
  type Spec,
} from "../catalogue/index.js";
import type { FamilyFactory } from "./define.js";
import * as shipped from "./families.js";
import { aFamily } from "./arguments.js";
import type { Family } from "./family.js";
import type { FamilyInfo } from "./info.js";

function isFamilySpec(value: Json | undefined): value is string | (Spec & Json) {
  return typeof value === "string" || isSpec(value);
}

const infos = Object.values<object>(shipped).flatMap((value) =>
  "info" in value ? [value.info as FamilyInfo] : [],
);

/** The distributions that can be chosen by name, as posterior, prior or likelihood. */
export const distributions: Catalogue<Family, FamilyInfo> = new Catalogue<Family, FamilyInfo>(
  {
    kind: "distribution",
    members: ["name", "config", "fromRaw", "prior"],
    readers: {
      family: (value, wrong) => (isFamilySpec(value) ? distributions.from(value) : wrong("a distribution")),
      part(value, wrong) {
        if (isFamilySpec(value)) return distributions.from(value);
        const [size, family] = Array.isArray(value) ? (value as readonly Json[]) : [];
        if (!Number.isInteger(size) || !isFamilySpec(family)) {
          return wrong("a distribution, or [size, distribution]");
        }
        return [size, distributions.from(family)];
      },
    },
  },
  infos,
);

const aFactory = be.having(["info"], "what makes a family, such as defineDistribution(...) gives");

/**
 * Makes a family of one's own known by its name, for the command line, config files and saved models.
 * Throws a UserError if the name is not in kebab case or belongs to a family that ships.
 */
export function registerFamily(factory: Pick<FamilyFactory<string>, "info">): void {
  requireArgument("registerFamily", "the factory", factory, aFactory);
  distributions.add(factory.info);
}

/** A family as the text that `distributions.from` makes it from. */
export function formatFamily(family: Family): string {
  requireArgument("formatFamily", "the family", family, aFamily);
  return formatSpec(family);
}
