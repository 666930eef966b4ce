/** How events change a shard. @module */
import { evolveAlerts } from "../alerts/mod.ts";
import { type ApiKey, evolveAccounts } from "../account/mod.ts";
import type { EdgeKey, EdgeTerms } from "../../shared/edge_config/mod.ts";
import { evolveSigning } from "../checkpoint/mod.ts";
import type { PlacedEvent } from "../domain.ts";
import { evolvePlans } from "../plans/mod.ts";
import { evolvePricing, type PricingBook } from "../pricing/mod.ts";
import { evolveRouting } from "../routing/mod.ts";
import { noteRouting } from "./edge_routing.ts";
import type { ShardState } from "./state.ts";

/**
 * Applies an event in place and returns the same state. Throws RangeError when the position is not
 * the next one or the event contradicts the state: then the log is damaged.
 */
export function evolveShard(state: ShardState, placed: PlacedEvent): ShardState {
  if (placed.position !== state.position + 1n) {
    throw new RangeError(`position ${placed.position} follows ${state.position} in the log`);
  }
  const { event } = placed;
  switch (event.type) {
    case "PricePublished":
    case "PriceWithdrawn":
    case "OwnKeyFeeSet":
    case "MarkupSet":
    case "FxRateSet":
      evolvePricing(state.prices, event);
      break;
    case "PlanPublished":
      evolvePlans(state.plans, event);
      break;
    case "AlertRuleSet":
    case "AlertRuleRemoved":
    case "AlertAcknowledged":
      evolveAlerts(state.alertRules, event);
      break;
    case "SigningKeySet":
      evolveSigning(state.signing, event, placed.position);
      break;
    case "ProviderConfigured":
    case "ProviderKeyStored":
    case "ProviderKeyRemoved":
    case "RouterConfigured":
    case "RouterRemoved":
    case "ModelAliasSet":
      evolveRouting(state.routing, event);
      break;
    default:
      evolveAccounts(state.book, event, placed.recordedAtMs);
  }
  noteForEdges(state, placed);
  state.position = placed.position;
  return state;
}

function noteForEdges(state: ShardState, { event, position, recordedAtMs }: PlacedEvent): void {
  switch (event.type) {
    case "PricePublished": {
      const { source: _, ...price } = event.payload;
      state.edgeChanges.putModel(position, { ...price, publishedAtMs: recordedAtMs });
      return;
    }
    case "PriceWithdrawn":
      return state.edgeChanges.withdrawModel(position, event.payload.model);
    case "MarkupSet":
    case "FxRateSet":
      return state.edgeChanges.putTerms(position, termsOf(state.prices));
    case "KeyIssued":
    case "KeyConfigured":
    case "KeyRevoked": {
      const { accountId, keyId } = event.payload;
      const key = state.book.accounts.get(accountId)?.keys.get(keyId);
      if (key === undefined) throw new RangeError(`key ${keyId} was never issued`);
      return state.edgeChanges.putKey(position, edgeKeyOf(accountId, key));
    }
    case "PlanAssigned": {
      const { accountId, keyId, planId } = event.payload;
      const { edgeChanges } = state;
      if (keyId === null) return edgeChanges.putPlan(position, { accountId, planId });
      const key = state.book.accounts.get(accountId)?.keys.get(keyId);
      if (key === undefined) throw new RangeError(`key ${keyId} was never issued`);
      return edgeChanges.putKey(position, edgeKeyOf(accountId, key));
    }
    case "ProviderConfigured":
    case "ProviderKeyStored":
    case "ProviderKeyRemoved":
    case "RouterConfigured":
    case "RouterRemoved":
    case "ModelAliasSet":
      return noteRouting(state.edgeChanges, event, position);
    default:
      return;
  }
}

function termsOf({ markup, fxRate }: PricingBook): EdgeTerms {
  return {
    markupPartsPerMillion: markup?.markupPartsPerMillion ?? null,
    fx: fxRate === null ? null : { microKyat: fxRate.microKyat, nanoUsd: fxRate.nanoUsd },
  };
}

function edgeKeyOf(accountId: string, key: ApiKey): EdgeKey {
  const { keyHash, keyId, revoked, teamId, userId } = key;
  const { expiresAtMs, allowedModels, ipRanges, routerId, tags } = key.settings;
  return {
    keyHash,
    keyId,
    accountId,
    expiresAtMs,
    revoked,
    teamId,
    userId,
    allowedModels,
    ipRanges,
    routerId,
    planId: key.limiter?.plan?.planId ?? null,
    tags,
  };
}
