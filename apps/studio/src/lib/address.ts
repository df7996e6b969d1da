/** The query behind the hash's path: `a=1` of `#/train?a=1`. */
export function queryNow(): string {
  const { hash } = window.location;
  const mark = hash.indexOf("?");
  return mark < 0 ? "" : hash.slice(mark + 1);
}

/** Puts a query behind the hash's path, without a new entry in the history and without telling the router. */
export function keepQuery(query: string): void {
  if (query === queryNow()) return;
  const path = window.location.hash.split("?")[0] ?? "#/";
  window.history.replaceState(window.history.state, "", query === "" ? path : `${path}?${query}`);
}
