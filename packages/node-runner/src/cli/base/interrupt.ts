import * as Context from "effect/Context"

/** What to say after Ctrl-C; who runs a run sets it: `interrupted; go on with: stepwright resume 20261121-0755`. */
export const Interrupt = Context.Reference<{ message: string }>("@stepwright/node-runner/Interrupt", {
  defaultValue: () => ({ message: "interrupted" })
})
