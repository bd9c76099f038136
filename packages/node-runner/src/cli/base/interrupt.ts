import * as Context from "effect/Context"

/** What to say of an interrupt, by whoever knows what was going on. */
export const Interrupt = Context.Reference<{ message: string }>("@stepwright/node-runner/Interrupt", {
  defaultValue: () => ({ message: "interrupted" })
})
