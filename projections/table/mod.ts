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
export {
  type KeyOf,
  type LoadedRows,
  loadRows,
  type Queryable,
  recordSet,
  type Rows,
} from "./rows.ts";
