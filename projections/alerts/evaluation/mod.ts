/** Evaluating rules: read, judge, plan, and write in one turn. @module */
export { evaluate, type EvaluationOptions, type EvaluationResult } from "./evaluate.ts";
export { createEvaluator, type Evaluator, type EvaluatorOptions } from "./loop.ts";
