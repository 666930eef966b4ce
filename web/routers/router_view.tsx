/** A router's rules in words. @module */
import type {
  RouterCondition,
  RouterDefinition,
  RouterRule,
  RouterTarget,
} from "../../shared/routing/mod.ts";
import { wholeNumber } from "../format/mod.ts";
import type { Translate } from "../i18n/mod.ts";
import { Facts, Panel } from "../ui/mod.ts";

interface DefinitionProps {
  readonly definition: RouterDefinition;
  readonly t: Translate;
}

/** The rules in their order, the fallback chain, and the quality figures where there are any. */
export function RouterRules({ definition, t }: DefinitionProps) {
  const quality = Object.entries(definition.quality ?? {});
  return (
    <>
      <Panel id="rules" title={t("rules")} intro={t("rules_intro")}>
        {definition.rules.length === 0
          ? <p class="quiet">{t("no_rules")}</p>
          : (
            <ol class="grid gap-4 list-decimal pl-6">
              {definition.rules.map((rule, index) => (
                <li key={index}>
                  <Rule rule={rule} t={t} />
                </li>
              ))}
            </ol>
          )}
      </Panel>
      <Panel id="fallback" title={t("fallback")} intro={t("fallback_intro")}>
        {definition.fallback.length === 0
          ? <p class="quiet">{t("none")}</p>
          : <Targets targets={definition.fallback} t={t} />}
      </Panel>
      {quality.length > 0 && (
        <Panel id="quality" title={t("quality_figures")}>
          <Facts rows={quality.map(([name, value]) => ({ name, value }))} />
        </Panel>
      )}
    </>
  );
}

function Rule({ rule, t }: { rule: RouterRule; t: Translate }) {
  const conditions = conditionsOf(rule.when ?? {}, t);
  return (
    <div class="grid gap-1 text-sm">
      <strong class="break">{rule.name}</strong>
      <p>
        <span class="quiet">{t("rule_when")}</span>{" "}
        {conditions.length === 0 ? t("rule_always") : conditions.join(t("rule_and"))}
      </p>
      <p>
        <span class="quiet">{t("strategy")}</span> <code>{rule.strategy}</code>:{" "}
        {t(`strategy_${rule.strategy}`)}
      </p>
      <Targets targets={rule.targets} t={t} />
    </div>
  );
}

function Targets({ targets, t }: { targets: readonly RouterTarget[]; t: Translate }) {
  return (
    <ol class="flex flex-wrap gap-2" aria-label={t("targets")}>
      {targets.map(({ provider, model, weight }, index) => (
        <li key={index} class="badge tone-plain break whitespace-normal">
          <strong>{provider ?? t("any_provider")}</strong>
          <span>
            {model === null ? t("model_asked") : model === "auto" ? t("model_auto") : model}
          </span>
          {weight !== undefined && <span>× {weight}</span>}
        </li>
      ))}
    </ol>
  );
}

/** Each member of a condition in words. */
export function conditionsOf(when: RouterCondition, t: Translate): string[] {
  const list = (items: readonly string[] | undefined, text: (values: string) => string) =>
    items === undefined ? [] : [text(items.join(", "))];
  return [
    ...list(when.models, (values) => t("when_models", { values })),
    ...list(when.modalities, (values) => t("when_modalities", { values })),
    ...(when.inputTokensAbove === undefined
      ? []
      : [t("when_above", { tokens: wholeNumber(when.inputTokensAbove) })]),
    ...(when.inputTokensAtMost === undefined
      ? []
      : [t("when_at_most", { tokens: wholeNumber(when.inputTokensAtMost) })]),
    ...list(when.tags, (values) => t("when_tags", { values })),
    ...list(when.keyIds, (values) => t("when_keys", { values })),
    ...(when.hours === undefined ? [] : [
      t("when_hours", { from: `${when.hours.from}:00`, to: `${when.hours.to}:00` }),
    ]),
  ];
}
