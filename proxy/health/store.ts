/** The health of providers, of models at providers, and of keys, in bounded memory. @module */
import type { Clock } from "../../shared/effects.ts";
import {
  abandoned,
  type Breaker,
  CLOSED,
  enter,
  failed,
  merged,
  type Pass,
  type Phase,
  phaseOf,
  type ReportedBreaker,
  reportOf,
  succeeded,
} from "./breaker.ts";
import { LatencyWindow } from "./latency.ts";
import { type Mark, strikeOf } from "./strikes.ts";

/** What an attempt depends on; `keyId` is null where no stored key is used. */
export interface AttemptSubjects {
  readonly provider: string;
  /** The model's name at the provider. */
  readonly upstreamModel: string;
  readonly keyId: string | null;
}

/** An attempt that may be made; exactly one of its ends counts, later ones change nothing. */
export interface HealthAttempt {
  /** Whether it tries out something that was unhealthy. */
  readonly probe: boolean;
  /** The provider answered as it should; `firstByteMs` is the time that its first byte took. */
  succeeded(firstByteMs: number): void;
  /** The provider failed; what that says of whom is the policy of the failure's class. */
  failed(mark: Mark): void;
  /** It ended before anything was known, such as when the client went away. */
  abandoned(): void;
}

/** How one subject is. */
export interface SubjectHealth {
  /** `provider:…`, `model:<provider>/…` or `key:…`. */
  readonly subject: string;
  readonly phase: Phase;
  readonly trips: number;
  /** Until the first probe in milliseconds; 0 unless open. */
  readonly openForMs: number;
  /** Median time to the first byte in milliseconds; null without recent calls. */
  readonly latencyMs: number | null;
  readonly succeeded: number;
  readonly failed: number;
}

/** See the module. */
export interface HealthStore {
  /** Whether a model at a provider may be tried: the worse of both. */
  phase(provider: string, upstreamModel: string): Phase;
  /** Whether a provider may be tried with any model. */
  providerPhase(provider: string): Phase;
  /** Whether a key may be tried. */
  keyPhase(keyId: string): Phase;
  /** Median time to the first byte in milliseconds; null when nothing recent is known. */
  latencyMs(provider: string, upstreamModel: string): number | null;
  /** Milliseconds until the first probe of a model at a provider; 0 when it may be tried. */
  openForMs(provider: string, upstreamModel: string): number;
  /** Asks to try; null when something that it depends on is open, or being probed. */
  enter(subjects: AttemptSubjects): HealthAttempt | null;
  /** Takes over what another edge reported. */
  learn(subject: string, report: ReportedBreaker): void;
  /** What this edge itself found open and has not seen close, newest last. */
  own(): readonly { readonly subject: string; readonly report: ReportedBreaker }[];
  /** Everything that is known, by subject. */
  snapshot(): readonly SubjectHealth[];
}

/** What a store works with. */
export interface HealthStoreOptions {
  readonly clock: Clock;
  /** Most subjects remembered; the one unused longest is forgotten, open ones last. */
  readonly maximumSubjects?: number;
  /** Hears of each opening and closing that this edge found out itself. */
  readonly onChange?: (subject: string, report: ReportedBreaker) => void;
}

interface Entry {
  breaker: Breaker;
  latency: LatencyWindow | null;
  succeeded: number;
  failed: number;
  /** Whether this edge found out the current state. */
  own: boolean;
}

const MAXIMUM_SUBJECTS = 4_096;

/** Builds an empty store: everything may be tried. */
export function createHealthStore(options: HealthStoreOptions): HealthStore {
  return new BoundedHealth(options);
}

class BoundedHealth implements HealthStore {
  readonly #options: HealthStoreOptions;
  readonly #entries = new Map<string, Entry>();

  constructor(options: HealthStoreOptions) {
    this.#options = options;
  }

