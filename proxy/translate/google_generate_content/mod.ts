/** Google's generated content. @module */
import { EVENT_STREAM, type Wire } from "../wire.ts";
import { generateReads, readGenerateAnswer } from "./read_answer.ts";
import { GENERATE_NAMES, readGenerateRequest } from "./read_request.ts";
import { generateWrites, writeGenerateAnswer } from "./write_answer.ts";
import { writeGenerateRequest } from "./write_request.ts";

/** See the module. */
export const generateWire: Wire = {
  dialect: "google.generateContent",
  names: GENERATE_NAMES,
  readRequest: readGenerateRequest,
  writeRequest: writeGenerateRequest,
  streamType: ({ arrived: { query } }) =>
    query.get("alt") === "sse" ? EVENT_STREAM : "application/json; charset=utf-8",
  readAnswer: readGenerateAnswer,
  writeAnswer: writeGenerateAnswer,
  reads: generateReads,
  writes: generateWrites,
};
