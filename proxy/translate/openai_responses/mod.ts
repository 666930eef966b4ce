/** OpenAI's responses. @module */
import { EVENT_STREAM, type Wire } from "../wire.ts";
import { readResponsesAnswer, responsesReads } from "./read_answer.ts";
import { readResponsesRequest, RESPONSES_NAMES } from "./read_request.ts";
import { responsesWrites, writeResponsesAnswer } from "./write_answer.ts";
import { writeResponsesRequest } from "./write_request.ts";

/** See the module. */
export const responsesWire: Wire = {
  dialect: "openai.responses",
  names: RESPONSES_NAMES,
  readRequest: readResponsesRequest,
  writeRequest: writeResponsesRequest,
  streamType: () => EVENT_STREAM,
  readAnswer: readResponsesAnswer,
  writeAnswer: writeResponsesAnswer,
  reads: responsesReads,
  writes: responsesWrites,
};
