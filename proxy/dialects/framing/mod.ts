/** Framings: how streams are cut into events. @module */
export { awsEventStream, awsMessage, EXCEPTION } from "./aws_event_stream.ts";
export { concatenated } from "./bytes.ts";
export type { FramedEvent, Framing } from "./framing.ts";
export { jsonArray } from "./json_array.ts";
export { ndjson } from "./ndjson.ts";
export { sse } from "./sse.ts";
