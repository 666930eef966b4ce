/** How long the sound in a file is, by what the file itself says. @module */
import type { Bytes } from "./dialect.ts";
import { secondsOfWav } from "./sound.ts";

/** Kilobits a second of MPEG layer III, by the index in a frame's header: version 1, then 2 and 2.5. */
const BIT_RATES = [
  [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
] as const;
const SAMPLE_RATES = [44_100, 48_000, 32_000] as const;

/** 320 kbit/s. */
const MOST_BYTES_PER_SECOND = 40_000;

const OPUS_RATE = 48_000;
const MOST_PAGE_BYTES = 65_307;

/**
 * Whole seconds of sound in a WAV, MP3, FLAC or Ogg file, rounded up; null in any other, or where the
 * file does not tell.
 */
export function secondsOfSound(file: Bytes): number | null {
  const seconds = secondsOfWav(file) ?? secondsOfFlac(file) ?? secondsOfOgg(file) ??
    secondsOfMp3(file);
  return seconds === null ? null : Math.max(1, Math.ceil(seconds));
}

function tagAt(file: Bytes, at: number, tag: string): boolean {
  for (let index = 0; index < tag.length; index++) {
    if (file[at + index] !== tag.charCodeAt(index)) return false;
  }
  return true;
}

/** Samples and their rate stand in the first block, 20 and 36 bits of them. */
function secondsOfFlac(file: Bytes): number | null {
  if (!tagAt(file, 0, "fLaC") || file.length < 26) return null;
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const rate = view.getUint32(18) >>> 12;
  const samples = (view.getUint8(21) & 0x0f) * 2 ** 32 + view.getUint32(22);
  return rate === 0 || samples === 0 ? null : samples / rate;
}

/** The last page says how many samples there were; Opus counts at a rate of its own. */
function secondsOfOgg(file: Bytes): number | null {
  if (!tagAt(file, 0, "OggS") || file.length < 48) return null;
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const head = 27 + view.getUint8(26);
  const rate = tagAt(file, head, "OpusHead")
    ? OPUS_RATE
    : tagAt(file, head, "\u0001vorbis") && file.length > head + 16
    ? view.getUint32(head + 12, true)
    : 0;
  if (rate === 0) return null;
  const from = Math.max(0, file.length - MOST_PAGE_BYTES);
  for (let at = file.length - 27; at > from; at--) {
    if (!tagAt(file, at, "OggS")) continue;
    const samples = view.getUint32(at + 6, true) + view.getUint32(at + 10, true) * 2 ** 32;
    return samples > 0 && samples < 2 ** 52 ? samples / rate : null;
  }
  return null;
}

/** Every frame tells its own length, behind a tag that may stand first. */
function secondsOfMp3(file: Bytes): number | null {
  let at = 0;
  if (tagAt(file, 0, "ID3") && file.length > 10) {
    const size = [6, 7, 8, 9].reduce((sum, index) => sum * 128 + ((file[index] ?? 0) & 0x7f), 0);
    at = 10 + size;
  }
  let seconds = 0;
  let frames = 0;
  while (at + 4 <= file.length) {
    const frame = frameAt(file, at);
    if (frame === null) break;
    seconds += frame.seconds;
    frames += 1;
    at += frame.bytes;
  }
  // A single frame may be anything; what follows the last one is sound at the highest rate.
  return frames < 2 ? null : seconds + Math.max(0, file.length - at) / MOST_BYTES_PER_SECOND;
}

function frameAt(
  file: Bytes,
  at: number,
): { readonly bytes: number; readonly seconds: number } | null {
  const [first = 0, second = 0, third = 0] = file.subarray(at, at + 3);
  // Eleven bits of synchronisation, then version and layer; only layer III.
  if (first !== 0xff || (second & 0xe0) !== 0xe0 || (second & 0x06) !== 0x02) return null;
  const version = (second >> 3) & 0x03;
  if (version === 1) return null;
  const whole = version === 3;
  const kilobits = BIT_RATES[whole ? 0 : 1][(third >> 4) - 1];
  const base = SAMPLE_RATES[(third >> 2) & 0x03];
  if (kilobits === undefined || base === undefined) return null;
  const rate = base / (whole ? 1 : version === 2 ? 2 : 4);
  const samples = whole ? 1_152 : 576;
  const bytes = Math.floor(samples / 8 * kilobits * 1_000 / rate) + ((third >> 1) & 1);
  return { bytes, seconds: samples / rate };
}
