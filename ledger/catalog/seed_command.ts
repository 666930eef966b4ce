/** The commands of a seed. @module */
import type { Command } from "../../shared/commands/mod.ts";

/** A command with the id that makes sending it again harmless. */
export interface SeedCommand {
  readonly operationId: string;
  readonly command: Command;
}
