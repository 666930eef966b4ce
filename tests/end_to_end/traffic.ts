/** Paid traffic that goes on while parts of the product are killed. @module */
import { clientOf, type Customer, type System } from "./system.ts";

/** What the clients saw. */
export interface TrafficReport {
  /** Request ids of answers that a client saw to their end. */
  readonly complete: readonly string[];
  /** Calls that failed, by what the client was told. */
  readonly failures: ReadonlyMap<string, number>;
}

/** Traffic under way. */
export interface Traffic {
  /** How many answers were seen to their end so far. */
  completed(): number;
  /** Starts no new call and waits for those under way. */
  stop(): Promise<TrafficReport>;
}

const messages = [{ role: "user" as const, content: "How much is a cup of tea?" }];

/** Lets `workers` clients call one after the other, by turns streaming and not, at every proxy. */
export function startTraffic(system: System, customer: Customer, workers: number): Traffic {
  const complete: string[] = [];
  const failures = new Map<string, number>();
  let stopped = false;
  const work = async (worker: number) => {
    for (let call = 0; !stopped; call++) {
      const proxy = (worker + call) % system.proxyUrls.length;
      try {
        complete.push(await callOnce(system, customer, { proxy, stream: call % 2 === 0 }));
      } catch (error) {
        const told = error instanceof Error ? error.message : String(error);
        failures.set(told, (failures.get(told) ?? 0) + 1);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  };
  const running = Promise.all(Array.from({ length: workers }, (_, worker) => work(worker)));
  return {
    completed: () => complete.length,
    async stop() {
      stopped = true;
      await running;
      return { complete, failures };
    },
  };
}

async function callOnce(
  system: System,
  customer: Customer,
  { proxy, stream }: { proxy: number; stream: boolean },
): Promise<string> {
  const { data, response } = await clientOf(system, customer.apiKey, { proxy }).chat.completions
    .create({ model: "gpt-4o-mini", messages, max_tokens: 64, stream }).withResponse();
  if (Symbol.asyncIterator in data) {
    const chunks = await Array.fromAsync(data);
    // A connection that was cut can look like an end; only a finish reason is one.
    if (!chunks.some((chunk) => chunk.choices[0]?.finish_reason)) throw new Error("cut short");
  }
  return response.headers.get("x-request-id") ?? "no request id";
}
