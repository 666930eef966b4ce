/**
 * A server that can be started, signalled and started again, whatever it runs in.
 *
 * @module
 */

/** A server as a local process or a container. */
export interface Service {
  /** Starts it; returns before it is ready to serve. */
  start(): Promise<void>;
  /** Sends a signal and waits, at most 15 seconds, until it has ended; nothing when it has. */
  end(signal: Deno.Signal): Promise<void>;
  /** Whether it runs. */
  isRunning(): Promise<boolean>;
  /** The end of what it wrote. */
  output(): Promise<string>;
  /** Frees what a stopped service still holds. */
  discard(): Promise<void>;
}

/** Options of {@link startUntilReady}. */
export interface ReadyOptions {
  /** What to call it in errors. */
  readonly name: string;
  /** Resolves when it serves; throws when it does not yet. */
  readonly probe: () => Promise<void>;
  /** Milliseconds until the start has failed; 30,000 when absent. */
  readonly timeoutMs?: number;
}

/**
 * Starts `service` and waits until it serves. A server that ends early is started again until the
 * deadline: after kill -9 it may find its lock or its port still held for a moment.
 */
export async function startUntilReady(
  service: Service,
  { name, probe, timeoutMs = 30_000 }: ReadyOptions,
): Promise<void> {
  const until = performance.now() + timeoutMs;
  let problem: unknown;
  await service.start();
  while (performance.now() < until) {
    try {
      return await probe();
    } catch (error) {
      problem = error;
    }
    await pause(20);
    if (!await service.isRunning()) {
      await pause(200);
      await service.start();
    }
  }
  const output = await service.output();
  await service.end("SIGKILL");
  throw new Error(`${name} did not start within ${timeoutMs} ms: ${problem}\n${output}`);
}

/** Resolves after `ms` milliseconds. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
