/** The bus as a process of the simulated world sees it. @module */
import {
  ANSWER_STREAM,
  type Bus,
  BusError,
  type BusSubscription,
  type DurableMessage,
  type PublishAck,
  type StreamReader,
} from "../../shared/bus/mod.ts";
import { encodeText } from "../../shared/bus/encoding.ts";
import { createWorkInHand } from "../../shared/bus/handling.ts";
import { compileFilter } from "../../shared/bus/matching.ts";
import { createMemoryStream } from "../../shared/bus/memory_stream.ts";
import type { JsonValue } from "../../shared/json.ts";
import type { Listener, Responder, Wires } from "./bus_wires.ts";
import { type EffectName, spring } from "./conditions.ts";
import type { Process } from "./process.ts";

const isAnswer = compileFilter(ANSWER_STREAM.subjects[0]);

/** The bus as one process sees it. */
export function createBusClient(process: Process, wires: Wires): Bus & StreamReader {
  const { conditions, witness, random, responders, listeners, streams, unacknowledged } = wires;
  const { toBroker, toProcess } = wires;
  const streamOf = (subject: string) =>
    [...streams.values()].find(({ stream }) => stream.accepts(subject))?.stream;
  const dies = (effect: EffectName, phase: "issued" | "done" | "answered") =>
    spring(conditions, process, effect, phase);
  /** A promise that is kept by `start`, or broken after a while by the caller's own timer. */
  const within = <T>(
    what: string,
    timeoutMs: number,
    start: (settle: { resolve(value: T): void; reject(error: BusError): void }) => void,
  ): Promise<T> =>
    new Promise((resolve, reject) => {
      const timer = process.effects.timers.after(
        timeoutMs,
        () => reject(new BusError("timeout", `no answer on ${what} within ${timeoutMs} ms`)),
      );
      start({
        resolve(value) {
          timer.cancel();
          resolve(value);
        },
        reject(error) {
          timer.cancel();
          reject(error);
        },
      });
    });
  /** Registers with the broker, once, and only while somebody waits for it. */
  const join = async (what: string, enter: () => () => void): Promise<() => void> => {
    let leave: (() => void) | null = null;
    let wanted = true;
    try {
      return await within<() => void>(what, 2_000, ({ resolve }) => {
        toBroker(process, `join ${what}`, () => {
          if (process.state === "dead" || !wanted) return;
          if (leave === null) process.onDeath(leave = enter());
          const left = leave;
          toProcess(process, `joined ${what}`, () => resolve(left));
        });
      });
    } catch (error) {
      wanted = false;
      (leave as (() => void) | null)?.();
      throw error;
    }
  };
  const subscription = (leave: () => void, idle: () => Promise<void>): BusSubscription => {
    let stopping: Promise<void> | null = null;
    return {
      stop() {
        leave();
        return stopping ??= idle();
      },
    };
  };
  const idleOf = (inHand: ReturnType<typeof createWorkInHand>) => () =>
    inHand.idle(process.effects.timers, 30_000);

  return {
    request(subject, message, { timeoutMs }) {
      const text = encodeText(message, subject);
      if (process.state === "dead" || dies("request", "issued")) return new Promise(() => {});
      return within<JsonValue>(subject, timeoutMs, (settle) => {
        const answer = (label: string, how: () => void) =>
          toProcess(process, label, () => {
            if (!dies("request", "answered")) how();
          });
        toBroker(process, `request ${subject}`, () => {
          const able = [...responders].filter(({ matches }) => matches(subject));
          if (able.length === 0) {
            const error = new BusError("no_responders", `nobody answers on ${subject}`);
            return answer("no responders", () => settle.reject(error));
          }
          const responder = random.pick(able);
          toProcess(responder.process, `asked ${subject}`, () => {
            responder.answer(text, subject).then((value) => {
              witness.answered(subject, JSON.parse(text), value);
              if (spring(conditions, responder.process, "respond", "done")) return;
              const reply = encodeText(value, subject);
              toBroker(
                responder.process,
                `answer on ${subject}`,
                () => answer(`answered ${subject}`, () => settle.resolve(JSON.parse(reply))),
              );
            }, (error) => {
              const failed = new BusError("failed", `${subject} failed: ${error}`);
              toBroker(
                responder.process,
                `failure on ${subject}`,
                () => answer(`failed ${subject}`, () => settle.reject(failed)),
              );
            });
          });
        });
      });
    },
    async respond(subject, queue, handler) {
      const inHand = createWorkInHand();
      const responder: Responder = {
        process,
        queue,
        matches: compileFilter(subject),
        async answer(text, asked) {
          inHand.begin();
          try {
            return await handler(JSON.parse(text), asked);
          } finally {
            inHand.end();
          }
        },
      };
      const leave = await join(subject, () => {
        responders.add(responder);
        return () => void responders.delete(responder);
      });
      return subscription(leave, idleOf(inHand));
    },
    publish(subject, message) {
      const text = encodeText(message, subject);
      if (process.state === "dead") return;
      witness.published(subject, JSON.parse(text));
      toBroker(process, `publish ${subject}`, () => {
        for (const listener of listeners) {
          if (!listener.matches(subject)) continue;
          toProcess(listener.process, `heard ${subject}`, () => listener.receive(text, subject));
        }
      });
    },
    async subscribe(filter, handler) {
      const listener: Listener = {
        process,
        matches: compileFilter(filter),
        receive(text, subject) {
          if (listeners.has(listener)) handler(JSON.parse(text), subject);
        },
      };
      const leave = await join(filter, () => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      });
      return subscription(leave, () => Promise.resolve());
    },
    async ensureStream(wanted) {
      await join(wanted.name, () => {
        const existing = streams.get(wanted.name);
        if (existing === undefined) {
          const stream = createMemoryStream(wanted, wires.server.effects);
          const bound = () => stream.update(wanted);
          const wipe = () => stream.update({ ...wanted, maxMessages: 0 });
          streams.set(wanted.name, { stream, bound, wipe });
        }
        return () => {};
      });
    },
    publishDurable(subject, message, { messageId, timeoutMs }) {
      const text = encodeText(message, subject);
      if (process.state === "dead" || dies("publish", "issued")) return new Promise(() => {});
      return within<PublishAck>(subject, timeoutMs, (settle) => {
        toBroker(process, `store ${messageId}`, () => {
          const ack = streamOf(subject)?.publish(subject, text, messageId);
          if (ack === undefined) {
            const error = new BusError("no_responders", `no stream keeps ${subject}`);
            return toProcess(process, "no stream", () => settle.reject(error));
          }
          // Nobody consumes kept answers: they are looked up.
          const consumed = !isAnswer(subject);
          if (consumed && !ack.duplicate) unacknowledged.add(ack.sequence);
          if (dies("publish", "done")) return;
          toProcess(process, `stored ${messageId}`, () => {
            if (consumed) witness.stored(JSON.parse(text), process);
            if (!dies("publish", "answered")) settle.resolve(ack);
          });
        });
      });
    },
    readKept(streamName, subject, { timeoutMs }) {
      if (process.state === "dead") return new Promise(() => {});
      return within<JsonValue[]>(subject, timeoutMs, ({ resolve }) => {
        toBroker(process, `read ${subject}`, () => {
          const texts = streams.get(streamName)?.stream.kept(subject) ?? [];
          toProcess(process, `kept ${subject}`, () => resolve(texts.map((one) => JSON.parse(one))));
        });
      });
    },
    async consume(streamName, consuming, handler) {
      const inHand = createWorkInHand();
      const member = {
        hasRoom: () => process.state !== "dead" && inHand.count < consuming.maxInFlight,
        deliver: (message: DurableMessage) =>
          new Promise<boolean>((resolve) => {
            toProcess(process, `deliver ${message.sequence}`, () => {
              if (dies("deliver", "issued")) return;
              inHand.begin();
              handler(message).then(() => true, () => false).then((succeeded) => {
                inHand.end();
                if (dies("deliver", "done")) return;
                toBroker(process, `ack ${message.sequence} ${succeeded}`, () => {
                  if (succeeded) {
                    unacknowledged.delete(message.sequence);
                    witness.acknowledged(message);
                  }
                  resolve(succeeded);
                });
              });
            });
          }),
      };
      const leave = await join(streamName, () => {
        const found = streams.get(streamName);
        if (found === undefined) throw new RangeError(`there is no stream ${streamName}`);
        const consumer = found.stream.consumer(consuming.durableName);
        consumer.join(member, consuming);
        return () => consumer.leave(member);
      });
      return subscription(leave, idleOf(inHand));
    },
    connected: () => !conditions.busCut.has(process.name),
    close: () => Promise.resolve(),
  };
}
