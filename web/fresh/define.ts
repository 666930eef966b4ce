/** Typed definitions of handlers, pages and middlewares. @module */
import type { Handlers, Middleware, PageComponent } from "./context.ts";

/** Identity functions that give routes their types. */
export interface Define<State> {
  handlers<Data>(handlers: Handlers<Data, State>): Handlers<Data, State>;
  page<Routes extends Handlers<unknown, State> | undefined = undefined>(
    component: PageComponent<DataOf<Routes>, State>,
  ): PageComponent<DataOf<Routes>, State>;
  layout(component: PageComponent<unknown, State>): PageComponent<unknown, State>;
  middleware(
    middleware: Middleware<State> | Middleware<State>[],
  ): Middleware<State> | Middleware<State>[];
}

/** The data that a route's handlers give to its page. */
export type DataOf<Routes> = Routes extends Handlers<infer Data, infer _State> ? Data : unknown;

/** Makes the definitions for one type of state. */
export function createDefine<State>(): Define<State> {
  return {
    handlers: (handlers) => handlers,
    page: (component) => component,
    layout: (component) => component,
    middleware: (middleware) => middleware,
  };
}
