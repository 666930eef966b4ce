/** A small disk in memory that can be full. @module */

/** A mounted disk. */
export interface SmallDisk {
  readonly path: string;
  /** Leaves no room at all; throws when the system refuses. */
  fill(): Promise<void>;
  /** Gives the room back. */
  relieve(): Promise<void>;
  /** Takes the disk away; nothing may use it any more. */
  unmount(): Promise<void>;
}

/** A disk, or why there is none. */
export type DiskOutcome =
  | { readonly disk: SmallDisk; readonly problem: null }
  | { readonly disk: null; readonly problem: string };

const PAGE_BYTES = 4_096;

/** Mounts a tmpfs of `megabytes` on the empty folder `path`; only Linux's superuser may. */
export async function mountSmallDisk(path: string, megabytes: number): Promise<DiskOutcome> {
  if (Deno.build.os !== "linux") return { disk: null, problem: "there is no tmpfs on this system" };
  const problem = await run("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", path]);
  if (problem !== null) return { disk: null, problem };
  return { disk: smallDisk(path, megabytes), problem: null };
}

function smallDisk(path: string, megabytes: number): SmallDisk {
  const resize = (size: string) => run("mount", ["-o", `remount,size=${size}`, path]);
  return {
    path,
    async fill() {
      // What is written meanwhile needs more room than was measured: then it is measured again.
      let problem: string | null = null;
      for (let attempt = 0; attempt < 20; attempt++) {
        problem = await resize(`${await usedPages(path) * PAGE_BYTES}`);
        if (problem === null) return;
      }
      throw new Error(`${path} could not be made full: ${problem}`);
    },
    async relieve() {
      const problem = await resize(`${megabytes}m`);
      if (problem !== null) throw new Error(`${path} could not be given room: ${problem}`);
    },
    async unmount() {
      // A server that was killed may still be on its way out.
      if (await run("umount", [path]) !== null) await run("umount", ["-l", path]);
    },
  };
}

async function usedPages(path: string): Promise<number> {
  const { stdout } = await new Deno.Command("df", {
    args: ["--block-size=4096", "--output=used", path],
    env: { LC_ALL: "C" },
  }).output();
  return parseInt(new TextDecoder().decode(stdout).trim().split("\n").at(-1) ?? "", 10);
}

/** Null, or what the program complained of. */
async function run(program: string, args: readonly string[]): Promise<string | null> {
  try {
    const { success, stderr } = await new Deno.Command(program, {
      args: [...args],
      env: { LC_ALL: "C" },
    }).output();
    return success ? null : new TextDecoder().decode(stderr).trim() || `${program} failed`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
