/** What a model is called for and who made it, where the sources only hint at it. @module */
import type { Rates } from "../../shared/events/mod.ts";
import type { ModelKind } from "../../shared/models/mod.ts";
import type { UsageClass } from "../../shared/usage/mod.ts";
import type { Modality, SourceModel } from "./sources/source_model.ts";

const KIND_BY_NAME: readonly (readonly [RegExp, ModelKind])[] = [
  [/embed|bge-|(^|\/)voyage-(?!.*rerank)/i, "embedding"],
  [/rerank/i, "rerank"],
  [/moderation/i, "moderation"],
  [/transcri|whisper|scribe|voxtral-mini-(2507|2602|latest)$/i, "transcription"],
  [/(^|[-/])tts([-.]|$)|orpheus|speech|^eleven_/i, "speech"],
  [/realtime|[-]live[-]|native-audio|grok-voice/i, "realtime"],
  [/sora|veo-|video/i, "video"],
  [/imagen|dall-e|flux|stable-diffusion|gpt-image|chatgpt-image|imagine-image/i, "image"],
];

/** The kind that a source names, else the one that the name or what comes out of it says. */
export function kindOf(id: string, told: readonly SourceModel[]): ModelKind {
  const named = told.find(({ kind }) => kind !== null)?.kind;
  if (named !== null && named !== undefined) return named;
  const byName = KIND_BY_NAME.find(([pattern]) => pattern.test(id));
  if (byName !== undefined) return byName[1];
  const output = told.find(({ outputModalities }) => outputModalities.length > 0)?.outputModalities;
  if (output !== undefined && !output.includes("text")) {
    const only: Partial<Record<Modality, ModelKind>> = {
      image: "image",
      audio: "speech",
      video: "video",
    };
    return only[output[0]!] ?? "chat";
  }
  return "chat";
}

const DEFAULT_MODALITIES: Readonly<Record<ModelKind, readonly [Modality[], Modality[]]>> = {
  chat: [["text"], ["text"]],
  completion: [["text"], ["text"]],
  embedding: [["text"], []],
  image: [["text"], ["image"]],
  speech: [["text"], ["audio"]],
  transcription: [["audio"], ["text"]],
  moderation: [["text"], []],
  rerank: [["text"], []],
  video: [["text"], ["video"]],
  realtime: [["text", "audio"], ["text", "audio"]],
};

/** What goes in and comes out: as the sources and the prices say together, else as the kind implies. */
export function modalitiesOfModel(
  kind: ModelKind,
  told: readonly SourceModel[],
  rates: Rates,
): { readonly input: Modality[]; readonly output: Modality[] } {
  const [input, output] = DEFAULT_MODALITIES[kind];
  const union = (lists: readonly (readonly Modality[])[], otherwise: Modality[]) => {
    const all = new Set(lists.flat());
    return ORDER.filter((one) => (all.size === 0 ? otherwise : [...all]).includes(one));
  };
  const priced = (image: UsageClass, audio: UsageClass): Modality[] => [
    ...rates[image] === undefined ? [] : ["image" as const],
    ...rates[audio] === undefined ? [] : ["audio" as const],
  ];
  const also = (modalities: Modality[], otherwise: Modality[]) =>
    modalities.length === 0 ? [] : [...otherwise, ...modalities];
  const saysVision = told.some(({ capabilities }) => capabilities.includes("vision"));
  const inputs = told.map(({ inputModalities }) => inputModalities);
  return {
    input: union([
      ...inputs,
      ...saysVision ? [["text", "image"] as const] : [],
      also(priced("image_input", "audio_input"), input),
    ], input),
    output: kind === "embedding" || kind === "rerank" || kind === "moderation" ? output : union([
      ...told.map(({ outputModalities }) => outputModalities),
      also(priced("image_output", "audio_output"), output),
    ], output),
  };
}

const ORDER: readonly Modality[] = ["text", "image", "audio", "video", "file"];

const MAKERS: readonly (readonly [RegExp, string])[] = [
  [/claude/i, "anthropic"],
  [/gemini|gemma|imagen|veo-/i, "google"],
  [/llama-guard|llama/i, "meta"],
  [/gpt|dall-e|whisper|^o[1-9](-|$)|sora|davinci|babbage|^text-embedding-(3|ada)/i, "openai"],
  [/mistral|mixtral|ministral|codestral|devstral|magistral|pixtral|voxtral/i, "mistral"],
  [/deepseek/i, "deepseek"],
  [/qwen|qwq|qvq/i, "alibaba"],
  [/kimi|moonshot/i, "moonshot"],
  [/glm/i, "zai"],
  [/grok/i, "xai"],
  [/minimax/i, "minimax"],
  [/command|c4ai|aya-/i, "cohere"],
  [/nemotron/i, "nvidia"],
  [/sonar/i, "perplexity"],
];

/** Who made a model, told by its name or by the name before it; the provider when nothing tells. */
export function makerOf(
  id: string,
  { name, makesModels }: { readonly name: string; readonly makesModels: boolean },
): string {
  if (makesModels) return name;
  const parts = id.split("/");
  const known = MAKERS.find(([pattern]) => pattern.test(parts.at(-1)!))?.[1];
  const before = (parts.at(-2) ?? "").toLowerCase();
  return known ?? (/^[a-z0-9][a-z0-9-]*$/.test(before) && before !== "models" ? before : name);
}
