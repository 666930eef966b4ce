/** Serves the files of the build. @module */
import type { Context } from "./context.ts";
import type { StaticFile } from "./build_cache.ts";

/** Where {@link staticFiles} finds the files; the app sets it on each context. */
export const filesOfContext = new WeakMap<object, ReadonlyMap<string, StaticFile>>();

/** A middleware that answers GET and HEAD for files of the build, cacheable for ever. */
export function staticFiles<State>(): (ctx: Context<State>) => Promise<Response> {
  return async (ctx) => {
    const file = filesOfContext.get(ctx)?.get(ctx.url.pathname);
    if (file === undefined || (ctx.req.method !== "GET" && ctx.req.method !== "HEAD")) {
      return await ctx.next();
    }
    return new Response(ctx.req.method === "HEAD" ? null : file.bytes, {
      headers: {
        "content-type": file.contentType,
        "content-length": String(file.bytes.byteLength),
        "cache-control": "public, max-age=31536000, immutable",
      },
    });
  };
}
