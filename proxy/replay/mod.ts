/** Idempotent inference: a retry of a finished call gets its answer again and is not billed. @module */
export {
  type AnswerArchive,
  createAnswerArchive,
  type KeptAnswer,
  MAX_KEPT_BYTES,
  type ReplaySecret,
} from "./archive.ts";
export { copied, keptWhole } from "./copied.ts";
export {
  idempotencyKeyOf,
  pathAsked,
  type RequestIdentity,
  requestIdentity,
} from "./request_identity.ts";
