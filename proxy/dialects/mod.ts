/** Dialects: the APIs that clients and providers speak. @module */
import { anthropicComplete } from "./anthropic_complete/mod.ts";
import { anthropicCountTokens } from "./anthropic_count_tokens/mod.ts";
import { anthropicMessages } from "./anthropic_messages/mod.ts";
import { bedrockConverse } from "./bedrock_converse/mod.ts";
import { bedrockInvoke } from "./bedrock_invoke/mod.ts";
import { cohereChat } from "./cohere_chat/mod.ts";
import { cohereEmbed } from "./cohere_embed/mod.ts";
import { cohereGenerate } from "./cohere_generate/mod.ts";
import { cohereRerank } from "./cohere_rerank/mod.ts";
import { type Dialect, type DialectName, DIALECTS } from "./dialect.ts";
import { elevenlabsSpeech } from "./elevenlabs_speech/mod.ts";
import { elevenlabsTranscription } from "./elevenlabs_transcription/mod.ts";
import { googleCountTokens } from "./google_count_tokens/mod.ts";
import { googleEmbedContent } from "./google_embed_content/mod.ts";
import { googleGenerateContent } from "./google_generate_content/mod.ts";
import { googleInteractions } from "./google_interactions/mod.ts";
import { googlePredict } from "./google_predict/mod.ts";
import { ollamaChat } from "./ollama_chat/mod.ts";
import { ollamaEmbed } from "./ollama_embed/mod.ts";
import { ollamaGenerate } from "./ollama_generate/mod.ts";
import { OPENAI_DIALECTS } from "./openai.ts";

export { countAt } from "./counts.ts";
export {
  type AnswerHead,
  type AnswerReader,
  type AnswerReading,
  type Arrived,
  type Bytes,
  type CallRequest,
  type Dialect,
  type DialectName,
  DIALECTS,
  type ErrorForm,
  type MediaCount,
  type OutgoingRequest,
  type ParsedCall,
  type ReportedExtras,
  type RequestBody,
  type SendOptions,
  type StreamOutput,
  type StreamState,
  type StreamStep,
  type TextCount,
} from "./dialect.ts";

export { jsonArray, sse } from "./framing/mod.ts";
export { classifyErrorMember, classifyFailure } from "./openai_failure.ts";
export { readVideo, type VideoState } from "./openai_videos/mod.ts";

const byName = new Map<DialectName, Dialect>(
  [
    ...OPENAI_DIALECTS,
    anthropicMessages,
    anthropicCountTokens,
    anthropicComplete,
    googleGenerateContent,
    googleCountTokens,
    googleEmbedContent,
    googlePredict,
    googleInteractions,
    cohereChat,
    cohereEmbed,
    cohereGenerate,
    cohereRerank,
    ollamaChat,
    ollamaEmbed,
    bedrockConverse,
    bedrockInvoke,
    elevenlabsSpeech,
    elevenlabsTranscription,
    ollamaGenerate,
  ].map((
    dialect,
  ) => [dialect.name, dialect]),
);

/** The dialect of a name. Throws RangeError when it is not one of those that are built in. */
export function dialectOf(name: DialectName): Dialect {
  const dialect = byName.get(name);
  if (dialect === undefined) throw new RangeError(`the dialect ${name} is not built in`);
  return dialect;
}

/** The dialects that are built in, in the order of {@link DIALECTS}. */
export function builtInDialects(): readonly DialectName[] {
  return DIALECTS.filter((name) => byName.has(name));
}
