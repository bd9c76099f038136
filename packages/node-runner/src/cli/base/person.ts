import process from "node:process"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Terminal from "effect/Terminal"
import * as output from "./output.ts"

/** Who can be asked while a command works. */
export interface Asked {
  readonly isThere: () => boolean
  /** The line that is answered; `undefined` where no more comes. */
  readonly answer: (prompt: string) => Effect.Effect<string | undefined, never, Terminal.Terminal>
}

const isSet = (value: string | undefined) => value !== undefined && value !== "" && value !== "false"

/** The person at the terminal, unless a machine has one of its own. What is asked goes where progress does. */
export const Person = Context.Reference<Asked>("@stepwright/node-runner/Person", {
  defaultValue: () => ({
    isThere: () => process.stdin.isTTY && output.stderr().isTerminal && !isSet(process.env["CI"]),
    answer: (prompt) =>
      Effect.gen(function* () {
        const { readLine } = yield* Terminal.Terminal
        output.stderr().write(prompt)
        const line = yield* Effect.catchTag(readLine, "QuitError", () => Effect.undefined)
        // who ends the input leaves the line that it was asked on
        if (line === undefined) output.stderr().write("\n")
        return line
      })
  })
})
