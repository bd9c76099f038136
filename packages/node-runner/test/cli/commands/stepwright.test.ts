import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { CliOutput, Command, type HelpDoc } from "effect/cli"
import * as stepwright from "../../../src/cli/commands/stepwright.ts"

/** What `--help` shows for a path of commands. */
const help = Effect.fnUntraced(function* (...path: ReadonlyArray<string>) {
  const shown: Array<HelpDoc.HelpDoc> = []
  yield* Command.runWith(stepwright.make("stepwright"), { version: "1.0.0" })([...path, "--help"]).pipe(
    Effect.provideService(CliOutput.Presenter, {
      present: (event) => Effect.sync(() => void (event._tag === "Help" && shown.push(event.helpDoc)))
    }),
    Effect.provide(NodeServices.layer)
  )
  return shown[0]!
})

describe("commands", () => {
  it.effect("have help with examples that call them", () =>
    Effect.gen(function* () {
      const { examples, subcommands } = yield* help()
      assert.isAbove(examples?.length ?? 0, 0)
      const names = subcommands!.flatMap(({ commands }) => commands.map(({ name }) => name))
      assert.deepStrictEqual(names, [
        "run",
        "resume",
        "step",
        "set",
        "plan",
        "status",
        "show",
        "list",
        "export",
        "import",
        "graph",
        "verify",
        "ask"
      ])
      for (const name of names) {
        const doc = yield* help(name)
        assert.isAbove(doc.examples?.length ?? 0, 0, name)
        for (const { command } of doc.examples!) assert.include(command, `stepwright ${name}`)
        assert.isBelow(doc.description.length, 300, name)
      }
    })
  )
})
