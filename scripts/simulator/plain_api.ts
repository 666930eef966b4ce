/** What the APIs that answer at once have in common. @module */
import type { Refusal } from "./faults.ts";

/** A request in JSON or in a form. */
export type PlainBody = Readonly<Record<string, unknown>>;

/** One API whose answers are no streams of text. */
export interface PlainApi {
  readonly method: "GET" | "POST" | "DELETE";
  /** What the path names; null when it is another one's. */
  match(path: string): Readonly<Record<string, string>> | null;
  /** The model of a request that names none. */
  readonly standardModel: string;
  /** The answer; null when this is no such request. */
  answer(asked: {
    readonly model: string;
    readonly body: PlainBody;
    readonly params: Readonly<Record<string, string>>;
  }): Response | null;
  /** The body of a refusal where it is not that of OpenAI. */
  error?(refusal: Refusal): object;
}

/** A JSON answer that says what it is. */
export function simulatedJson(body: object): Response {
  return Response.json(body, { headers: { "x-simulated": "true" } });
}

/** Matches one path exactly. */
export function only(...paths: readonly string[]): PlainApi["match"] {
  return (path) => paths.includes(path) ? {} : null;
}

/** The texts in a member: one, or a list. */
export function textsIn(value: unknown): readonly string[] | null {
  if (typeof value === "string") return [value];
  return Array.isArray(value) && value.length > 0
    ? value.map((each) => typeof each === "string" ? each : JSON.stringify(each))
    : null;
}

/** Numbers from 0 to 1 that the text decides, the same each time. */
export function numbersOf(text: string, count: number): number[] {
  let state = 2_166_136_261;
  for (let at = 0; at < text.length; at++) {
    state = Math.imul(state ^ text.charCodeAt(at), 16_777_619) >>> 0;
  }
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  });
}
