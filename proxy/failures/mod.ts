/** What goes wrong at providers: its classes, what each means for a call, and how it is recognised. @module */
export { classify, classifyInside, errorClassOf, NOTHING_SAID, type Said } from "./classify.ts";
export { isEcho } from "./echo.ts";
export {
  ERROR_POLICIES,
  type ErrorPolicy,
  UPSTREAM_ERROR_CLASSES,
  type UpstreamErrorClass,
  type UpstreamFailure,
  upstreamFailure,
} from "./error_class.ts";
