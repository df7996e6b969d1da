/*
 * The page's policy allows no `eval`. The library's checks (zod) try whether they may, which Firefox reports as a violation
 * though nothing comes of it: here they are told that they may not.
 */
Object.assign(globalThis, { __zod_globalConfig: { jitless: true } });
