/** The ledger on the bus: commands, questions, METER, broadcasts. @module */
export { broadcastCommit, type CommitNews } from "./broadcasts.ts";
export { createDeadLetters, type DeadLetters } from "./dead_letters.ts";
export { createReceiptReader, type ReceiptReader } from "./receipt.ts";
export type { ShardViews } from "./questions.ts";
export { signCommand, type SignedPart } from "./signature.ts";
export { serveShard, type ServeShardOptions } from "./serve_shard.ts";
export { createOwnerService, type OwnerService } from "./owner_service.ts";
