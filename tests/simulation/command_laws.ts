/** The laws about commands and their outcomes. @module */
import type { MemoryTables } from "../../ledger/store/memory/mod.ts";
import type { JsonObject } from "../../shared/json.ts";
import type { Books } from "./books.ts";
import { type Evidence, objectOf, type ReplySeen } from "./evidence.ts";
import type { Violation } from "./laws.ts";

/** Checks every answer that was given against the outcomes and events that stand in the log. */
export function checkCommands(
  { shards }: MemoryTables,
  books: readonly Books[],
  evidence: Evidence,
): Violation[] {
  const found: Violation[] = [];
  const outcomeOf = ({ operationId, shard }: Pick<ReplySeen, "operationId" | "shard">) =>
    [...shards].filter(([number]) => shard === null || number === shard)
      .map(([, tables]) => ({ tables, outcome: tables.outcomes.get(operationId) }))
      .find(({ outcome }) => outcome !== undefined);
  for (const { operationId, shard, reply } of evidence.replies) {
    const stored = outcomeOf({ operationId, shard });
    const status = String(reply.status);
    if (stored?.outcome === undefined) {
      const law = status === "accepted" ? "12" : "11";
      found.push({ law, detail: `${operationId} was ${status}, but has no outcome` });
      continue;
    }
    const { tables, outcome } = stored;
    if (textOf(outcome.outcome) !== textOf(reply)) {
      const said = JSON.stringify(reply);
      const detail = `${operationId} was ${said}, but its outcome is ${textOf(outcome.outcome)}`;
      found.push({ law: "11", detail });
    }
    if (status === "accepted" && BigInt(String(reply.position)) > tables.position) {
      found.push({ law: "12", detail: `${operationId} is at ${reply.position}, beyond the log` });
    }
    if (status === "accepted" && !isInLog(operationId, books)) {
      found.push({ law: "12", detail: `${operationId} was accepted, but is not in the log` });
    }
  }
  for (const { operationId } of evidence.acknowledged) {
    const id = String(operationId);
    if (outcomeOf({ operationId: id, shard: null }) === undefined && !isBuried(id, evidence)) {
      found.push({ law: "12", detail: `${id} was acknowledged to the stream, but not decided` });
    }
  }
  for (const [reference, times] of books.flatMap((one) => [...one.references])) {
    if (times > 1) found.push({ law: "11", detail: `${reference} was done ${times} times` });
  }
  return found;
}

/** Whether what the operation leads to stands in the log; for the kinds that say it themselves. */
function isInLog(operationId: string, books: readonly Books[]): boolean {
  const [kind, id = ""] = operationId.split(":");
  const request = books.map(({ requests }) => requests.get(id)).find((one) => one !== undefined);
  switch (kind) {
    case "hold":
    case "extend":
    case "usage":
      return request !== undefined;
    case "settle":
    case "release":
      return (request?.ends.length ?? 0) > 0;
    case "grant":
    case "adjust":
      return books.some(({ references }) => references.has(operationId));
    default:
      return true;
  }
}

function isBuried(operationId: string, { deadLetters }: Evidence): boolean {
  return deadLetters.some(({ message }) => message.operationId === operationId);
}

/** JSON with its members in order, so that two texts can be compared. */
function textOf(value: JsonObject): string {
  return JSON.stringify(value, (_name, member) => {
    const object = objectOf(member);
    return Object.keys(object).length === 0 ? member : Object.fromEntries(
      Object.entries(object).sort(([one], [other]) => one < other ? -1 : 1),
    );
  });
}
