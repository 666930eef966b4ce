/** Routers: read in words, edited as text, with their versions. @module */
export { FIRST_DEFINITION, readDefinition, textOfDefinition } from "./definition.ts";
export { RouterEditor } from "./editor.tsx";
export { routerHistory, type RouterVersion } from "./history.ts";
export { conditionsOf, RouterRules } from "./router_view.tsx";
export { ROUTER_FIELDS, type RouterSubmission, submitRouter } from "./submission.ts";
