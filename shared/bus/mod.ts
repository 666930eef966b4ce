/** The wire between rooms. @module */
export {
  type Bus,
  BusError,
  type BusErrorCode,
  type BusSubscription,
  type ConsumeOptions,
  type DurableMessage,
  type PublishAck,
  type StreamOptions,
  type StreamReader,
} from "./bus.ts";
export type { BusFault, BusSettings } from "./handling.ts";
export { createInProcessBus } from "./in_process.ts";
export { ANSWER_STREAM, CHECKPOINT_STREAM, METER_STREAM, subjects } from "./subjects.ts";
