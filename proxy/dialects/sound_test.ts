import { describe, expect, it } from "vitest";
import { mostSeconds, secondsOfWav } from "./sound.ts";

/** A WAV file of so many bytes of samples. */
function wav(dataBytes: number, form = 1, rate = 16_000): Uint8Array<ArrayBuffer> {
  const file = new Uint8Array(44 + dataBytes);
  const view = new DataView(file.buffer);
  const write = (at: number, text: string) => file.set(new TextEncoder().encode(text), at);
  write(0, "RIFF");
  write(8, "WAVEfmt ");
  view.setUint16(20, form, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint16(34, 16, true);
  return file;
}

describe("seconds of sound", () => {
  it("are at most those of the lowest bit rate in use", () => {
    expect(mostSeconds(0)).toBe(1);
    expect(mostSeconds(751)).toBe(2);
  });

  it("in a WAV file follow from its rate, rounded up", () => {
    expect(secondsOfWav(wav(64_000))).toBe(2);
    expect(secondsOfWav(wav(64_001))).toBe(3);
  });

  it.each<[string, Uint8Array<ArrayBuffer>]>([
    ["too short for a header", new Uint8Array(10)],
    ["another format", new Uint8Array(100)],
    ["compressed", wav(64_000, 85)],
    ["of a rate that cannot be", wav(64_000, 1, 100)],
  ])("are not known of what is %s", (_name, file) => expect(secondsOfWav(file)).toBeNull());
});
