/** OpenAI's videos: the answer is a job, and what it made is known when the job has ended. @module */
import { errorBody, errorEvent } from "../../errors.ts";
import { upstreamFailure } from "../../failures/mod.ts";
import type { Dialect } from "../dialect.ts";
import { jsonAnswer } from "../json_answer.ts";
import { classifyErrorMember, classifyFailure } from "../openai_failure.ts";
import { sendOpenai } from "../openai_request.ts";
import { plainReader } from "../plain_reader.ts";
import { NOTHING_COUNTED } from "../text.ts";
import { parseVideosRequest } from "./parse.ts";
import { readVideo } from "./video.ts";

export { readVideo, type VideoState } from "./video.ts";

/** See the module. Metered by the seconds of the video. */
export const openaiVideos: Dialect = {
  name: "openai.videos",
  beginsJob: true,
  parse: parseVideosRequest,
  send(request, options) {
    const seconds = `${request.unitsBound.seconds ?? 0}`;
    const sent = sendOpenai(request, options, (body) => {
      body.seconds = seconds;
    });
    // What was bounded is what is asked for, however often the client's form named it.
    if (sent.body instanceof FormData) sent.body.set("seconds", seconds);
    return sent;
  },
  reader: () =>
    plainReader({
      failure: classifyFailure,
      readAnswer(body) {
        const answer = jsonAnswer(body);
        if ("failure" in answer) return answer;
        const { id, error } = answer.json;
        if (typeof id !== "string" || id === "") {
          return error === undefined || error === null
            ? upstreamFailure("malformed", "The provider's answer names no job.")
            : classifyErrorMember(error);
        }
        const { units } = readVideo(answer.json);
        return { usage: units, raw: null, costNanoUsd: null, text: () => NOTHING_COUNTED };
      },
    }),
  errors: { body: (failure) => ({ ...errorBody(failure) }), event: errorEvent },
  withCost: () => new Uint8Array(0),
};
