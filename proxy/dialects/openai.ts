/** The APIs of OpenAI, which many providers speak. @module */
import type { Dialect } from "./dialect.ts";
import { openaiChat } from "./openai_chat/mod.ts";
import { openaiCompletions } from "./openai_completions/mod.ts";
import { openaiEmbeddings } from "./openai_embeddings/mod.ts";
import { openaiImageEdits, openaiImageGenerations } from "./openai_images/mod.ts";
import { openaiModerations } from "./openai_moderations/mod.ts";
import { openaiResponses } from "./openai_responses/mod.ts";
import { openaiSpeech } from "./openai_speech/mod.ts";
import { openaiTranscriptions, openaiTranslations } from "./openai_transcriptions/mod.ts";
import { openaiVideos } from "./openai_videos/mod.ts";

/** Every one that is built in. */
export const OPENAI_DIALECTS: readonly Dialect[] = [
  openaiChat,
  openaiResponses,
  openaiCompletions,
  openaiEmbeddings,
  openaiImageGenerations,
  openaiImageEdits,
  openaiSpeech,
  openaiTranscriptions,
  openaiTranslations,
  openaiModerations,
  openaiVideos,
];
