/** Signed checkpoints, the keys that sign them, and proofs that none was taken back. Public. @module */
import { z } from "zod";
import type { CheckpointReader, KeptCheckpoint } from "../../checkpoint/mod.ts";
import { type Answer, problem } from "../answer.ts";
import type { PublicCall, PublicContext, PublicRoute } from "../public_route.ts";
import { invalid } from "../route.ts";

const framesSchema = z.string().regex(/^[1-9]\d{0,14}$/, "expected a number of frames");
const checkpointSchema = z.object({
  frames: z.number().int(),
  position: z.string(),
  signedAtMs: z.number().int(),
  note: z.string(),
});
const pageQuery = z.object({
  after: z.string().regex(/^\d{1,15}$/, "expected a number of frames").default("0"),
  limit: z.string().regex(/^([1-9]\d?|100)$/, "expected 1 to 100").default("100"),
});
const consistencyQuery = z.object({ from: framesSchema, to: framesSchema });

type Reading = { readonly reader: CheckpointReader; readonly shard: number };

/** The shard that a path names, or the answer that there is none. */
function reading(call: PublicCall, { checkpoints }: PublicContext): Reading | Answer {
  if (checkpoints === null) return problem("not_found", "this ledger signs no checkpoints");
  const text = call.params.shard ?? "";
  const shard = /^\d{1,2}$/.test(text) ? parseInt(text, 10) : -1;
  if (shard >= 0 && shard < checkpoints.shards) return { reader: checkpoints, shard };
  return problem("not_found", `there is no shard ${text}`, { param: "shard" });
}

function missing(frames: string): Answer {
  return problem("not_found", `no checkpoint was signed at ${frames} frames`, { param: "frames" });
}

const latest: PublicRoute = {
  method: "get",
  path: "/checkpoints/{shard}/latest",
  permission: "public",
  summary: "Read the newest checkpoint",
  description: "The signed note of docs/ledger-format.md: everything up to its position is fixed.",
  query: null,
  contentType: "text/plain",
  result: z.string(),
  async handle(call, context) {
    const read = reading(call, context);
    if ("status" in read) return read;
    const newest = await read.reader.newest(read.shard);
    if (newest === null) return problem("not_found", "no checkpoint has been signed yet");
    return { body: newest.note, freshness: "one_second" };
  },
};

const keys: PublicRoute = {
  method: "get",
  path: "/checkpoints/{shard}/keys",
  permission: "public",
  summary: "Read the public keys",
  description: "Each key from when it was put in force, with its predecessor's endorsement.",
  query: null,
  contentType: "application/json",
  result: z.object({
    origin: z.string(),
    keys: z.array(z.object({
      keyName: z.string(),
      keyHash: z.string(),
      publicKey: z.string(),
      endorsement: z.string().nullable(),
      position: z.string(),
      recordedAtMs: z.number().int(),
    })),
  }),
  async handle(call, context) {
    const read = reading(call, context);
    if ("status" in read) return read;
    const { reader, shard } = read;
    const body = { origin: reader.origin(shard), keys: await reader.keys(shard) };
    return { body, freshness: "one_second" };
  },
};

const consistency: PublicRoute = {
  method: "get",
  path: "/checkpoints/{shard}/consistency",
  permission: "public",
  summary: "Prove that one checkpoint continues another",
  description: "Between the checkpoints of `from` and `to` frames (RFC 6962, section 2.1.2).",
  query: consistencyQuery,
  contentType: "application/json",
  result: z.object({
    format: z.literal("sargalay.consistency.v1"),
    from: z.string(),
    to: z.string(),
    path: z.array(z.string()),
  }),
  async handle(call, context) {
    const read = reading(call, context);
    if ("status" in read) return read;
    const query = consistencyQuery.safeParse(call.query);
    if (!query.success) return invalid(query.error);
    const sizes = { from: parseInt(query.data.from, 10), to: parseInt(query.data.to, 10) };
    if (sizes.from > sizes.to) {
      const message = `from (${sizes.from} frames) is not before to (${sizes.to} frames)`;
      return problem("invalid_request", message, { param: "from" });
    }
    const { reader, shard } = read;
    const from = await reader.ofFrames(shard, sizes.from);
    if (from === null) return missing(query.data.from);
    const to = await reader.ofFrames(shard, sizes.to);
    if (to === null) return missing(query.data.to);
    return { body: await reader.consistency(from, to), freshness: "immutable" };
  },
};

const one: PublicRoute = {
  method: "get",
  path: "/checkpoints/{shard}/{frames}",
  permission: "public",
  summary: "Read a checkpoint",
  description: "The signed note that covers exactly that many frames.",
  query: null,
  contentType: "text/plain",
  result: z.string(),
  async handle(call, context) {
    const read = reading(call, context);
    if ("status" in read) return read;
    const frames = framesSchema.safeParse(call.params.frames);
    if (!frames.success) return missing(call.params.frames ?? "");
    const kept = await read.reader.ofFrames(read.shard, parseInt(frames.data, 10));
    if (kept === null) return missing(frames.data);
    return { body: kept.note, freshness: "immutable" };
  },
};

const page: PublicRoute = {
  method: "get",
  path: "/checkpoints/{shard}",
  permission: "public",
  summary: "List checkpoints",
  description:
    "Those of more than `after` frames, fewest first; `next` is the `after` to go on with.",
  query: pageQuery,
  contentType: "application/json",
  result: z.object({
    origin: z.string(),
    checkpoints: z.array(checkpointSchema),
    next: z.number().int().nullable(),
  }),
  async handle(call, context) {
    const read = reading(call, context);
    if ("status" in read) return read;
    const query = pageQuery.safeParse(call.query);
    if (!query.success) return invalid(query.error);
    const { reader, shard } = read;
    const limit = parseInt(query.data.limit, 10);
    const kept = await reader.page(shard, parseInt(query.data.after, 10), limit);
    const next = kept.length === limit ? kept.at(-1)!.frames : null;
    const body = { origin: reader.origin(shard), checkpoints: kept.map(rowOf), next };
    return { body, freshness: "one_second" };
  },
};

function rowOf({ frames, position, signedAtMs, note }: KeptCheckpoint) {
  return { frames, position: position.toString(), signedAtMs, note };
}

/** Every public route; the ones with a name of their own come before numbers. */
export const checkpointRoutes: readonly PublicRoute[] = [latest, keys, consistency, page, one];
