/**
 * Finding and running the machine's own programs.
 *
 * @module
 */

/** How a finished program ended. */
export interface CommandResult {
  /** Zero when it succeeded; 127 when it could not be started. */
  readonly code: number;
  /** Standard output and standard error, one after the other. */
  readonly output: string;
}

/** Where, as whom and for how long a program runs. */
export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: Record<string, string>;
  readonly uid?: number;
  readonly gid?: number;
  /** Milliseconds until it is killed; 60,000 when absent. */
  readonly timeoutMs?: number;
}

/** Runs `program` to its end and returns how it ended; never throws. */
export async function runCommand(
  program: string,
  args: readonly string[],
  { timeoutMs = 60_000, ...options }: CommandOptions = {},
): Promise<CommandResult> {
  try {
    const { code, stdout, stderr } = await new Deno.Command(program, {
      ...options,
      args: [...args],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      signal: AbortSignal.timeout(timeoutMs),
    }).output();
    const decoder = new TextDecoder();
    return { code, output: `${decoder.decode(stdout)}${decoder.decode(stderr)}`.trim() };
  } catch (error) {
    return { code: 127, output: error instanceof Error ? error.message : String(error) };
  }
}

/** The path of the first of `names` found in PATH or in `extraFolders`; null when none is. */
export function findProgram(
  names: readonly string[],
  extraFolders: readonly string[] = [],
): string | null {
  const folders = [...(Deno.env.get("PATH") ?? "").split(":"), "/usr/sbin", "/usr/local/sbin"];
  for (const name of names) {
    for (const folder of [...folders, ...extraFolders]) {
      const path = `${folder}/${name}`;
      if (folder !== "" && isExecutable(path)) return path;
    }
  }
  return null;
}

/** Whether `path` is a file that somebody may execute. */
export function isExecutable(path: string): boolean {
  try {
    const { isFile, mode } = Deno.statSync(path);
    return isFile && ((mode ?? 0) & 0o111) !== 0;
  } catch {
    return false;
  }
}

/** Whether this process is the machine's superuser. */
export function isRoot(): boolean {
  return Deno.uid() === 0;
}
