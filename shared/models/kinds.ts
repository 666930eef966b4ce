/** What models are for, and what goes into them and comes out. @module */

/** What a model is called for; absent: `chat`. */
export const MODEL_KINDS = [
  "chat",
  "completion",
  "embedding",
  "image",
  "speech",
  "transcription",
  "moderation",
  "rerank",
  "video",
  "realtime",
] as const;

/** One of {@link MODEL_KINDS}. */
export type ModelKind = (typeof MODEL_KINDS)[number];

/** What a model takes or gives. */
export const MODEL_MODALITIES = ["text", "image", "audio", "video", "file"] as const;
