/**
 * A server as a docker container.
 *
 * @module
 */

import { findProgram, runCommand } from "./command.ts";
import { pause, type Service } from "./service.ts";

/** What to run in a container. */
export interface ContainerSpec {
  /** The image with its tag. */
  readonly image: string;
  /** Arguments for the image's entry point. */
  readonly args: readonly string[];
  readonly env?: Record<string, string>;
  /** Ports of the machine's 127.0.0.1 by port of the container. */
  readonly ports: ReadonlyMap<number, number>;
  /** A folder of this machine and where the container sees it; null keeps the data inside. */
  readonly mount: { readonly from: string; readonly to: string } | null;
}

/** The path of docker when its daemon answers, else null. */
export async function findDocker(): Promise<string | null> {
  const docker = findProgram(["docker"]);
  if (docker === null) return null;
  const { code } = await runCommand(docker, ["info"], { timeoutMs: 10_000 });
  return code === 0 ? docker : null;
}

/** A {@link Service} run as a container of `docker`; its data lives until it is discarded. */
export function createContainer(docker: string, spec: ContainerSpec): Service {
  const name = `sargalay-${crypto.randomUUID()}`;
  let created = false;
  const run = async (args: string[], timeoutMs = 30_000) => {
    const { code, output } = await runCommand(docker, args, { timeoutMs });
    if (code !== 0) throw new Error(`docker ${args[0]} failed: ${output.slice(-500)}`);
    return output;
  };
  const isRunning = async () =>
    created && await run(["inspect", "-f", "{{.State.Running}}", name]) === "true";
  return {
    async start() {
      if (created) return void await run(["start", name]);
      const ports = [...spec.ports].flatMap(([inside, outside]) => [
        "-p",
        `127.0.0.1:${outside}:${inside}`,
      ]);
      const env = Object.entries(spec.env ?? {}).flatMap(([key, value]) => [
        "-e",
        `${key}=${value}`,
      ]);
      const mount = spec.mount === null ? [] : ["-v", `${spec.mount.from}:${spec.mount.to}`];
      const options = ["--name", name, ...ports, ...env, ...mount];
      // The first run may have to fetch the image.
      await run(["run", "-d", ...options, spec.image, ...spec.args], 300_000);
      created = true;
    },
    async end(signal) {
      if (!await isRunning()) return;
      await run(["kill", "-s", signal, name]);
      for (let waited = 0; waited < 150 && await isRunning(); waited++) await pause(100);
      if (await isRunning()) await run(["kill", name]);
    },
    isRunning,
    output: () => created ? run(["logs", "--tail", "50", name]) : Promise.resolve(""),
    async discard() {
      if (created) await run(["rm", "-f", "-v", name]);
      created = false;
    },
  };
}
