/** One HTTP listener of the embedded product. @module */
import type { Closing } from "./closing.ts";

const SHUTDOWN_WAIT_MS = 2_000;

/**
 * Serves `handler` and returns its base URL. At the end, connections get two seconds to finish.
 * Throws a message that names the port when somebody else has it.
 */
export function serve(
  { host, port, closing }: { host: string; port: number; closing: Closing },
  handler: (request: Request) => Response | Promise<Response>,
): string {
  try {
    const server = Deno.serve({ hostname: host, port, onListen: () => {} }, handler);
    closing.add(async () => {
      // A page that stays open must not hold the end up; the process ends its connection.
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<void>((resolve) => timer = setTimeout(resolve, SHUTDOWN_WAIT_MS));
      await Promise.race([server.shutdown(), late]);
      clearTimeout(timer);
    });
    return `http://${host}:${server.addr.port}`;
  } catch (error) {
    throw portTaken(error, port);
  }
}

/** Says what to do when an error means that somebody else has the port; else the error itself. */
export function portTaken(error: unknown, port: number): unknown {
  if (!(error instanceof Deno.errors.AddrInUse)) return error;
  return new Error(
    `port ${port} is taken: stop whoever listens there, or set another SARGALAY_…_PORT`,
    { cause: error },
  );
}
