/** The adapter for OpenAI's chat completions API and every server that speaks it. @module */
import type { Adapter } from "../adapter.ts";
import { readAnswer } from "./answer.ts";
import { readBeginning } from "./beginning.ts";
import { classifyFailure } from "./failure.ts";
import { buildRequest } from "./request.ts";
import { countStream, endStream, startStream, stepStream } from "./stream.ts";

/** See the module. */
export const openaiCompatible: Adapter = {
  request: buildRequest,
  failure: classifyFailure,
  readAnswer,
  readBeginning,
  streamStart: startStream,
  streamStep: stepStream,
  streamEnd: endStream,
  streamCount: countStream,
};
