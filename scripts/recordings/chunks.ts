/** Cutting a recorded answer into the chunks that are sent. @module */
import { answerBytes, eventEnds, type Recording } from "../../tests/recordings/mod.ts";
import type { Chunking } from "./options.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const MOST_RANDOM_BYTES = 400;

/** The chunks of a recorded answer. What is no stream comes in one piece, unless cuts are random. */
export function chunksOf(recording: Recording, chunking: Chunking, seed: number): Bytes[] {
  const bytes = answerBytes(recording);
  if (bytes.length === 0) return [];
  if (chunking === "random") return cutAtRandom(bytes, recording.id, seed);
  if (chunking === "whole" || !recording.streaming) return [bytes];
  const ends = eventEnds(recording, bytes);
  return ends.map((end, at) => bytes.subarray(ends[at - 1] ?? 0, end));
}

/** A number from 0 to `below` - 1 that depends on the text and the seed alone. */
export function drawn(text: string, seed: number, below: number): number {
  return hashed(text, seed) % Math.max(1, below);
}

function cutAtRandom(bytes: Bytes, id: string, seed: number): Bytes[] {
  const chunks: Bytes[] = [];
  let state = hashed(id, seed);
  // Long answers are cut into longer pieces, so that none is of more than about a thousand.
  const most = Math.max(MOST_RANDOM_BYTES, Math.ceil(bytes.length / 500));
  for (let at = 0; at < bytes.length;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const length = 1 + (state >>> 8) % most;
    chunks.push(bytes.subarray(at, at + length));
    at += length;
  }
  return chunks;
}

function hashed(text: string, seed: number): number {
  let sum = (0x811c9dc5 ^ seed) >>> 0;
  for (let at = 0; at < text.length; at++) {
    sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193) >>> 0;
  }
  return sum;
}
