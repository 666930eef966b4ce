/** Framings: how streams are cut into events. @module */
export { concatenated } from "./bytes.ts";
export type { FramedEvent, Framing } from "./framing.ts";
export { sse } from "./sse.ts";
