/** Tables of projections: described once, loaded and written in bulk. @module */
export {
  type Columns,
  createIndexesSql,
  createTableSql,
  decodeRow,
  type RowOf,
  selectList,
  type Table,
  table,
  type TableRow,
} from "./spec.ts";
export { type LoadedRows, loadRows, type Rows } from "./rows.ts";
export { type KeyOf, type Queryable, recordSet } from "./store.ts";
export { createRowMemory, type RowMemory } from "./memory.ts";