  phase(provider: string, upstreamModel: string): Phase {
    const both = [this.#phaseOf(ofProvider(provider)), this.#phaseOf(of(provider, upstreamModel))];
    if (both.includes("open")) return "open";
    return both.includes("half_open") ? "half_open" : "closed";
  }

  providerPhase(provider: string): Phase {
    return this.#phaseOf(ofProvider(provider));
  }

  keyPhase(keyId: string): Phase {
    return this.#phaseOf(ofKey(keyId));
  }

  latencyMs(provider: string, upstreamModel: string): number | null {
    const entry = this.#entries.get(of(provider, upstreamModel));
    return entry?.latency?.medianMs(this.#now()) ?? null;
  }

  openForMs(provider: string, upstreamModel: string): number {
    const until = [ofProvider(provider), of(provider, upstreamModel)]
      .map((subject) => this.#entries.get(subject)?.breaker.openUntilMs ?? 0);
    return Math.max(0, Math.max(...until) - this.#now());
  }

  enter({ provider, upstreamModel, keyId }: AttemptSubjects): HealthAttempt | null {
    const subjects: Record<Mark["marks"], string | null> = {
      nothing: null,
      provider: ofProvider(provider),
      model: of(provider, upstreamModel),
      key: keyId === null ? null : ofKey(keyId),
    };
    const passes = new Map<string, Pass>();
    for (const subject of Object.values(subjects)) {
      if (subject === null) continue;
      const entered = enter(this.#entries.get(subject)?.breaker ?? CLOSED, this.#now());
      if (entered.pass === null) {
        this.#giveBack(passes);
        return null;
      }
      passes.set(subject, entered.pass);
      if (entered.pass.probe) this.#entry(subject).breaker = entered.breaker;
    }
    return this.#attempt(subjects, passes);
  }

  learn(subject: string, report: ReportedBreaker): void {
    const known = this.#entries.get(subject);
    if (known === undefined && !report.open) return;
    const before = known?.breaker ?? CLOSED;
    const after = merged(before, report, this.#now());
    if (after === before) return;
    const entry = this.#entry(subject);
    entry.breaker = after;
    entry.own = false;
  }

  own() {
    const nowMs = this.#now();
    return [...this.#entries].filter(([, { own, breaker }]) => own && breaker.open)
      .map(([subject, { breaker }]) => ({ subject, report: reportOf(breaker, nowMs) }));
  }

  snapshot(): readonly SubjectHealth[] {
    const nowMs = this.#now();
    return [...this.#entries].map(([subject, { breaker, latency, succeeded, failed }]) => ({
      subject,
      phase: phaseOf(breaker, nowMs),
      trips: breaker.trips,
      openForMs: Math.max(0, breaker.openUntilMs - nowMs),
      latencyMs: latency?.medianMs(nowMs) ?? null,
      succeeded,
      failed,
    })).sort((one, other) => one.subject < other.subject ? -1 : 1);
  }

  #attempt(
    subjects: Record<Mark["marks"], string | null>,
    passes: Map<string, Pass>,
  ): HealthAttempt {
    const once = (end: () => void) => {
      if (passes.size === 0) return;
      end();
      passes.clear();
    };
    return {
      probe: [...passes.values()].some(({ probe }) => probe),
      succeeded: (firstByteMs) =>
        once(() => {
          this.#latencyOf(subjects.model!).add(firstByteMs, this.#now());
          for (const [subject, pass] of passes) this.#succeed(subject, pass);
        }),
      failed: (mark) =>
        once(() => {
          const marked = subjects[mark.marks];
          for (const [subject, pass] of passes) {
            if (subject === marked) this.#fail(subject, pass, mark);
            // Whoever refuses a call is there; the others' part in it is not known.
            else if (subject === subjects.provider && mark.marks !== "key") {
              this.#succeed(subject, pass);
            } else this.#update(subject, (breaker) => abandoned(breaker, pass));
          }
        }),
      abandoned: () => once(() => this.#giveBack(passes)),
    };
  }

  #succeed(subject: string, pass: Pass): void {
    const known = this.#entries.get(subject);
    if (known !== undefined) known.succeeded++;
    this.#update(subject, (breaker) => succeeded(breaker, pass, this.#now()));
  }

  #fail(subject: string, pass: Pass, mark: Mark): void {
    this.#entry(subject).failed++;
    this.#update(subject, (breaker) => failed(breaker, pass, strikeOf(mark), this.#now()));
  }

  #giveBack(passes: ReadonlyMap<string, Pass>): void {
    for (const [subject, pass] of passes) {
      this.#update(subject, (breaker) => abandoned(breaker, pass));
    }
  }

  #update(subject: string, step: (breaker: Breaker) => Breaker): void {
    const before = this.#entries.get(subject)?.breaker ?? CLOSED;
    const after = step(before);
    if (after === before) return;
    const entry = this.#entry(subject);
    entry.breaker = after;
    const turned = after.open !== before.open || after.openUntilMs !== before.openUntilMs;
    if (!turned) return;
    entry.own = true;
    this.#options.onChange?.(subject, reportOf(after, this.#now()));
  }

  #latencyOf(subject: string): LatencyWindow {
    return this.#entry(subject).latency ??= new LatencyWindow();
  }

  /** The entry of a subject, as the one used last; makes it, and room for it. */
  #entry(subject: string): Entry {
    const known = this.#entries.get(subject);
    this.#entries.delete(subject);
    const entry = known ?? { breaker: CLOSED, latency: null, succeeded: 0, failed: 0, own: false };
    this.#entries.set(subject, entry);
    const maximum = this.#options.maximumSubjects ?? MAXIMUM_SUBJECTS;
    if (this.#entries.size > maximum) this.#forgetOne(subject);
    return entry;
  }

  /** Forgets the oldest that is closed, else the oldest; never the one that was just put. */
  #forgetOne(newest: string): void {
    let oldest: string | null = null;
    for (const [subject, { breaker }] of this.#entries) {
      if (subject === newest) break;
      oldest ??= subject;
      if (breaker.open) continue;
      oldest = subject;
      break;
    }
    if (oldest !== null) this.#entries.delete(oldest);
  }

  #phaseOf(subject: string): Phase {
    const entry = this.#entries.get(subject);
    return entry === undefined ? "closed" : phaseOf(entry.breaker, this.#now());
  }

  #now(): number {
    return this.#options.clock.nowMs();
  }
}

function ofProvider(provider: string): string {
  return `provider:${provider}`;
}

function of(provider: string, upstreamModel: string): string {
  return `model:${provider}/${upstreamModel}`;
}

function ofKey(keyId: string): string {
  return `key:${keyId}`;
}
