/** One recorded exchange with a provider, as the folders of recordings hold it. @module */
import type { JsonObject, JsonValue } from "../../shared/json.ts";

/** Where a recording comes from, and under which licence. */
export interface RecordingSource {
  readonly repo: string;
  readonly commit: string;
  readonly path: string;
  readonly interaction?: number;
  readonly license: string;
  /** `wire`, `wire-normalised`, `reserialised`, `reframed` or `body-only`. */
  readonly fidelity: string;
}

/** A count that the provider reported, or null where it reported none. */
export type Reported = number | null;

/** The usage in a recording, from the recording alone. */
export interface ExpectedUsage {
  readonly input_tokens: Reported;
  readonly output_tokens: Reported;
  readonly total_tokens: Reported;
  readonly cached_input_tokens: Reported;
  readonly cache_write_tokens: Reported;
  readonly cache_write_5m_tokens: Reported;
  readonly cache_write_1h_tokens: Reported;
  readonly reasoning_tokens: Reported;
  readonly input_audio_tokens: Reported;
  readonly output_audio_tokens: Reported;
  readonly input_image_tokens: Reported;
  readonly output_image_tokens: Reported;
  readonly cached_audio_tokens: Reported;
  readonly tool_use_input_tokens: Reported;
  readonly search_units: Reported;
  readonly audio_seconds: Reported;
  readonly web_search_requests: Reported;
  /** US dollars, as a provider says that it charges them. */
  readonly provider_cost_usd: Reported;
  /** What does not add up in the recording itself; when it is not empty there is no oracle. */
  readonly ambiguous: readonly JsonValue[];
  readonly inclusive: {
    readonly input_total: Reported;
    readonly input_uncached: Reported;
    readonly output_total: Reported;
  };
  /** Numbers of the events, from 0, that carry usage, with the place in each. */
  readonly occurrences: readonly (readonly [number, string])[];
  readonly raw: JsonValue;
}

/** One exchange. */
export interface Recording {
  readonly id: string;
  readonly source: RecordingSource;
  readonly provider: string;
  /** Such as `openai.chat.completions`. */
  readonly api: string;
  readonly model: string | null;
  readonly streaming: boolean;
  /** `sse`, `json`, `ndjson`, `json-array`, `eventstream`, `text` or `binary`. */
  readonly framing: string;
  readonly tags: readonly string[];
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    /** The JSON or the fields of a form; a text where it was neither, null where none was recorded. */
    readonly body: JsonObject | string | null;
    /** Whether long data or prompts were cut out of it. */
    readonly body_elided: boolean;
    readonly recorded: boolean;
  };
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
    /** Whether `body` is base64. */
    readonly body_base64: boolean;
    readonly body_elided: boolean;
  };
  /** Null for errors and for answers without usage. */
  readonly expected_usage: ExpectedUsage | null;
}

const encoder = new TextEncoder();

/** The body of the recorded answer as it came. */
export function answerBytes(recording: Recording): Uint8Array<ArrayBuffer> {
  const { body, body_base64 } = recording.response;
  if (!body_base64) return encoder.encode(body);
  const binary = atob(body);
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

/** A header of the recorded answer; null when it has none. */
export function answerHeader(recording: Recording, name: string): string | null {
  for (const [each, value] of Object.entries(recording.response.headers)) {
    if (each.toLowerCase() === name) return value;
  }
  return null;
}
