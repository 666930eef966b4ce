/**
 * The steps of the gate, each giving the problems that it found.
 *
 * @module
 */

import { z } from "zod";
import { findViolations } from "./boundaries.ts";
import { listModules } from "./files.ts";
import { readGraph } from "./graph.ts";

/** One step of the gate. */
export interface Step {
  /** What it checks, in a word. */
  readonly name: string;
  /** Returns one text for each problem; none when all is well. */
  run(): Promise<string[]>;
}

/** The gate's steps over the repository at `root`, in the order in which they run. */
export function createSteps(root: URL): Step[] {
  let lint: Promise<Diagnostic[]> | null = null;
  const diagnostics = () => lint ??= readDiagnostics(root);
  return [
    { name: "format", run: () => runDeno(root, ["fmt", "--check"]) },
    {
      name: "lint",
      run: async () => (await diagnostics()).filter(({ code }) => code !== docsRule).map(describe),
    },
    { name: "types", run: () => runDeno(root, ["check", "--quiet"]) },
    {
      name: "boundaries",
      async run() {
        const files = await listModules(root);
        return findViolations(await readGraph(files, root), files);
      },
    },
    {
      name: "documentation",
      run: async () => (await diagnostics()).filter(({ code }) => code === docsRule).map(describe),
    },
  ];
}

const docsRule = "house/documented-exports";

const lintReportSchema = z.object({
  diagnostics: z.array(z.object({
    code: z.string(),
    message: z.string(),
    hint: z.string().nullish(),
    filename: z.string(),
    range: z.object({ start: z.object({ line: z.number() }) }),
  })),
  errors: z.array(z.object({ file_path: z.string(), message: z.string() })),
});

/** One finding of `deno lint`. */
export interface Diagnostic {
  readonly code: string;
  /** Path and line, as in `proxy/app.ts:12`. */
  readonly at: string;
  readonly message: string;
}

function describe({ code, at, message }: Diagnostic): string {
  return `${at} ${message} (${code})`;
}

/** Lints everything; a file that does not parse, or a plugin that finds nothing wrong in a sample
 * made to be wrong, is a finding too. */
async function readDiagnostics(root: URL): Promise<Diagnostic[]> {
  const found = await lintFiles(root, []);
  const sample = await Deno.makeTempFile({ prefix: "sargalay-lint-", suffix: ".ts" });
  try {
    await Deno.writeTextFile(sample, "export const at = Date.now();\n");
    const codes = (await lintFiles(root, [sample])).map(({ code }) => code);
    for (const code of ["house/no-real-clock", docsRule]) {
      if (codes.includes(code)) continue;
      found.push({ code, at: "deno.json", message: "the rule finds nothing: is the plugin on?" });
    }
  } finally {
    await Deno.remove(sample);
  }
  return found;
}

/** Runs `deno lint` on `files`, or on everything when there are none. */
export async function lintFiles(root: URL, files: readonly string[]): Promise<Diagnostic[]> {
  const { stdout, stderr } = await execute(root, [
    "lint",
    "--json",
    "--config",
    new URL("deno.json", root).pathname,
    ...files,
  ]);
  if (stdout === "") throw new Error(`deno lint failed: ${stderr}`);
  const report = lintReportSchema.parse(JSON.parse(stdout));
  const short = (name: string) =>
    decodeURIComponent(name.replace(root.href, "").replace(root.pathname, ""));
  return [
    ...report.diagnostics.map(({ code, message, hint, filename, range }) => ({
      code,
      at: `${short(filename)}:${range.start.line}`,
      message: hint ? `${message}; ${hint}` : message,
    })),
    ...report.errors.map(({ file_path, message }) => ({
      code: "parse-error",
      at: short(file_path),
      message,
    })),
  ];
}

async function runDeno(root: URL, args: readonly string[]): Promise<string[]> {
  const { success, stdout, stderr } = await execute(root, args);
  return success ? [] : [`${stdout}${stderr}`.trim()];
}

async function execute(root: URL, args: readonly string[]) {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return { success, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}
