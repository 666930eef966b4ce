/** A bus that may lose, double, delay and reorder, with one durable stream, for every process. @module */
import type { Bus, StreamReader } from "../../shared/bus/mod.ts";
import { createBusClient } from "./bus_client.ts";
import type { BusWitness, KeptStream, Listener, Responder, Wires } from "./bus_wires.ts";
import { type Conditions, strike } from "./conditions.ts";
import type { Process } from "./process.ts";
import type { Scheduler } from "./scheduler.ts";

/** The server in the middle. */
export interface Broker {
  /** The bus as one process sees it. */
  connect(process: Process): Bus & StreamReader;
  /** Drops everything that the streams have, as a server that lost its disk. */
  wipe(): void;
  /** Messages of the streams that nobody has acknowledged yet. */
  unacknowledged(): number;
}

/** A broker with a life of its own; `server` is its process. */
export function createBroker(options: {
  readonly server: Process;
  readonly scheduler: Scheduler;
  readonly conditions: Conditions;
  readonly witness: BusWitness;
}): Broker {
  const { server, scheduler, conditions, witness } = options;
  const { random } = server;
  const responders = new Set<Responder>();
  const listeners = new Set<Listener>();
  const streams = new Map<string, KeptStream>();
  const unacknowledged = new Set<number>();

  /** Carries a message one way between a process and the broker; perhaps never, perhaps twice. */
  const carry = (process: Process, label: string, to: Process, task: () => void) => {
    if (conditions.busCut.has(process.name)) return strike(conditions, "bus cut off");
    if (random.percent(conditions.busLossPercent)) return strike(conditions, "message lost");
    const once = () => {
      let delayUs = random.int(50, 1_000);
      if (random.percent(conditions.busSlowPercent)) {
        strike(conditions, "message delayed");
        delayUs = random.int(1_000, conditions.busSlowMs * 1_000);
      }
      scheduler.at(delayUs, { actor: to, label, task });
    };
    once();
    if (!random.percent(conditions.busDoublePercent)) return;
    strike(conditions, "message doubled");
    once();
  };
  const wires: Wires = {
    server,
    random,
    conditions,
    witness,
    responders,
    listeners,
    streams,
    unacknowledged,
    toBroker: (process, label, task) => carry(process, label, server, task),
    toProcess: (process, label, task) => carry(process, label, process, task),
  };
  return {
    connect: (process) => createBusClient(process, wires),
    unacknowledged: () => unacknowledged.size,
    wipe() {
      unacknowledged.clear();
      for (const { wipe, bound } of streams.values()) {
        wipe();
        bound();
      }
    },
  };
}
