/** Decisions about prices, markup and the exchange rate. @module */
import type { Command, CommandBody } from "../../shared/commands/mod.ts";
import { fxRateFromDecimal } from "../../shared/money/mod.ts";
import { accepted, rejected } from "../decision.ts";
import type { Decision } from "../domain.ts";
import type { PricingBook } from "./book.ts";

/** The commands that the price book decides. */
export type PricingCommand = Extract<
  Command,
  { type: "PublishPrice" | "WithdrawPrice" | "SetOwnKeyFee" | "SetMarkup" | "SetFxRate" }
>;

/** Decides a pricing command; each accepted one takes the next version of its subject. */
export function decidePricing(book: PricingBook, command: PricingCommand): Decision {
  switch (command.type) {
    case "PublishPrice":
      return publishPrice(book, command.body);
    case "WithdrawPrice":
      return withdrawPrice(book, command.body);
    case "SetOwnKeyFee":
      return setOwnKeyFee(book, command.body);
    case "SetMarkup":
      return setMarkup(book, command.body);
    case "SetFxRate":
      return setFxRate(book, command.body);
    default:
      throw command satisfies never;
  }
}

function publishPrice(book: PricingBook, body: CommandBody<"PublishPrice">): Decision {
  if (Object.keys(body.ratesPicoUsdPerUnit).length === 0) {
    return rejected(
      "usage_class_not_priced",
      `Price refused: ${body.model} has no rate for any usage class`,
      { model: body.model },
    );
  }
  const priceVersion = (book.prices.get(body.model)?.priceVersion ?? 0) + 1;
  return accepted(
    [{ type: "PricePublished", payload: { ...body, priceVersion } }],
    { model: body.model, priceVersion },
  );
}

function withdrawPrice(book: PricingBook, body: CommandBody<"WithdrawPrice">): Decision {
  const { model, reason } = body;
  const price = book.prices.get(model);
  if (price === undefined || book.withdrawn.has(model)) {
    return rejected("model_not_priced", `Withdrawal refused: ${model} is not for sale`, { model });
  }
  const { priceVersion } = price;
  return accepted(
    [{ type: "PriceWithdrawn", payload: { model, priceVersion, reason } }],
    { model, priceVersion },
  );
}

function setOwnKeyFee(book: PricingBook, body: CommandBody<"SetOwnKeyFee">): Decision {
  const feeVersion = (book.ownKeyFee?.feeVersion ?? 0) + 1;
  const { picoUsdPerRequest } = body;
  return accepted(
    [{ type: "OwnKeyFeeSet", payload: { feeVersion, picoUsdPerRequest } }],
    { feeVersion, picoUsdPerRequest: picoUsdPerRequest.toString() },
  );
}

function setMarkup(book: PricingBook, body: CommandBody<"SetMarkup">): Decision {
  const markupVersion = (book.markup?.markupVersion ?? 0) + 1;
  const { markupPartsPerMillion } = body;
  return accepted(
    [{ type: "MarkupSet", payload: { markupVersion, markupPartsPerMillion } }],
    { markupVersion, markupPartsPerMillion },
  );
}

function setFxRate(book: PricingBook, body: CommandBody<"SetFxRate">): Decision {
  // A quote of zero passes the shape of the command, and no charge could be made with it.
  if (!/[1-9]/.test(body.kyatPerUsd)) {
    return rejected(
      "amount_is_zero",
      `Exchange rate refused: ${body.kyatPerUsd} kyat for a dollar`,
    );
  }
  const fxVersion = (book.fxRate?.fxVersion ?? 0) + 1;
  const { microKyat, nanoUsd } = fxRateFromDecimal(body.kyatPerUsd);
  return accepted(
    [{ type: "FxRateSet", payload: { fxVersion, microKyat, nanoUsd, source: body.source } }],
    { fxVersion, microKyat: microKyat.toString(), nanoUsd: nanoUsd.toString() },
  );
}
