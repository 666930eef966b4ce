/** Recorded exchanges with providers, and what they prove. @module */
export {
  answerBytes,
  answerHeader,
  type ExpectedUsage,
  type Recording,
  type RecordingSource,
  type Reported,
} from "./recording.ts";
export { packed, readRecordings, recordedApis, type RecordingFilter, unpacked } from "./read.ts";
export {
  compareCost,
  compareUsage,
  type ComparisonOptions,
  expectedCostNanoUsd,
  expectedUnits,
  INPUT_CLASSES,
  type Mismatch,
  OUTPUT_CLASSES,
} from "./compare.ts";
export { type ClientRequest, clientRequest, UNNAMED_MODEL } from "./client_request.ts";
export {
  bytesOut,
  eventEnds,
  parseRecording,
  readerOf,
  type ReadRecording,
  runStream,
} from "./replay.ts";
