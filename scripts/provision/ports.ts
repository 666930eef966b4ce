/**
 * Choosing ports for servers that must keep theirs over a restart.
 *
 * @module
 */

/**
 * A port on 127.0.0.1 that is free now, from 10,000 to 31,999: below the range that outgoing
 * connections take theirs from, so that nobody takes it while its server is down.
 */
export function freePort(): number {
  for (let attempt = 0; attempt < 100; attempt++) {
    const [offset = 0] = crypto.getRandomValues(new Uint16Array(1));
    const port = 10_000 + (offset % 22_000);
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
  throw new Error("found no free port between 10000 and 31999 in 100 attempts");
}
