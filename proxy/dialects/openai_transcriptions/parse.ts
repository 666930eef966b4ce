/** Understanding a request to write down speech as far as money depends on it. @module */
import { z } from "zod";
import type { JsonObject } from "../../../shared/json.ts";
import { memberAt } from "../counts.ts";
import type { Arrived, ParsedCall } from "../dialect.ts";
import { filesOf, formMembers, onlyFileIn } from "../form_members.ts";
import { modelNamed, understood } from "../parsed_body.ts";
import { describeIssue, notForSale } from "../refusals.ts";
import { mostSeconds, mostTokensOfSound, secondsOfWav } from "../sound.ts";

/** Sound that is somewhere else: nobody here knows how long it is. */
const ELSEWHERE = ["file_url", "file_id", "url"] as const;

/** Base64 writes three bytes in four characters. */
const BYTES_PER_CHARACTER = 3 / 4;

const transcriptionSchema = z.looseObject({
  model: z.string(),
  stream: z.union([
    z.boolean(),
    z.enum(["true", "false", "True", "False"]).transform((text) => text.toLowerCase() === "true"),
  ]).nullish(),
});

/** Checks a request, in a form or in JSON; its seconds are bounded by the bytes of its sound. */
export function parseTranscription(
  arrived: Arrived,
  dialect: "openai.audio.transcriptions" | "openai.audio.translations",
  endpoint: string,
): ParsedCall {
  const { body } = arrived;
  const members = body.kind === "json" ? body.json : formMembers(body.form);
  const parsed = transcriptionSchema.safeParse(members);
  if (!parsed.success) return { failure: describeIssue(parsed.error.issues[0]) };
  const elsewhere = ELSEWHERE.find((member) => members[member] != null);
  if (elsewhere !== undefined) return { failure: notForSale(elsewhere) };
  const sound = body.kind === "json" ? soundInJson(members) : soundInForm(body.form, arrived);
  if (sound === null) {
    return { failure: describeIssue({ path: ["file"], message: "expected a file" }) };
  }
  return understood({
    dialect,
    endpoint,
    arrived,
    model: modelNamed(arrived, parsed.data.model),
    modality: "audio",
    streaming: parsed.data.stream === true,
    // Nothing in a request limits what is written down.
    outputFixed: true,
    media: {
      images: 0,
      dataBytes: sound.dataBytes,
      addedTokens: mostTokensOfSound(sound.seconds),
      unbounded: false,
    },
    unitsBound: { seconds: sound.seconds },
  });
}

interface Sound {
  /** Bytes of the body that are sound. */
  readonly dataBytes: number;
  readonly seconds: number;
}

function soundInForm(form: FormData, { bodyBytes }: Arrived): Sound | null {
  const [file, ...more] = filesOf(form);
  if (file === undefined || more.length > 0) return null;
  const content = onlyFileIn(bodyBytes, file.size);
  // Only what is not compressed cannot hold more than it says.
  const seconds = content === null ? null : secondsOfWav(content);
  return { dataBytes: file.size, seconds: seconds ?? mostSeconds(file.size) };
}

function soundInJson(members: JsonObject): Sound | null {
  const data = memberAt(members.input_audio, "data") ?? members.file;
  if (typeof data !== "string") return null;
  return { dataBytes: data.length, seconds: mostSeconds(data.length * BYTES_PER_CHARACTER) };
}
