/**
 * The single writer of a shard: decides in memory, commits in groups, answers after the commit.
 *
 * A command's way: `submit` looks whether its outcome is known or under way (under_way.ts); the desk
 * decides it on the state in memory, into the open batch (desk.ts); the pipeline appends one batch
 * while the next one is decided, and answers after the commit (pipeline.ts). All that holds while the
 * shard is ours (tenure.ts), and begins anew from the log when it was not.
 *
 * @module
 */
import {
  type CommandEnvelope,
  type CommandReply,
  decodeCommand,
} from "../../shared/commands/mod.ts";
import type { TimerHandle } from "../../shared/effects.ts";
import { commandHash } from "../integrity/mod.ts";
import { createContext, type WriterContext } from "./context.ts";
import { within } from "./deadline.ts";
import { createOperation, type Operation, unavailable } from "./operations.ts";
import {
  settingsOf,
  type Writer,
  type WriterOptions,
  type WriterStatus,
  WriterUnavailableError,
} from "./options.ts";
import { Pipeline } from "./pipeline.ts";
import { LAPSED, Tenure } from "./tenure.ts";
import { UnderWay } from "./under_way.ts";

const MOST_LOOKED_UP = 1_000;

/** Builds a writer; it does nothing until started. */
export function createWriter<State>(options: WriterOptions<State>): Writer<State> {
  return new ShardWriter(createContext(settingsOf(options)));
}

class ShardWriter<State> implements Writer<State> {
  readonly #underWay: UnderWay;
  readonly #pipeline: Pipeline<State>;
  readonly #tenure: Tenure<State>;
  #stopping = false;
  #gaveUp = false;
  #ticker: TimerHandle | null = null;
  /** Commands whose outcomes are looked for at the end of this turn. */
  readonly #unknown: Operation[] = [];

