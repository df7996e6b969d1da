import wrap from "svelte-spa-router/wrap";
import Home from "./screens/home/Home.svelte";

/** The screens: each is fetched when it is first opened. */
export const routes = {
  "/": Home,
  "/train/:source?/:id?": wrap({ asyncComponent: () => import("./screens/train/Train.svelte") }),
  "/explore/:source?/:id?": wrap({ asyncComponent: () => import("./screens/explore/Explore.svelte") }),
  "/paint": wrap({ asyncComponent: () => import("./screens/paint/Paint.svelte") }),
  "/compare": wrap({ asyncComponent: () => import("./screens/compare/Compare.svelte") }),
  "/sweeps/:id?": wrap({ asyncComponent: () => import("./screens/sweeps/Sweeps.svelte") }),
  "/learn/:step?": wrap({ asyncComponent: () => import("./screens/learn/Learn.svelte") }),
  "*": Home,
};
