import "./lib/strict-policy";
import { mount } from "svelte";
import App from "./App.svelte";
import "./styles/base.css";
import { startText } from "./lib/text/text.svelte";

await startText();
const target = document.getElementById("app");
if (target === null) throw new Error("the page has no #app");
mount(App, { target });