  constructor(private readonly context: WriterContext<State>) {
    this.#underWay = new UnderWay(context.settings.recentOutcomes);
    this.#pipeline = new Pipeline(context, this.#underWay, {
      onRenewed: (calledAtMs) => this.#tenure.renewed(calledAtMs),
      onRoomForDue: () => this.#decideDue(),
      mayGoOn: () => !this.#gaveUp,
      onLost: () => this.#tenure.demote("another ledger owns the shard now"),
      onDamaged: (error) => this.#tenure.fail(error),
    });
    this.#tenure = new Tenure(context, this.#pipeline, () => this.#ticker?.cancel());
  }

  start(): Promise<void> {
    this.follow();
    return this.#tenure.owned;
  }

  follow(): void {
    if (this.#tenure.role !== "idle") return;
    const { effects, tickMs } = this.context.settings;
    this.#ticker = effects.timers.every(tickMs, () => this.#tick());
    this.#tenure.follow();
  }

  submit(envelope: CommandEnvelope): Promise<CommandReply> {
    const refusal = this.#refusal();
    if (refusal !== null) return Promise.resolve(refusal);
    let operation: Operation;
    try {
      operation = createOperation(envelope, {
        command: decodeCommand(envelope),
        bodyHash: commandHash(envelope.type, envelope.body),
        own: false,
      });
    } catch (error) {
      return Promise.resolve(invalid(envelope, error));
    }
    return new Promise((resolve) => this.#begin(operation, resolve));
  }

  read<T>(fn: (state: State) => T): T {
    return fn(this.#pipeline.desk.replica.state);
  }

  async readCommitted<T>(fn: (state: State) => T): Promise<T> {
    const { effects, deadlineMs } = this.context.settings;
    const endMs = effects.clock.nowMs() + deadlineMs;
    while (true) {
      if (this.#tenure.role !== "owner") throw new WriterUnavailableError("the shard is not ours");
      if (this.#tenure.isLapsed()) throw new WriterUnavailableError(LAPSED);
      const leftMs = endMs - effects.clock.nowMs();
      if (leftMs <= 0) throw new WriterUnavailableError("the log could not be reached in time");
      if (this.#pipeline.desk.isClosed) {
        await effects.timers.sleep(Math.min(leftMs, 10));
        continue;
      }
      const value = this.read(fn);
      const { restsOn } = this.#pipeline;
      if (restsOn === null) return value;
      const ms = Math.max(1, leftMs);
      const inLog = await within(effects.timers, { what: "a commit", ms }, restsOn.done.promise)
        .catch((error) => {
          throw new WriterUnavailableError(error.message);
        });
      if (inLog) return value;
    }
  }

  status(): WriterStatus {
    const { shard, owner } = this.context.settings;
    const { role, term, failure } = this.#tenure;
    const { desk, committedPosition } = this.#pipeline;
    const { position } = desk.replica;
    return {
      role,
      shard,
      owner,
      epoch: term?.ownership.epoch ?? null,
      position,
      committedPosition: role === "owner" ? committedPosition : position,
      pending: this.#underWay.size,
      failure: failure?.message ?? null,
    };
  }

  fail(error: Error): void {
    // Whoever does not own it looks before it does.
    if (this.#tenure.role === "owner") this.#tenure.fail(error);
  }

  async stop(): Promise<void> {
    if (this.#tenure.role === "stopped") return;
    this.#stopping = true;
    this.#tenure.beginStopping();
    const { effects, deadlineMs } = this.context.settings;
    const endMs = effects.clock.nowMs() + deadlineMs;
    while (this.#underWay.size > 0 && effects.clock.nowMs() < endMs) await effects.timers.sleep(5);
    this.#gaveUp = true;
    this.#ticker?.cancel();
    await this.#tenure.stop();
  }

  #refusal(): CommandReply | null {
    if (this.#stopping) return unavailable("the ledger is stopping", 1_000);
    if (this.#tenure.role !== "owner") {
      return unavailable("this ledger does not own the shard", 500);
    }
    if (this.#tenure.isLapsed()) return unavailable(LAPSED, 500);
    return null;
  }

  #begin(operation: Operation, answer: (reply: CommandReply) => void): void {
    const { effects, deadlineMs: waitMs, maxPending, decidedOnce } = this.context.settings;
    const { operationId, bodyHash } = operation;
    const waiter = { bodyHash, deadlineMs: effects.clock.nowMs() + waitMs, answer };
    if (this.#underWay.join(operationId, waiter)) return;
    if (this.#underWay.size >= maxPending) {
      return answer(unavailable("too many commands are under way", 100));
    }
    operation.waiters.push(waiter);
    this.#underWay.add(operation);
    if (decidedOnce(operation.command.type)) this.#pipeline.desk.admit(operation);
    else this.#lookUp(operation);
  }

  /**
   * Looks for a stored outcome before a command is decided that the domain would take twice. Those
   * that come in one turn are looked for together, and decided in the order in which they came.
   */
  #lookUp(operation: Operation): void {
    this.#unknown.push(operation);
    if (this.#unknown.length > 1) return;
    void Promise.resolve().then(async () => {
      const operations = this.#unknown.splice(0);
      for (let at = 0; at < operations.length; at += MOST_LOOKED_UP) {
        await this.#lookUpAll(operations.slice(at, at + MOST_LOOKED_UP));
      }
    });
  }

  async #lookUpAll(operations: readonly Operation[]): Promise<void> {
    const { store, shard } = this.context.settings;
    const ids = operations.map(({ operationId }) => operationId);
    try {
      const outcomes = await this.context.call(
        "finding an outcome",
        store.findOutcomes(shard, ids),
      );
      const current = new Set(
        operations.filter((one) => this.#underWay.isCurrent(one)).map((one) => one.operationId),
      );
      this.#underWay.rememberStored(outcomes.filter((one) => current.has(one.operationId)));
      for (const operation of operations) {
        if (this.#underWay.isCurrent(operation)) this.#pipeline.desk.admit(operation);
      }
    } catch (error) {
      this.context.report("warn", "writer_lookup_failed", error, ids[0]!);
      for (const operation of operations) {
        if (!this.#underWay.isCurrent(operation)) continue;
        this.#underWay.drop(operation, "the ledger's database could not be reached");
      }
    }
  }

  #tick(): void {
    const nowMs = this.context.settings.effects.clock.nowMs();
    this.#underWay.answerLate(nowMs);
    this.#tenure.tick(nowMs);
    this.#decideDue();
  }

  #decideDue(): void {
    const { desk } = this.#pipeline;
    if (this.#tenure.role === "owner" && !desk.isClosed && !this.#stopping) desk.decideDue();
  }
}

function invalid({ type }: CommandEnvelope, error: unknown): CommandReply {
  const what = error instanceof Error ? error.message : String(error);
  return {
    status: "rejected",
    rejection: { code: "invalid_command", message: `${type}: ${what}`, details: {} },
  };
}
