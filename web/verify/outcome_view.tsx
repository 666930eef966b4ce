/** What a verification found, for people. @module */
import type { ExportReport, ProofReport, ReceiptReport } from "../../shared/verifier/mod.ts";
import type { VerifyOutcome } from "./messages.ts";

/** The texts of outcomes. */
export type OutcomeTexts = Readonly<
  Record<
    | "good"
    | "goodUntrusted"
    | "bad"
    | "unknown"
    | "firstFinding"
    | "checked"
    | "failed"
    | "notChecked"
    | "keysShown"
    | "positions"
    | "counts"
    | "signedBy",
    string
  >
>;

/** One thing that was checked. */
export function OutcomeView(
  { outcome, texts }: { readonly outcome: VerifyOutcome; readonly texts: OutcomeTexts },
) {
  switch (outcome.kind) {
    case "export":
      return <ExportView name={outcome.name} report={outcome.report} texts={texts} />;
    case "receipt":
      return (
        <ProofView
          name={nameOf(outcome.name, outcome.report)}
          report={outcome.report}
          texts={texts}
        />
      );
    case "consistency":
      return <ProofView name={outcome.name} report={outcome.report} texts={texts} />;
    case "unknown":
      return <p class="notice tone-bad" role="alert">{outcome.name}: {texts.unknown}</p>;
    default:
      throw outcome satisfies never;
  }
}

function nameOf(name: string, { event }: ReceiptReport): string {
  return event === null ? name : `${event.type} #${event.position}`;
}

function Verdict(
  { name, ok, fits, texts }: { name: string; ok: boolean; fits: boolean; texts: OutcomeTexts },
) {
  const tone = ok ? "good" : fits ? "wait" : "bad";
  const text = ok ? texts.good : fits ? texts.goodUntrusted : texts.bad;
  return (
    <p class={`notice tone-${tone}`} role={ok || fits ? "status" : "alert"}>
      <strong>{name}</strong> · {ok ? "✓ " : ""}
      {text}
    </p>
  );
}

function ProofView(
  { name, report, texts }: { name: string; report: ProofReport; texts: OutcomeTexts },
) {
  return (
    <section class="stack">
      <Verdict name={name} ok={report.ok} fits={report.fits} texts={texts} />
      {report.signers.length > 0 && (
        <p class="quiet break">
          {texts.signedBy}: {report.signers.map(({ fingerprint }) => fingerprint).join(", ")}
        </p>
      )}
      {report.problems.length > 0 && (
        <ul class="list-disc pl-5">
          {report.problems.map((problem) => <li key={problem}>{problem}</li>)}
        </ul>
      )}
    </section>
  );
}

function ExportView(
  { name, report, texts }: { name: string; report: ExportReport; texts: OutcomeTexts },
) {
  return (
    <section class="stack">
      <Verdict name={name} ok={report.authenticated} fits={report.ok} texts={texts} />
      <p class="quiet">
        {texts.positions} {report.from ?? "?"}–{report.to ?? "?"} · {texts.counts}: {report.events}
        {" / "}
        {report.frames} / {report.checkpoints}
      </p>
      {report.first !== null && (
        <p class="notice tone-bad break">
          <strong>{texts.firstFinding}</strong>{" "}
          {report.first.position !== null && `#${report.first.position} `}
          {report.first.at !== null && `(${report.first.at}) `}
          {report.first.message}
        </p>
      )}
      <ol class="checks">
        {report.checks.map(({ number, title, unit, checked, failed }) => (
          <li key={number} value={number} class={failed > 0 ? "check-bad" : ""}>
            <span>{title}</span>{" "}
            <span class="quiet">
              {checked} {unit} {texts.checked}
              {failed > 0 && ` · ${failed} ${texts.failed}`}
            </span>
          </li>
        ))}
      </ol>
      {report.keys.length > 0 && (
        <p class="quiet break">
          {texts.keysShown}:{" "}
          {report.keys.map(({ name, fingerprint, trust }) => `${name} ${fingerprint} (${trust})`)
            .join(", ")}
        </p>
      )}
      {report.notChecked.length > 0 && (
        <div>
          <strong>{texts.notChecked}</strong>
          <ul class="list-disc pl-5">
            {report.notChecked.map((sentence) => <li key={sentence}>{sentence}</li>)}
          </ul>
        </div>
      )}
    </section>
  );
}
