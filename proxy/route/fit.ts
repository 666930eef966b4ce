/** Whether a model can do what a call asks for. @module */
import type { CallNeeds, RoutableModel } from "./parts.ts";

/** Why a model does not fit a call, in a few words; null when it does, or nothing says otherwise. */
export function misfit(model: RoutableModel, needs: CallNeeds, nowMs: number): string | null {
  if ((model.kind ?? "chat") !== needs.kind) return `is for ${model.kind ?? "chat"}`;
  if (isRetired(model, nowMs)) return `was retired on ${model.retiredOn}`;
  if (model.contextWindowTokens < needs.inputTokens) {
    return `takes ${model.contextWindowTokens} tokens`;
  }
  const { outputTokens } = needs;
  if (outputTokens !== null && model.maxOutputTokens < outputTokens) {
    return `writes at most ${model.maxOutputTokens} tokens`;
  }
  for (const modality of needs.inputModalities) {
    // Every model reads text; of anything else it must say so.
    if (modality !== "text" && !takes(model, modality)) return `takes no ${modality}`;
  }
  const { capabilities } = model;
  if (capabilities === undefined) return null;
  const lacking = needs.capabilities.find((one) => !capabilities.includes(one));
  if (lacking !== undefined) return `has no ${lacking}`;
  const excluded = needs.excludes.find((one) => capabilities.includes(one));
  return excluded === undefined ? null : `is ${excluded}`;
}

function takes(model: RoutableModel, modality: CallNeeds["inputModalities"][number]): boolean {
  if (model.inputModalities !== undefined) return model.inputModalities.includes(modality);
  return modality === "image" && (model.capabilities?.includes("vision") ?? false);
}

function isRetired({ retiredOn }: RoutableModel, nowMs: number): boolean {
  if (retiredOn === undefined || retiredOn === null) return false;
  return retiredOn <= new Date(nowMs).toISOString().slice(0, 10);
}
