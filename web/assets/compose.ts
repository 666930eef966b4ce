/** Builds the browser's files when their sources have changed, and loads everything. @module */
import { createHash } from "node:crypto";
import type { ComponentType } from "preact";
import { z } from "zod";
import type { BuildCache, RouteModule } from "fresh";
import font400 from "@fontsource/noto-sans-myanmar/myanmar-400.css" with { type: "text" };
import font600 from "@fontsource/noto-sans-myanmar/myanmar-600.css" with { type: "text" };
import type { State } from "../state.ts";

const web = new URL("../", import.meta.url);
const output = new URL("_fresh/", web);
const SOURCES = [
  "islands/",
  "routes/",
  "ui/",
  "costs/",
  "verify/",
  "../shared/verifier/",
  "client.ts",
  "styles.css",
  "assets/compose.ts",
];

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  woff2: "font/woff2",
  woff: "font/woff",
  svg: "image/svg+xml",
};

const manifestSchema = z.record(
  z.string(),
  z.object({ file: z.string(), css: z.array(z.string()).optional() }),
);

/**
 * Loads routes, islands and files. The files are built by Vite when `web/_fresh` has none for the
 * present sources, which takes a few seconds; two processes may do so at once.
 */
export async function loadBuild(): Promise<BuildCache<State>> {
  const folder = await builtFolder();
  const manifest = manifestSchema.parse(
    JSON.parse(await Deno.readTextFile(new URL("manifest.json", folder))),
  );
  const fileOf = (source: string) => {
    const found = manifest[source];
    if (found === undefined) throw new Error(`the build has no ${source}`);
    return `/${found.file}`;
  };
  const [routes, islands, files] = await Promise.all([
    loadModules<RouteModule<State>>("routes/"),
    loadModules<{ readonly default: ComponentType<never> }>("islands/"),
    loadFiles(folder),
  ]);
  return {
    routes,
    islands: new Map(
      [...islands].map(([path, module]) => [path.replace(/\.tsx$/, ""), module.default]),
    ),
    files,
    clientScript: fileOf("client.ts"),
    styleSheet: fileOf("styles.css"),
  };
}

async function loadModules<Module>(folder: string): Promise<Map<string, Module>> {
  const paths = (await listFiles(new URL(folder, web))).filter((path) =>
    /\.tsx?$/.test(path) && !/_test\.tsx?$/.test(path)
  );
  const modules = await Promise.all(
    paths.map((path): Promise<Module> => import(new URL(folder + path, web).href)),
  );
  return new Map(paths.map((path, index) => [path, modules[index]!]));
}

async function loadFiles(folder: URL): Promise<BuildCache<State>["files"]> {
  const paths = await listFiles(new URL("assets/", folder));
  const files = await Promise.all(paths.map(async (path) => {
    const bytes = await Deno.readFile(new URL(`assets/${path}`, folder));
    const contentType = CONTENT_TYPES[path.split(".").at(-1) ?? ""] ?? "application/octet-stream";
    return [`/assets/${path}`, { bytes, contentType }] as const;
  }));
  return new Map(files);
}

/** The folder of the build of the present sources, built now if need be. */
async function builtFolder(): Promise<URL> {
  const name = await hashOfSources();
  const folder = new URL(`${name}/`, output);
  if (await exists(folder)) return folder;
  await Deno.mkdir(output, { recursive: true });
  const draft = await Deno.makeTempDir({ dir: output.pathname, prefix: "draft-" });
  try {
    await runVite(draft);
    await Deno.rename(draft, folder);
  } catch (error) {
    await Deno.remove(draft, { recursive: true });
    // Another process was faster: its build is as good.
    if (!await exists(folder)) throw error;
  }
  await removeOlderBuilds(name);
  return folder;
}

async function runVite(outDir: string): Promise<void> {
  const [{ build }, { default: tailwind }] = await Promise.all([
    import("vite"),
    import("@tailwindcss/vite"),
  ]);
  await build({
    root: web.pathname,
    configFile: false,
    publicDir: false,
    logLevel: "error",
    cacheDir: `${outDir}/.vite`,
    plugins: [tailwind()],
    oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
    worker: { format: "es" },
    build: {
      outDir,
      emptyOutDir: false,
      manifest: "manifest.json",
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      target: "es2022",
      rollupOptions: { input: ["client.ts", "styles.css"] },
    },
  });
}

async function hashOfSources(): Promise<string> {
  const hash = createHash("sha256").update(font400).update(font600);
  for (const source of SOURCES) {
    const url = new URL(source, web);
    const paths = source.endsWith("/") ? await listFiles(url) : [""];
    for (const path of paths) {
      hash.update(`${source}${path}\n`).update(await Deno.readFile(new URL(path, url)));
    }
  }
  return hash.digest("hex").slice(0, 16);
}

const KEPT_BUILDS_MS = 24 * 60 * 60 * 1_000;

/** Drops builds that are older than a day; a process that runs has its files in memory. */
async function removeOlderBuilds(kept: string): Promise<void> {
  for await (const { name } of Deno.readDir(output)) {
    const url = new URL(name, output);
    const { mtime } = await Deno.stat(url);
    if (name === kept || mtime === null || mtime.getTime() > Date.now() - KEPT_BUILDS_MS) continue;
    await Deno.remove(url, { recursive: true });
  }
}

/** Paths of all files below a folder, sorted. */
async function listFiles(folder: URL): Promise<string[]> {
  const found: string[] = [];
  const visit = async (below: string): Promise<void> => {
    for await (const entry of Deno.readDir(new URL(below, folder))) {
      if (entry.isDirectory) await visit(`${below}${entry.name}/`);
      else found.push(below + entry.name);
    }
  };
  await visit("./");
  return found.map((path) => path.slice(2)).sort();
}

async function exists(url: URL): Promise<boolean> {
  try {
    await Deno.stat(url);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
