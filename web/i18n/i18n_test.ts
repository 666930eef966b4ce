import { describe, expect, it } from "vitest";
import { languageOf, type TextKey, TEXTS, translator } from "./mod.ts";

const { en, my } = TEXTS;
const keys = Object.keys(en) as TextKey[];
const places = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([place]) => place).sort();

describe("the Burmese texts", () => {
  it("are all there, and keep each value's place", () => {
    for (const key of keys) {
      expect([key, my[key].trim() === ""]).toEqual([key, false]);
      expect([key, places(my[key])]).toEqual([key, places(en[key])]);
    }
  });

  it("are Unicode: no sign of Zawgyi's private order", () => {
    // In Unicode the vowel sign E follows its consonant; Zawgyi writes it first.
    for (const key of keys) expect([key, /(^|[\s“(])\u1031/.test(my[key])]).toEqual([key, false]);
  });
});

describe("a translator", () => {
  it("puts values in and leaves unknown places alone", () => {
    expect(translator("en")("as_of", { position: "7" })).toBe("As of log position 7");
    expect(translator("en")("as_of")).toBe("As of log position {position}");
  });
});

describe("the language", () => {
  it.each([
    [null, null, "en"],
    [null, "my,en;q=0.8", "my"],
    [null, "fr-FR, my;q=0.5", "my"],
    ["en", "my", "en"],
    ["xx", "my-MM", "my"],
  ])("chosen %j, asked for %j: %s", (chosen, accepted, language) => {
    expect(languageOf(chosen, accepted)).toBe(language);
  });
});
