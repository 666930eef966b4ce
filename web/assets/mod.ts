/** What browsers load: the style sheet, the fonts and the islands' script, built when stale. @module */
export { loadBuild } from "./compose.ts";
