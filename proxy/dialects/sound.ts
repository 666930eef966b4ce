/** How much sound is in some bytes at most, and how many tokens it is. @module */
import type { Bytes } from "./dialect.ts";

/** Opus' lowest bit rate, 6 kbit/s: no format in use spends fewer bytes on a second. */
const LEAST_BYTES_PER_SECOND = 750;

/** More than any model in use makes of a second: Gemini 32, Mistral 12.5, OpenAI 10 or 20. */
const TOKENS_PER_SECOND = 50;

/** Models that hear pad what is short to half a minute. */
const PADDED_SECONDS = 30;

const HEADER_BYTES = 44;
const PCM = 1;
const FLOAT = 3;

/** The most seconds of sound in so many bytes of any format, whole and at least 1. */
export function mostSeconds(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / LEAST_BYTES_PER_SECOND));
}

/** The most tokens of so many seconds. */
export function mostTokensOfSound(seconds: number): number {
  return (seconds + PADDED_SECONDS) * TOKENS_PER_SECOND;
}

/**
 * Seconds in a WAV file, rounded up, by its rate and its length in bytes; null when it is something
 * else, or compressed, so that its rate does not tell its length.
 */
export function secondsOfWav(file: Bytes): number | null {
  if (file.length < HEADER_BYTES) return null;
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const tag = (at: number) => String.fromCharCode(...file.subarray(at, at + 4));
  if (tag(0) !== "RIFF" || tag(8) !== "WAVE" || tag(12) !== "fmt ") return null;
  const form = view.getUint16(20, true);
  const bitsPerSample = view.getUint16(34, true);
  const bytesPerSecond = view.getUint16(22, true) * view.getUint32(24, true) * bitsPerSample / 8;
  if ((form !== PCM && form !== FLOAT) || bytesPerSecond < LEAST_BYTES_PER_SECOND) return null;
  return Math.max(1, Math.ceil((file.length - HEADER_BYTES) / bytesPerSecond));
}
