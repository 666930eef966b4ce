/** ElevenLabs' transcription. @module */
import { z } from "zod";
import { upstreamFailure } from "../../failures/mod.ts";
import { memberAt } from "../counts.ts";
import type { CallRequest, Dialect } from "../dialect.ts";
import { elevenlabsErrors } from "../elevenlabs_speech/mod.ts";
import { filesOf, formMembers } from "../form_members.ts";
import { jsonAnswer } from "../json_answer.ts";
import { modelNamed, understood } from "../parsed_body.ts";
import { plainReader } from "../plain_reader.ts";
import { describeIssue, notForSale } from "../refusals.ts";
import { mostSeconds } from "../sound.ts";
import { addText, NOTHING_COUNTED } from "../text.ts";

/** The longest sound that it takes, in seconds. */
const MOST_SECONDS = 36_000;

/** The channels that are written down one by one where that is asked for. */
const MOST_CHANNELS = 5;

/** Fields that cost more, whose sound is elsewhere, or whose answer comes elsewhere. */
const REFUSED = [
  "cloud_storage_url",
  "source_url",
  "webhook",
  "entity_detection",
  "keyterms",
] as const;

const NO = z.enum(["false", "False", "0", ""]);
const NOTHING = new Uint8Array(0);

/** See the module. Metered by the seconds of its sound, which are bounded by its bytes. */
export const elevenlabsTranscription: Dialect = {
  name: "elevenlabs.transcription",
  parse(arrived) {
    const { body } = arrived;
    if (body.kind !== "form") {
      return { failure: describeIssue({ path: [], message: "expected a form" }) };
    }
    const members = formMembers(body.form);
    const refused = REFUSED.find((name) =>
      members[name] !== undefined && !NO.safeParse(members[name]).success
    );
    if (refused !== undefined) return { failure: notForSale(refused) };
    const [file, ...more] = filesOf(body.form);
    if (file === undefined || more.length > 0) {
      return { failure: describeIssue({ path: ["file"], message: "expected one file" }) };
    }
    const channels = NO.safeParse(members.use_multi_channel ?? "").success ? 1 : MOST_CHANNELS;
    return understood({
      arrived,
      dialect: "elevenlabs.transcription",
      endpoint: "speech-to-text",
      model: modelNamed(arrived, members.model_id),
      modality: "audio",
      outputLimit: 0,
      media: { images: 0, dataBytes: file.size, unbounded: false },
      unitsBound: { seconds: channels * Math.min(mostSeconds(file.size), MOST_SECONDS) },
      classes: ["seconds"],
    });
  },
  send: (request, { upstreamModel }) => ({
    action: null,
    headers: {},
    body: formFor(request, upstreamModel),
    query: {},
  }),
  reader: () =>
    plainReader({
      readAnswer(body) {
        const answer = jsonAnswer(body);
        if ("failure" in answer) return answer;
        const { json } = answer;
        const transcripts = Array.isArray(json.transcripts) ? json.transcripts : [json];
        if (transcripts.every((each) => typeof memberAt(each, "text") !== "string")) {
          return upstreamFailure("malformed", "The provider's answer has no text.");
        }
        const seconds = secondsOf(json, transcripts);
        return {
          usage: seconds === null ? null : { seconds },
          raw: memberAt(json, "audio_duration_secs") === undefined
            ? null
            : { audio_duration_secs: json.audio_duration_secs ?? null },
          costNanoUsd: null,
          text: () =>
            transcripts.reduce(
              (count, each) => addText(count, memberAt(each, "text")),
              NOTHING_COUNTED,
            ),
        };
      },
    }),
  errors: elevenlabsErrors,
  withCost: () => NOTHING,
};

/** Seconds of all channels, rounded up: as reported, else to the end of the last word. */
function secondsOf(answer: unknown, transcripts: readonly unknown[]): number | null {
  const reported = memberAt(answer, "audio_duration_secs");
  if (isTime(reported)) return Math.ceil(reported) * transcripts.length;
  const ends = transcripts.flatMap((each) => {
    const words = memberAt(each, "words");
    return (Array.isArray(words) ? words : []).map((word) => memberAt(word, "end")).filter(isTime);
  });
  return ends.length === 0 ? null : Math.ceil(Math.max(...ends)) * transcripts.length;
}

function isTime(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

function formFor({ arrived: { body } }: CallRequest, upstreamModel: string): FormData {
  const sent = new FormData();
  sent.set("model_id", upstreamModel);
  if (body.kind !== "form") return sent;
  for (const [name, value] of body.form) {
    if (name === "model_id") continue;
    if (typeof value === "string") sent.append(name, value);
    else sent.append(name, value, value.name);
  }
  return sent;
}
