import { assert, describe, it } from "@effect/vitest"
import { DeltaSink, LlmClient, LlmError, OutputParser, PromptTemplate, Step } from "@stepwright/core"
import { Effect, Schema, Stream } from "effect"
import { reply } from "./support/scripted.ts"

const list = Step.make("list", {
  input: Schema.Struct({ about: Schema.String }),
  output: Schema.Struct({ points: Schema.Array(Schema.String) }),
  prompt: PromptTemplate.make("Points about {{about}}"),
  variables: ({ about }) => ({ about })
})

/** A model that streams each of these in turn and has no other way to answer. */
const streaming = (...replies: ReadonlyArray<ReadonlyArray<LlmClient.StreamPart>>) => {
  let turn = 0
  const client = LlmClient.make(
    () => Effect.die("asked for a whole reply"),
    () => Stream.fromIterable(replies[turn++] ?? [])
  )
  return Effect.provideService(LlmClient.LlmClient, client)
}
const pieces = (...texts: ReadonlyArray<string>): ReadonlyArray<LlmClient.StreamPart> => [
  ...texts.map((text) => ({ _tag: "Delta" as const, text })),
  { _tag: "Finished", reply: reply(texts.join("")) }
]

/** A sink that notes what it is told, by turn. */
const noting = () => {
  const told: Array<readonly [turn: string, piece: string | undefined]> = []
  const sink: typeof DeltaSink.DeltaSink.Service = ({ parser, path, step, turn }) => {
    const name = `${path || "-"} ${step} ${turn} ${parser.format}`
    return (piece) => void told.push([name, piece])
  }
  return { told, listening: Effect.provideService(DeltaSink.DeltaSink, sink) }
}

describe("DeltaSink", () => {
  it.effect("is told the text of each turn as it comes, and the step's output is the same", () => {
    const { listening, told } = noting()
    return Effect.gen(function* () {
      const output = yield* Step.run(list, { about: "tea" })
      assert.deepStrictEqual(output, { points: ["a"] })
      assert.deepStrictEqual(told, [
        ["list list 1 json", "no "],
        ["list list 1 json", "points"],
        ["list list 2 json", '{"points":'],
        ["list list 2 json", '["a"]}']
      ])
    }).pipe(streaming(pieces("no ", "points"), pieces('{"points":', '["a"]}')), listening)
  })

  it.effect("is told that what came so far is void", () => {
    const { listening, told } = noting()
    const parts = [{ _tag: "Delta", text: '{"po' }, { _tag: "Discarded" }, ...pieces('{"points":[]}')] as const
    return Effect.gen(function* () {
      yield* Step.run(list, { about: "tea" })
      assert.deepStrictEqual(
        told.map(([, piece]) => piece),
        ['{"po', undefined, '{"points":[]}']
      )
    }).pipe(streaming(parts), listening)
  })

  it.effect("gets nothing by default: a step asks for a whole reply", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* Step.run(list, { about: "tea" }), { points: [] })
    }).pipe(
      Effect.provideService(
        LlmClient.LlmClient,
        LlmClient.make(
          () => Effect.succeed(reply('{"points":[]}')),
          () => Stream.die("asked for a stream")
        )
      )
    )
  )

  it.effect("fails where a stream ends without the whole reply", () => {
    const { listening } = noting()
    return Effect.gen(function* () {
      const error = yield* Effect.flip(Step.run(list, { about: "tea" }))
      assert.instanceOf(error, LlmError.LlmError)
      assert.strictEqual(error.reason._tag, "InvalidResponse")
    }).pipe(streaming([{ _tag: "Delta", text: "{" }]), listening)
  })
})

describe("OutputParser.progress", () => {
  const said = <A>(parser: OutputParser.OutputParser<A>, text: string, size: number) => {
    const read = parser.progress!()
    let last = ""
    for (let i = 0; i < text.length; i += size) last = read(text.slice(i, i + size))
    return last
  }
  const tasks = OutputParser.taggedBlocks({ start: "#task start#", end: "#task end#" })
  const block = (name: string) => ({ heading: name, body: "what to do" })
  const files = [
    { path: "a.py", content: "x = 1\n" },
    { path: "b/c.py", content: "y = 2\n" }
  ]

  it("counts what is there, however it is cut", () => {
    for (const size of [1, 7, 1000]) {
      assert.strictEqual(said(tasks, `${tasks.print([block("one")])}\n`, size), "1 task")
      assert.strictEqual(said(tasks, `${tasks.print([block("one"), block("two")])}\n\n#### Three`, size), "2 tasks")
      assert.strictEqual(said(OutputParser.files, OutputParser.files.print(files), size), "2 files")
      assert.strictEqual(said(OutputParser.codeBlock("python"), "```python\nx = 1\n", size), "2 lines")
    }
  })

  it("counts the list that is being written, or the one that is the value", () => {
    const plan = OutputParser.json(
      Schema.Struct({ risks: Schema.Array(Schema.String), tasks: Schema.Array(Schema.Struct({ path: Schema.String })) })
    )
    const text = '{"risks": ["a", "b"], "tasks": [{"path": "a.py"}, {"path": "b'
    for (const size of [1, 7, 1000]) {
      assert.strictEqual(said(plan, text.slice(0, 19), size), "2 risks")
      assert.strictEqual(said(plan, text.slice(0, 47), size), "1 task")
      assert.strictEqual(said(plan, text, size), "2 tasks")
      assert.strictEqual(said(OutputParser.json(Schema.Array(Schema.Int)), "[1, 2, 3, ", size), "3 items")
      assert.strictEqual(said(OutputParser.json(Schema.Struct({ a: Schema.Int })), '{"a": 1', size), "")
    }
  })

  it("says nothing where nothing is there yet", () => {
    assert.strictEqual(said(tasks, "#### Task 1\n#task start#\n- half", 3), "")
    assert.isUndefined(OutputParser.text.progress)
  })

  it("goes through another view of the same text", () => {
    const headings = OutputParser.map(tasks, {
      id: "headings@1",
      to: (blocks) => blocks.map(({ heading }) => heading),
      from: (names) => names.map(block)
    })
    assert.strictEqual(said(headings, `${headings.print(["one"])}\n`, 5), "1 task")
  })
})
