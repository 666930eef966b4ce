/**
 * Reads the graph of imports from `deno info --json`.
 *
 * @module
 */

import { z } from "zod";
import type { ImportEdge, ImportGraph } from "./boundaries.ts";

const resolvedSchema = z.object({ specifier: z.string().optional(), error: z.string().optional() });

/** The part of the report that is read. */
const reportSchema = z.object({
  modules: z.array(z.object({
    specifier: z.string(),
    error: z.string().optional(),
    dependencies: z.array(z.object({
      specifier: z.string(),
      code: resolvedSchema.optional(),
      type: resolvedSchema.optional(),
    })).default([]),
  })),
});

/**
 * Turns one report of `deno info --json` into a graph of the modules under `rootUrl`, a URL that
 * ends with a slash. Throws when the report has another shape.
 */
export function parseGraph(json: string, rootUrl: string): ImportGraph {
  const files = new Set<string>();
  const edges: ImportEdge[] = [];
  const broken: string[] = [];
  for (const { specifier, error, dependencies } of reportSchema.parse(JSON.parse(json)).modules) {
    if (!specifier.startsWith(rootUrl)) continue;
    const from = decodeURIComponent(specifier.slice(rootUrl.length));
    if (error !== undefined) {
      broken.push(`${from}: ${error.replaceAll(rootUrl, "")}`);
      continue;
    }
    files.add(from);
    for (const { specifier: written, code, type } of dependencies) {
      for (const resolved of [code, type]) {
        if (resolved?.error !== undefined) {
          broken.push(`${from} imports ${written}: ${resolved.error.replaceAll(rootUrl, "")}`);
        }
        if (resolved?.specifier?.startsWith(rootUrl)) {
          edges.push({ from, to: decodeURIComponent(resolved.specifier.slice(rootUrl.length)) });
        }
      }
    }
  }
  return { files, edges, broken };
}

/**
 * The graph of everything that `files` import, in one call: `deno info` takes one root, so a module
 * that imports them all is that root.
 */
export async function readGraph(files: readonly string[], root: URL): Promise<ImportGraph> {
  const entry = await Deno.makeTempFile({ prefix: "sargalay-graph-", suffix: ".ts" });
  try {
    const lines = files.map((file) => `import ${JSON.stringify(new URL(file, root).href)};\n`);
    await Deno.writeTextFile(entry, lines.join(""));
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", "--config", new URL("deno.json", root).pathname, entry],
      cwd: root,
      env: { NO_COLOR: "1" },
    }).output();
    if (!success) throw new Error(`deno info failed: ${new TextDecoder().decode(stderr)}`);
    return parseGraph(new TextDecoder().decode(stdout), root.href);
  } finally {
    await Deno.remove(entry);
  }
}
