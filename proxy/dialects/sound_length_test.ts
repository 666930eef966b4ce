import { describe, expect, it } from "vitest";
import { answerBytes, readRecordings } from "../../tests/recordings/mod.ts";
import { arrivedForm, bytesOf } from "../../tests/dialects/mod.ts";
import { onlyFileIn } from "./form_members.ts";
import { secondsOfSound } from "./sound_length.ts";

const spoken = (id: string) => {
  const found = readRecordings({ api: "openai.audio.speech" })
    .find((each) => each.id.endsWith(id));
  if (found === undefined) throw new Error(`there is no recording ${id}`);
  return answerBytes(found);
};

/** A FLAC file's first block: 20 bits of rate and 36 of samples. */
function flac(rate: number, samples: number): Uint8Array<ArrayBuffer> {
  const file = new Uint8Array(42);
  file.set(bytesOf("fLaC"));
  const view = new DataView(file.buffer);
  view.setUint32(18, rate << 12);
  view.setUint32(22, samples);
  return file;
}

/** Two pages of Ogg; the last one says how many samples there were. */
function opus(samples: number): Uint8Array<ArrayBuffer> {
  const page = new Uint8Array(64);
  page.set(bytesOf("OggS"));
  page[26] = 1;
  page.set(bytesOf("OpusHead"), 28);
  const last = page.slice();
  new DataView(last.buffer).setUint32(6, samples, true);
  const file = new Uint8Array(128);
  file.set(page);
  file.set(last, 64);
  return file;
}

describe("the length of sound", () => {
  it("of recorded MP3 files, at a constant rate and at a changing one", () => {
    // 85,632 bytes at 16,000 a second; the same sentence in fewer bytes takes as long.
    expect(secondsOfSound(spoken("011756ac90"))).toBe(6);
    expect(secondsOfSound(spoken("00c501d4f5"))).toBe(5);
  });

  it("of FLAC and Ogg is what they say", () => {
    expect(secondsOfSound(flac(44_100, 44_100 * 3 + 1))).toBe(4);
    expect(secondsOfSound(opus(48_000 * 7))).toBe(7);
  });

  it.each<[string, Uint8Array<ArrayBuffer>]>([
    ["nothing", new Uint8Array(0)],
    ["zeros", new Uint8Array(1_000)],
    ["a text", bytesOf("Mingalaba! ".repeat(100))],
    ["an endless tag", bytesOf("ID3\u0004\u0000\u0000\u007f\u007f\u007f\u007f rest")],
    ["FLAC that does not say", flac(44_100, 0)],
    ["Ogg without samples", opus(0)],
  ])("of %s is not known", (_name, file) => expect(secondsOfSound(file)).toBeNull());
});

describe("the only file in a form", () => {
  const formWith = (prompt: string) => {
    const form = new FormData();
    form.append("prompt", prompt);
    form.append("file", new Blob([new Uint8Array([1, 2, 3, 13, 10])]), "a.mp3");
    return arrivedForm(form);
  };

  it("is found as it stands there", async () => {
    const { bodyBytes } = await formWith("Hi");
    expect(onlyFileIn(bodyBytes, 5)).toEqual(new Uint8Array([1, 2, 3, 13, 10]));
    expect(onlyFileIn(bodyBytes, 4)).toBeNull();
    expect(onlyFileIn(bytesOf("no form"), 4)).toBeNull();
  });

  it("is not looked for where a field pretends to be one", async () => {
    const { bodyBytes } = await formWith('filename="a.wav"\r\n\r\nRIFF');
    expect(onlyFileIn(bodyBytes, 5)).toBeNull();
  });
});
