/** Structured logging: one JSON object a line, for machines first. @module */
import type { Clock } from "./effects.ts";

/** What a log line may carry besides its event; amounts as decimal strings, never a secret. */
export type LogFields = Readonly<
  Record<string, string | number | bigint | boolean | null | undefined | Error>
>;

/** A logger. `event` is a short snake_case name that never varies, so that it can be searched. */
export interface Log {
  /** Something worth knowing happened as it should. */
  info(event: string, fields?: LogFields): void;
  /** Something went wrong that the system handles itself. */
  warn(event: string, fields?: LogFields): void;
  /** Something went wrong that a person must look at. */
  error(event: string, fields?: LogFields): void;
}

const SECRET_NAME = /secret|password|authorization|token|api_?key|cookie|credential/i;
const MAX_TEXT_LENGTH = 4_000;

/**
 * A logger that hands each finished line, without its line break, to `write`. A field whose name
 * sounds like a secret, what looks like a Sargalay key or a bearer token, and the password of a
 * connection string are blotted out; texts are cut at 4,000 characters.
 */
export function createLog(write: (line: string) => void, clock: Clock, room: string): Log {
  const at = (level: string) => (event: string, fields: LogFields = {}) => {
    const line: Record<string, unknown> = {
      time: new Date(clock.nowMs()).toISOString(),
      level,
      room,
      event,
    };
    for (const [name, value] of Object.entries(fields)) {
      line[name in line ? `field_${name}` : name] = shown(name, value);
    }
    write(JSON.stringify(line));
  };
  return { info: at("info"), warn: at("warn"), error: at("error") };
}

/** A logger that drops everything. */
export const silentLog: Log = { info: () => {}, warn: () => {}, error: () => {} };

function shown(name: string, value: LogFields[string]): string | number | boolean | null {
  if (value === undefined || value === null) return null;
  if (typeof value === "number" || typeof value === "boolean") return value;
  if (SECRET_NAME.test(name)) return "[hidden]";
  if (typeof value === "bigint") return value.toString();
  return redacted(typeof value === "string" ? value : value.stack ?? String(value));
}

function redacted(text: string): string {
  return text.slice(0, MAX_TEXT_LENGTH)
    .replace(/sk-sgl-[0-9A-Za-z]{8,}/g, "sk-sgl-[hidden]")
    .replace(/\bBearer\s+[^\s"']+/gi, "Bearer [hidden]")
    .replace(/(\w+:\/\/[^\s:/@]*:)[^\s@/]+@/g, "$1[hidden]@");
}
