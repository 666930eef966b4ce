/** Accounts, their credit, adjustments, budgets and balance. @module */
import { z } from "zod";
import { balanceViewSchema, commandSchemas } from "../../../shared/commands/mod.ts";
import { accountIdSchema } from "../../../shared/ids/mod.ts";
import { problem, success } from "../answer.ts";
import {
  answerOf,
  type ApiCall,
  type ApiRoute,
  commandRoute,
  isUnreachable,
  sendToAccount,
  unavailable,
} from "../route.ts";

const ofAccount = { accountId: true } as const;

/** The id in the path; the app has checked its shape. */
export function accountOf(call: ApiCall): string {
  return accountIdSchema.parse(call.params.accountId);
}

const openAccount = commandRoute({
  method: "post",
  path: "/v1/accounts",
  permission: "account:open",
  summary: "Open an account",
  description: "Opens a prepaid account in Myanmar kyat with nothing in it.",
  body: commandSchemas.OpenAccount,
  status: 201,
  send: async (body, call, context) =>
    answerOf(await sendToAccount({ type: "OpenAccount", body }, call, context), 201),
});

const grantCredit = commandRoute({
  method: "post",
  path: "/v1/accounts/{accountId}/credits",
  permission: "credit:grant",
  needsIdempotencyKey: true,
  summary: "Grant credit",
  description: "Adds credit: a payment received by hand, or a promotion. Amounts are microkyat.",
  body: commandSchemas.GrantCredit.omit(ofAccount),
  status: 201,
  send: async (body, call, context) => {
    const command = {
      type: "GrantCredit",
      body: { ...body, accountId: accountOf(call) },
    } as const;
    return answerOf(await sendToAccount(command, call, context), 201);
  },
});

const postAdjustment = commandRoute({
  method: "post",
  path: "/v1/accounts/{accountId}/adjustments",
  permission: "adjustment:post",
  needsIdempotencyKey: true,
  summary: "Post an adjustment",
  description: "Raises (positive) or lowers (negative) a wallet; it never goes below zero.",
  body: commandSchemas.PostAdjustment.omit(ofAccount),
  status: 201,
  send: async (body, call, context) => {
    const command = {
      type: "PostAdjustment",
      body: { ...body, accountId: accountOf(call) },
    } as const;
    return answerOf(await sendToAccount(command, call, context), 201);
  },
});

const issueCreditNote = commandRoute({
  method: "post",
  path: "/v1/accounts/{accountId}/credit-notes",
  permission: "credit_note:issue",
  needsIdempotencyKey: true,
  summary: "Issue a credit note",
  description:
    "Gives back what was charged too much, such as after a re-rating; the platform's revenue falls " +
    "by as much. An account has one note for each `reference`, and all of its notes together give " +
    "back no more than its wallet has paid: anything else is refused as a conflict.",
  body: commandSchemas.IssueCreditNote.omit(ofAccount),
  status: 201,
  send: async (body, call, context) => {
    const command = {
      type: "IssueCreditNote",
      body: { ...body, accountId: accountOf(call) },
    } as const;
    return answerOf(await sendToAccount(command, call, context), 201);
  },
});

const setBudget = commandRoute({
  method: "put",
  path: "/v1/accounts/{accountId}/budgets",
  permission: "budget:set",
  summary: "Set a budget",
  description:
    "Limits what a key, a team, a user, or, when none of them is named, the whole account may spend " +
    "in a day, a week from Monday, a month (Asia/Yangon) or in total. A limit of null lifts it.",
  body: commandSchemas.SetBudget.omit(ofAccount),
  send: async (body, call, context) => {
    const command = { type: "SetBudget", body: { ...body, accountId: accountOf(call) } } as const;
    return answerOf(await sendToAccount(command, call, context));
  },
});

const readBalance: ApiRoute = {
  method: "get",
  path: "/v1/accounts/{accountId}/balance",
  permission: "account:read",
  summary: "Read a balance",
  description: "The balance as the ledger's writer has it now, and the position it reflects.",
  body: null,
  query: null,
  result: z.object({ position: z.string(), result: balanceViewSchema }),
  status: 200,
  async handle(call, { commands }) {
    const balance = await commands.balance(accountOf(call));
    if (balance === null) {
      return problem("not_found", `there is no account ${accountOf(call)}`, { param: "accountId" });
    }
    if (isUnreachable(balance)) return unavailable(balance);
    return success(200, {
      position: balance.position,
      result: {
        ...balance,
        settledMicroKyat: balance.settledMicroKyat.toString(),
        heldMicroKyat: balance.heldMicroKyat.toString(),
        availableMicroKyat: balance.availableMicroKyat.toString(),
      },
    });
  },
};

/** Every route about accounts and their money. */
export const accountRoutes: readonly ApiRoute[] = [
  openAccount,
  grantCredit,
  postAdjustment,
  issueCreditNote,
  setBudget,
  readBalance,
];
