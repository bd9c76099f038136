import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { CliOutput, Command, type HelpDoc } from "effect/cli"
import { bound, general, type Words } from "../../../src/cli/base/words.ts"
import * as stepwright from "../../../src/cli/commands/stepwright.ts"

/** What `--help` shows for a path of commands. */
const help = (words: Words, ...path: ReadonlyArray<string>) => helpOf("stepwright", words, ...path)

const helpOf = Effect.fnUntraced(function* (name: string, words: Words, ...path: ReadonlyArray<string>) {
  const shown: Array<HelpDoc.HelpDoc> = []
  const command = yield* stepwright.make(name, words)
  yield* Command.runWith(command, { version: "1.0.0" })([...path, "--help"]).pipe(
    Effect.provideService(CliOutput.Presenter, {
      present: (event) => Effect.sync(() => void (event._tag === "Help" && shown.push(event.helpDoc)))
    }),
    Effect.provide(NodeServices.layer)
  )
  return shown[0]!
})

const namesIn = ({ subcommands }: HelpDoc.HelpDoc) =>
  subcommands!.flatMap(({ commands }) => commands.map(({ name }) => name))

const check = ({ description, examples = [] }: HelpDoc.HelpDoc, name: string) => {
  assert.isAbove(examples.length, 0, name)
  for (const { command } of examples) assert.include(command, `stepwright ${name}`)
  assert.isBelow(description.length, 300, name)
}

describe("commands", () => {
  it.effect("have help with examples that call them", () =>
    Effect.gen(function* () {
      const root = yield* help(general)
      assert.isAbove(root.examples?.length ?? 0, 0)
      for (const name of namesIn(root)) {
        const doc = yield* help(general, name)
        check(doc, name)
        for (const below of doc.subcommands === undefined ? [] : namesIn(doc)) {
          check(yield* help(general, name, below), `${name} ${below}`)
        }
      }
    })
  )

  it.effect("speak of one workflow alone where a program has one", () =>
    Effect.gen(function* () {
      const words = bound("counting", ["each/*"], false)
      const root = yield* help(words)
      assert.include(root.description, "The workflow counting")
      for (const name of namesIn(root)) {
        const text = JSON.stringify(yield* help(words, name))
        assert.notMatch(text, /--workflow|"workflow"|requirement|design|ready/, name)
      }
      assert.include(JSON.stringify(yield* help(words, "step")), "stepwright step latest each/KEY")
      const shouting = ["node shout.ts", bound("shouting", ["shout"], true)] as const
      const ofRun = yield* helpOf(...shouting, "run")
      assert.include(ofRun.description, "Start a run of the workflow shouting")
      assert.include(JSON.stringify(ofRun), "node shout.ts run input.txt --relay")
      const ofStep = JSON.stringify(yield* helpOf(...shouting, "step"))
      assert.include(ofStep, "node shout.ts step latest shout --force")
      assert.notMatch(JSON.stringify(ofRun) + ofStep, /design\//)
    })
  )
})
