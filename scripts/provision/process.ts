/**
 * A server as a local process.
 *
 * @module
 */

import { pause, type Service } from "./service.ts";

/** What to run, and as whom. */
export interface ProcessSpec {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly uid?: number;
  readonly gid?: number;
}

const keptOutput = 8_192;

/** A {@link Service} run as a child process, which ends when this process does, however it ends. */
export function createProcess(spec: ProcessSpec): Service {
  let child: Deno.ChildProcess | null = null;
  let guard: Deno.ChildProcess | null = null;
  let ended: Promise<void> = Promise.resolve();
  let output = "";

  const follow = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      output = (output + text).slice(-keptOutput);
    }
  };
  const watch = async (started: Deno.ChildProcess) => {
    await Promise.all([started.status, follow(started.stdout), follow(started.stderr)]);
    if (child === started) child = null;
    await dismiss();
  };
  const dismiss = async () => {
    const dismissed = guard;
    guard = null;
    if (dismissed === null) return;
    send(dismissed, "SIGKILL");
    await dismissed.stdin.abort().catch(() => {});
    await dismissed.status;
  };

  return {
    async start() {
      await ended;
      child = new Deno.Command(spec.program, {
        args: [...spec.args],
        cwd: spec.cwd,
        uid: spec.uid,
        gid: spec.gid,
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
        // Ctrl-C is for this process, which may still need the server to stop in good order.
        detached: true,
      }).spawn();
      guard = spawnGuard(child.pid);
      ended = watch(child);
    },
    async end(signal) {
      const target = child;
      if (target === null) return await ended;
      send(target, signal);
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(() => {
          send(target, "SIGKILL");
          resolve();
        }, 15_000);
      });
      await Promise.race([ended, late]);
      clearTimeout(timer);
      await ended;
    },
    isRunning: () => Promise.resolve(child !== null),
    output: () => Promise.resolve(output),
    discard: () => pause(0),
  };
}

/** Reads a pipe that only this process holds, and ends `pid` once the pipe is closed. */
function spawnGuard(pid: number): Deno.ChildProcess {
  return new Deno.Command("sh", {
    args: ["-c", `trap "" INT; read -r _; kill -INT ${pid}`],
    stdin: "piped",
    stdout: "null",
    stderr: "null",
  }).spawn();
}

function send(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch {
    // It has ended already.
  }
}
