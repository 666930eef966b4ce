import { describe, expect, it } from "vitest";
import { NATS_IMAGE, POSTGRES_IMAGE } from "./images.ts";

describe("the images of the servers", () => {
  it("are those of docker-compose.yml", async () => {
    const compose = await Deno.readTextFile(new URL("../../docker-compose.yml", import.meta.url));
    const images = [...compose.matchAll(/^ +image: (.+)$/gm)].map(([, image]) => image);
    const servers = images.filter((image) => image !== "sargalay:local");
    expect(servers.sort()).toEqual([NATS_IMAGE, POSTGRES_IMAGE].sort());
  });
});
