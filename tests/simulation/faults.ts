/** What the faults of a plan do to a world. @module */
import type { Broker } from "./bus.ts";
import { type Conditions, strike } from "./conditions.ts";
import type { Evidence } from "./evidence.ts";
import type { Machine } from "./machines.ts";
import { describePart, type FaultPlan } from "./plan.ts";
import type { Process } from "./process.ts";
import type { Scheduler } from "./scheduler.ts";

/** What a fault can reach. */
export interface FaultTargets {
  readonly machines: readonly Machine[];
  readonly conditions: Conditions;
  readonly broker: Broker;
  readonly database: Process;
  readonly supervisor: Process;
  readonly scheduler: Scheduler;
  readonly evidence: Evidence;
}

/** Begins a fault; one that lasts ends by itself. */
export function strikeWith(fault: FaultPlan, targets: FaultTargets): void {
  const { conditions, scheduler, broker, evidence } = targets;
  scheduler.note(`fault: ${describePart(fault)}`);
  const machine = (name: string) => targets.machines.find((one) => one.name === name);
  const later = (forMs: number, task: () => void) =>
    scheduler.at(forMs * 1_000, { actor: targets.supervisor, label: `${fault.id} ends`, task });
  switch (fault.kind) {
    case "kill":
      strike(conditions, "killed");
      return machine(fault.process)?.process.kill();
    case "stop": {
      strike(conditions, "stopped in good order");
      const one = machine(fault.process);
      return one === undefined ? undefined : void stopInOrder(one);
    }
    case "trap": {
      const { process, effect, phase, nth } = fault;
      return void conditions.traps.push({ process, effect, phase, countdown: nth });
    }
    case "stall": {
      const { process, nth, forMs } = fault;
      return void conditions.stalls.push({ process, forMs, countdown: nth });
    }
    case "pause": {
      const process = machine(fault.process)?.process;
      strike(conditions, "paused");
      process?.pause();
      return void later(fault.forMs, () => process?.resume());
    }
    case "clock": {
      const process = machine(fault.process)?.process ?? targets.database;
      strike(conditions, "clock jumped");
      return void (process.skewMs += fault.byMs);
    }
    case "bus_cut":
      conditions.busCut.add(fault.process);
      return void later(fault.forMs, () => conditions.busCut.delete(fault.process));
    case "store_cut":
      conditions.storeCut.add(fault.process);
      return void later(fault.forMs, () => conditions.storeCut.delete(fault.process));
    case "bus_loss":
      conditions.busLossPercent = fault.percent;
      return void later(fault.forMs, () => conditions.busLossPercent = 0);
    case "bus_double":
      conditions.busDoublePercent = fault.percent;
      return void later(fault.forMs, () => conditions.busDoublePercent = 0);
    case "bus_slow":
      conditions.busSlowPercent = fault.percent;
      conditions.busSlowMs = fault.upToMs;
      return void later(fault.forMs, () => conditions.busSlowPercent = 0);
    case "store_loss":
      conditions.storeLossPercent = fault.percent;
      return void later(fault.forMs, () => conditions.storeLossPercent = 0);
    case "store_slow":
      conditions.storeSlowPercent = fault.percent;
      conditions.storeSlowMs = fault.upToMs;
      return void later(fault.forMs, () => conditions.storeSlowPercent = 0);
    case "disk_full":
      conditions.diskFull = true;
      return void later(fault.forMs, () => conditions.diskFull = false);
    case "wipe":
      strike(conditions, "stream wiped");
      evidence.wiped = true;
      return broker.wipe();
    default:
      return fault satisfies never;
  }
}

/** Closes what runs in a machine, and ends its process then. */
async function stopInOrder(machine: Machine): Promise<void> {
  const { process, proxy, runners, reader } = machine;
  if (process.state === "dead" || machine.closing) return;
  machine.closing = true;
  await Promise.all([proxy?.close(), reader?.stop(), ...runners.map((runner) => runner.stop())]);
  process.kill();
}
