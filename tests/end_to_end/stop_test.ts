import { describe, expect, it } from "vitest";
import { startEmbedded } from "./embedded.ts";

describe("stopping the embedded product", () => {
  it(
    "ends in good order with a live page open, however often it is asked within a moment",
    async () => {
      const system = await startEmbedded();
      const live = await fetch(`${system.projectionsUrl}/v1/live?account=demo`, {
        headers: { authorization: `Bearer ${system.adminToken}` },
      });
      expect(live.status).toBe(200);
      const stopped = system.kill("SIGTERM");
      await system.kill("SIGTERM");
      expect((await stopped).code).toBe(0);
      await live.body?.cancel().catch(() => {});
      expect(await Deno.readTextFile(`${system.dataDir}/start.log`)).toContain("Stopped.");
      await Deno.remove(system.dataDir, { recursive: true });
    },
    180_000,
  );
});
