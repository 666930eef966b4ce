/**
 * A stand-in for the JSR package `@fresh/core` with the part of its API that this room uses. The
 * import map gives it the name `fresh`; why, and how to swap it, is told in
 * `docs/decisions/2026-11-20-fresh-vitest-stand-ins.md`.
 *
 * @module
 */
export { App, type FetchHandler } from "./app.ts";
export { type BuildCache, type RouteModule, setBuildCache } from "./build_cache.ts";
export type { Context, Handlers, Middleware, PageProps } from "./context.ts";
export { createDefine, type Define } from "./define.ts";
export { HttpError } from "./http_error.ts";
export { page, type PageResponse } from "./page.ts";
export { staticFiles } from "./static_files.ts";
