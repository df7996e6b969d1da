import { Catalogue } from "../../catalogue/index.js";
import { gridInfo } from "./grid.js";
import { randomInfo } from "./random.js";
import { type Search, type SearchInfo, searchMembers } from "./search.js";
import { sobolInfo } from "./sobol.js";
import { tpeInfo } from "./tpe.js";

/** The searches that can be chosen by name. */
export const searches = new Catalogue<Search, SearchInfo>({ kind: "search", members: searchMembers }, [
  gridInfo,
  randomInfo,
  sobolInfo,
  tpeInfo,
]);
