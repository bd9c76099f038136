// oxlint-disable-next-line no-restricted-imports -- who imports this module has vitest; nothing else here does
import { expect } from "vitest"
import * as Matchers from "./Matchers.ts"

/** What `expect` can say of a state, or of what `Engine.run` gives, once this module is imported. */
export interface StepwrightMatchers<R = void> {
  toHaveCompleted(): R
  toHaveFailedAt(path: string, tag?: string): R
  toWaitAt(path: string): R
  toHaveAsked(path: string, times?: number): R
}

declare module "vitest" {
  // as vitest declares it
  interface Matchers<
    R extends void | Promise<void> = void | Promise<void>,
    T = unknown
  > extends StepwrightMatchers<R> {}
}

expect.extend({ ...Matchers })
