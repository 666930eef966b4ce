/** Putting the first prices and plans into a shard that this process owns. @module */
import type { CommandEnvelope, CommandReply } from "../shared/commands/mod.ts";
import type { Clock } from "../shared/effects.ts";
import { type JsonObject, toJsonValue } from "../shared/json.ts";
import type { Log } from "../shared/log.ts";
import {
  catalogueSeedCommands,
  type KnownNames,
  packagedCatalogue,
  type SeedCommand,
  seedCommands,
} from "./catalog/mod.ts";
import type { SeedChoice } from "./config.ts";
import { planSeeds } from "./plans/mod.ts";

/** What seeding needs of a shard's writer. */
export interface Seeding {
  readonly shard: number;
  readonly clock: Clock;
  readonly log: Log;
  submit(envelope: CommandEnvelope): Promise<CommandReply>;
  /** Calls `read` with what the committed log knows. */
  known<T>(read: (names: KnownNames) => T): Promise<T>;
}

/**
 * Submits the chosen seed commands, all at once and in their order; doing it again changes nothing.
 * False when some could not be decided, so that it must be tried again.
 */
export async function seedShard(choice: SeedChoice, seeding: Seeding): Promise<boolean> {
  if (choice === "none") return true;
  const commands: SeedCommand[] = [
    ...seedCommands({ simulator: choice.endsWith("+simulator") }),
    ...planSeeds(),
  ];
  if (choice.startsWith("catalogue")) {
    const catalogue = packagedCatalogue();
    const listed = new Set(
      commands.flatMap(({ command }) =>
        command.type === "PublishPrice" ? [command.body.model] : []
      ),
    );
    commands.push(
      ...await seeding.known((names) => {
        const isPriced = (model: string) => listed.has(model) || names.isPriced(model);
        return catalogueSeedCommands(catalogue, { ...names, isPriced }, seeding.shard);
      }),
    );
  }
  return await submitAll(commands, seeding);
}

async function submitAll(
  commands: readonly SeedCommand[],
  { shard, clock, log, submit }: Seeding,
): Promise<boolean> {
  const replies = await Promise.all(commands.map(({ operationId, command }) =>
    submit({
      operationId,
      actor: "system:seed",
      occurredAtMs: clock.nowMs(),
      type: command.type,
      body: toJsonValue(command.body) as JsonObject,
    })
  ));
  for (const [index, reply] of replies.entries()) {
    if (reply.status === "unavailable") return false;
    if (reply.status === "accepted") continue;
    const { operationId } = commands[index]!;
    log.warn("seed_rejected", { shard, operationId, message: reply.rejection.message });
  }
  return true;
}
