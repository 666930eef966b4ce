import { describe, expect, it } from "vitest";
import { providersPage } from "../../scripts/recordings/providers_page.ts";
import { startSimulator } from "../../scripts/simulator/mod.ts";
import { builtInDialects } from "../../proxy/dialects/mod.ts";
import { profileOf } from "../../proxy/upstream/mod.ts";
import { readRecordings } from "./mod.ts";

const recordings = readRecordings();

/** Without what a formatter may change: the width of columns and of lines. */
const bare = (text: string) => text.replace(/-{3,}/g, "---").replace(/\s+/g, " ").trim();

describe("docs/providers.md", () => {
  it("says what the profiles and the recordings say now", async () => {
    const page = await Deno.readTextFile(new URL("../../docs/providers.md", import.meta.url));
    // When this fails: deno run -A scripts/recordings/providers_page.ts && deno fmt docs/providers.md
    expect(bare(page) === bare(providersPage(recordings)), "docs/providers.md is stale").toBe(true);
  });

  it("changes with the recordings", () => {
    expect(providersPage(recordings.slice(1))).not.toBe(providersPage(recordings));
  });

  it("calls simulated what the simulator answers, and nothing else", async () => {
    const simulator = await startSimulator({ host: "127.0.0.1", port: 0 });
    try {
      for (const dialect of builtInDialects()) {
        const path = profileOf("simulator")?.dialects[dialect] ??
          profileOf("openai_compatible")?.dialects[dialect];
        if (path === undefined) continue;
        const asked = path.replace("{model}", "m").replace("{voice}", "v")
          .replace("{action}", dialect.split(".").at(-1) ?? "");
        const response = await fetch(`${simulator.url.replace(/\/v1$/, "")}/v1${asked}`, {
          method: "POST",
          body: "{}",
        });
        await response.body?.cancel();
        const answered = response.status !== 404;
        const row = providersPage(recordings).split("\n")
          .find((line) => line.startsWith(`| ${dialect} `));
        expect([dialect, row?.includes("simulated")]).toEqual([dialect, answered]);
      }
    } finally {
      await simulator.stop();
    }
  });
});
