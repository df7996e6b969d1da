/** Plain data, as it stands in a saved model or a configuration file. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
