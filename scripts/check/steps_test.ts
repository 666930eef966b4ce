import { describe, expect, it } from "vitest";
import { lintFiles } from "./steps.ts";

const root = new URL("../../", import.meta.url);

describe("the lint step", () => {
  it("runs the house rules with the repository's settings", async () => {
    const file = await Deno.makeTempFile({ suffix: ".ts" });
    try {
      await Deno.writeTextFile(file, "export const at = Date.now();\nvar old = 1;\n");
      const codes = (await lintFiles(root, [file])).map(({ code }) => code);
      expect(codes).toContain("house/no-real-clock");
      expect(codes).toContain("house/documented-exports");
      expect(codes).toContain("no-var");
    } finally {
      await Deno.remove(file);
    }
  });
  it("reports a file that does not parse", async () => {
    const file = await Deno.makeTempFile({ suffix: ".ts" });
    try {
      await Deno.writeTextFile(file, "const = ;\n");
      expect((await lintFiles(root, [file])).map(({ code }) => code)).toEqual(["parse-error"]);
    } finally {
      await Deno.remove(file);
    }
  });
});
