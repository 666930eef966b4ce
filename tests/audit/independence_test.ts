import { describe, expect, it } from "vitest";

const verifier = new URL("../../shared/verifier/", import.meta.url);

async function* modules(directory: URL): AsyncGenerator<URL> {
  for await (const entry of Deno.readDir(directory)) {
    if (entry.isDirectory) yield* modules(new URL(`${entry.name}/`, directory));
    else yield new URL(entry.name, directory);
  }
}

describe("the verifier", () => {
  it("imports only itself, no packages either, and asks the platform for nothing", async () => {
    let seen = 0;
    for await (const module of modules(verifier)) {
      const text = await Deno.readTextFile(module);
      for (const [, specifier] of text.matchAll(/(?:from|import\()\s*"([^"]+)"/g)) {
        const imported = new URL(specifier!, module);
        expect(specifier).toMatch(/^\.\.?\//);
        expect(imported.href.startsWith(verifier.href)).toBe(true);
      }
      expect(text).not.toMatch(
        /\b(Deno|process|fetch|XMLHttpRequest|Date\.now|Math\.random)\b[.(]/,
      );
      seen++;
    }
    expect(seen).toBeGreaterThan(20);
  });
});
