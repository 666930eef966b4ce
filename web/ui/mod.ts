/** Parts that pages are made of. @module */
export { Code, type Fact, Facts, Notice, PageHead, Panel, Problems } from "./parts.tsx";
export { Field, FormTokens, Select } from "./form_parts.tsx";
export { Money, Time } from "./values.tsx";
export { EvidenceText, KeyBadge, StateBadge } from "./badges.tsx";
export { type Column, Pager, Table } from "./table.tsx";
export { type ChartColumn, ColumnChart, type ColumnLabel, highestOf } from "./column_chart.tsx";
export { ShareBar } from "./share_bar.tsx";
export { UsageChart } from "./usage_chart.tsx";
export { Sparrow } from "./sparrow.tsx";
export { Snippets } from "./snippets.tsx";
export { RequestTable } from "./request_table.tsx";
export { shownBalance } from "./shown_balance.ts";
export { type Done, DoneNotice, donePath } from "./done_notice.tsx";
export type { DayBar } from "./usage_chart.tsx";
export { ChargeDerivation } from "./charge_derivation.tsx";
