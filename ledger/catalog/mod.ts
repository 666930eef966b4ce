/** The prices that a new deployment starts with; see README.md for where they come from. @module */
import simulatorPrices from "./data/simulator_prices.json" with { type: "json" };
import starterPrices from "./data/starter_prices.json" with { type: "json" };
import catalogueData from "./data/catalogue.json" with { type: "json" };
import type { Catalogue } from "./catalogue.ts";
import { parsePriceList, publishCommands } from "./price_list.ts";
import type { SeedCommand } from "./seed_command.ts";

export {
  type Catalogue,
  type CatalogueEntry,
  parseCatalogue,
  providerOf,
  publishCommand,
} from "./catalogue.ts";

export type { SeedCommand } from "./seed_command.ts";
export { catalogueSeedCommands, type KnownNames } from "./catalogue_seed.ts";

/** The catalogue that comes with this version of the ledger. */
export function packagedCatalogue(): Catalogue {
  // A test validates the file; doing it at each start would cost a tenth of a second.
  return catalogueData as unknown as Catalogue;
}

const STARTER_MARKUP_PARTS_PER_MILLION = 50_000;

// Round on purpose: nobody should take it for a market rate.
const DEMO_KYAT_PER_USD = "4000";

/** A twentieth of a US cent for a call with the customer's own provider key. */
const STARTER_OWN_KEY_FEE_PICO_USD = 500_000_000n;

/**
 * The commands that make a new ledger sell: markup, a demo exchange rate, the fee for calls with the
 * customer's own key, the starter prices and, with `simulator`, those of the simulated models. The same list gives the same operation ids, so
 * that seeding twice does nothing; what people have set since is not overwritten.
 */
export function seedCommands(options: { readonly simulator: boolean }): SeedCommand[] {
  const commands: SeedCommand[] = [
    {
      operationId: "seed:markup",
      command: {
        type: "SetMarkup",
        body: { markupPartsPerMillion: STARTER_MARKUP_PARTS_PER_MILLION },
      },
    },
    {
      operationId: "seed:fx",
      command: {
        type: "SetFxRate",
        body: { kyatPerUsd: DEMO_KYAT_PER_USD, source: "demo quote, not a market rate" },
      },
    },
    {
      operationId: "seed:own-key-fee",
      command: {
        type: "SetOwnKeyFee",
        body: { picoUsdPerRequest: STARTER_OWN_KEY_FEE_PICO_USD },
      },
    },
  ];
  const lists = options.simulator ? [starterPrices, simulatorPrices] : [starterPrices];
  for (const list of lists.map(parsePriceList)) {
    for (const command of publishCommands(list)) {
      // An operation id knows no slash; no two models of the lists differ by that alone.
      const name = command.body.model.replaceAll("/", ".");
      commands.push({ operationId: `seed:${list.revision}:price:${name}`, command });
    }
  }
  return commands;
}
