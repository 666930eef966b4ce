/**
 * One room as a process: started, waited for, signalled, started again.
 *
 * @module
 */

/** What to run. */
export interface RoomSpec {
  /** Name for people and log files, such as `proxy-1`. */
  readonly name: string;
  /** Arguments of deno, from `run` on. */
  readonly args: readonly string[];
  /** Settings beside those of this process. */
  readonly env: Readonly<Record<string, string>>;
  /** Where it listens, without a slash at the end. */
  readonly url: string;
  /** Milliseconds from SIGTERM to SIGKILL. */
  readonly stopTimeoutMs: number;
}

/** How a process ended without being asked to. */
export interface UnexpectedEnd {
  readonly name: string;
  readonly code: number;
  readonly signal: Deno.Signal | null;
  /** The last lines it wrote. */
  readonly output: string;
}

/** A process of the cluster. */
export interface RoomProcess {
  readonly name: string;
  readonly url: string;
  /** Its process id; null while it does not run. */
  readonly pid: number | null;
  /** Starts it and waits until it is healthy; throws with its last lines when it is not in time. */
  start(): Promise<void>;
  /** Sends a signal, such as SIGSTOP, and does not wait. */
  signal(signal: Deno.Signal): void;
  /** Ends it by a signal, SIGKILL when absent, and waits until it is gone. */
  kill(signal?: Deno.Signal): Promise<void>;
  /** Asks it to stop and waits; after `stopTimeoutMs` it is killed. Resolves to whether it obeyed. */
  stop(): Promise<boolean>;
  /** Stops it in good order if it runs, and starts it again. */
  restart(): Promise<void>;
  /** The last lines it wrote. */
  output(): string;
}

/** Options of {@link createRoomProcess}. */
export interface RoomProcessOptions {
  /** Where all it writes is appended to. */
  readonly logFile: string;
  readonly startTimeoutMs: number;
  readonly onUnexpectedEnd: (end: UnexpectedEnd) => void;
}

const keptOutput = 4_096;
const root = new URL("../../", import.meta.url).pathname;

/** A process that is not started yet. */
export function createRoomProcess(spec: RoomSpec, options: RoomProcessOptions): RoomProcess {
  return new Room(spec, options);
}

class Room implements RoomProcess {
  readonly name: string;
  readonly url: string;
  readonly #spec: RoomSpec;
  readonly #options: RoomProcessOptions;
  #child: Deno.ChildProcess | null = null;
  #ended: Promise<void> = Promise.resolve();
  #asked = false;
  #output = "";

  constructor(spec: RoomSpec, options: RoomProcessOptions) {
    this.name = spec.name;
    this.url = spec.url;
    this.#spec = spec;
    this.#options = options;
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  async start(): Promise<void> {
    await this.#ended;
    this.#asked = false;
    this.#output = "";
    const child = new Deno.Command(Deno.execPath(), {
      args: [...this.#spec.args],
      cwd: root,
      env: this.#spec.env,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      // Ctrl-C in a terminal must not reach every process at once: the order of stopping matters.
      detached: true,
    }).spawn();
    this.#child = child;
    this.#ended = this.#watch(child);
    try {
      await this.#untilHealthy(child);
    } catch (error) {
      await this.kill();
      throw error;
    }
  }

  signal(signal: Deno.Signal): void {
    try {
      this.#child?.kill(signal);
    } catch {
      // It has ended already.
    }
  }

  async kill(signal: Deno.Signal = "SIGKILL"): Promise<void> {
    this.#asked = true;
    this.signal(signal);
    await this.#ended;
  }

  async stop(): Promise<boolean> {
    if (this.#child === null) return true;
    let obeyed = true;
    const timer = setTimeout(() => {
      obeyed = false;
      this.signal("SIGKILL");
    }, this.#spec.stopTimeoutMs);
    await this.kill("SIGTERM");
    clearTimeout(timer);
    return obeyed;
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  output(): string {
    return this.#output;
  }

  async #watch(child: Deno.ChildProcess): Promise<void> {
    const guard = spawnGuard(child.pid);
    const log = await Deno.open(this.#options.logFile, { create: true, append: true });
    const follow = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
      const decoder = new TextDecoder();
      for await (const bytes of stream) {
        this.#output = (this.#output + decoder.decode(bytes, { stream: true })).slice(-keptOutput);
        await writeAll(log, bytes);
      }
    };
    const [{ code, signal }] = await Promise.all([
      child.status,
      follow(child.stdout),
      follow(child.stderr),
    ]);
    log.close();
    this.#child = null;
    await dismiss(guard);
    if (this.#asked) return;
    this.#options.onUnexpectedEnd({ name: this.name, code, signal, output: this.#output });
  }

  async #untilHealthy(child: Deno.ChildProcess): Promise<void> {
    const { startTimeoutMs } = this.#options;
    const until = performance.now() + startTimeoutMs;
    let last = "it has not answered";
    while (performance.now() < until) {
      if (this.#child !== child) throw this.#failed("ended before it was healthy");
      try {
        const signal = AbortSignal.timeout(2_000);
        const response = await fetch(`${this.url}/health`, { signal });
        const text = await response.text();
        // 503 says what is missing.
        if (response.ok) return;
        last = `${response.status} ${text.slice(0, 200)}`;
      } catch (error) {
        last = error instanceof Error ? error.message : String(error);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw this.#failed(`was not healthy within ${startTimeoutMs} ms (${last})`);
  }

  #failed(what: string): Error {
    return new Error(`${this.name} ${what}; its last lines:\n${this.#output.slice(-2_000)}`);
  }
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
}

/** Reads a pipe that only this process holds, and ends `pid` once this process is gone. */
function spawnGuard(pid: number): Deno.ChildProcess {
  return new Deno.Command("sh", {
    args: ["-c", `read -r _; kill -TERM ${pid}`],
    stdin: "piped",
    stdout: "null",
    stderr: "null",
    detached: true,
  }).spawn();
}

async function dismiss(guard: Deno.ChildProcess): Promise<void> {
  try {
    guard.kill("SIGKILL");
  } catch {
    // It has ended already.
  }
  await guard.stdin.abort().catch(() => {});
  await guard.status;
}
