import { Arbitrary, Effect, Schema } from "effect"
import {
  Engine,
  LlmClient,
  LlmRequest,
  OutputParser,
  PromptTemplate,
  PromptTemplateVariable,
  Step,
  Workflow
} from "@stepwright/core"
import { assert, describe, it } from "@effect/vitest"
import { reply } from "./support/scripted.ts"
import { runs, texts } from "./support/texts.ts"

/** A step that asks a model, as the texts that a person writes. */
interface Ask {
  readonly system: string
  /** Of the template, before and after its hole. */
  readonly before: string
  readonly after: string
  readonly delimiter: PromptTemplateVariable.Delimiter | undefined
  readonly input: string
  readonly examples: ReadonlyArray<readonly [input: string, output: string]>
  readonly output: keyof typeof outputs
  readonly description: string
  /** Whether its parser knows the description, and so tells it too; the response format tells it in any case. */
  readonly isToldTwice: boolean
  /** What its parser says besides what goes with the output. */
  readonly instructions: string
  readonly stop: string
  readonly temperature: number
}

/** By what a model gives: its Schema, an output of it, the parser, and a reply. */
const outputs = {
  text: {
    schema: (description: string) => Schema.String.annotate({ description }),
    of: (text: string) => text,
    parser: () => OutputParser.text,
    reply: "ok"
  },
  object: {
    schema: (description: string) =>
      Schema.Struct({ title: Schema.String.annotate({ description }), done: Schema.optionalKey(Schema.Boolean) }),
    of: (title: string) => ({ title }),
    parser: OutputParser.json,
    reply: `{"title": "ok"}`
  },
  list: {
    schema: (description: string) => Schema.Array(Schema.String).annotate({ description }),
    of: (text: string) => [text],
    parser: OutputParser.json,
    reply: `["ok"]`
  },
  deep: {
    schema: (description: string) =>
      Schema.Struct({ parts: Schema.Array(Schema.Struct({ name: Schema.String }).annotate({ description })) }),
    of: (name: string) => ({ parts: [{ name }] }),
    parser: OutputParser.json,
    reply: `{"parts": [{"name": "ok"}]}`
  }
} as const

interface Input {
  readonly text: string
  /** No variable reads it. */
  readonly note?: string
}
const Input = Schema.Struct({ text: Schema.String, note: Schema.optionalKey(Schema.String) })

/** What is said of a step besides, with what the engine knows it by. */
interface Besides {
  readonly input?: Step.AnyCodec
  readonly hole?: string
  readonly variable?: PromptTemplateVariable.PromptTemplateVariable
  readonly documentation?: string
  readonly settings?: Pick<Step.ModelSettings, "repair" | "model">
  readonly isReversed?: boolean
  readonly version?: number
  readonly parser?: string
  readonly name?: string
}

const stepOf = (ask: Ask, besides: Besides = {}): Step.Step<Input, unknown, unknown, LlmClient.LlmClient> => {
  const { delimiter, examples, instructions } = ask
  const { documentation, hole = "{{text}}", input = Input, isReversed = false, name = "ask" } = besides
  const { of, parser, schema } = outputs[ask.output]
  const output: Step.AnyCodec = schema(ask.description)
  const parameters = Object.entries({ temperature: ask.temperature, stop: [ask.stop] })
  const own = parser((ask.isToldTwice ? output : schema("")) as never)
  const options = {
    input,
    output: documentation === undefined ? output : output.annotate({ documentation }),
    prompt: PromptTemplate.make(ask.before + hole + ask.after, {
      text: { ...besides.variable, ...(delimiter !== undefined && { delimiter }) }
    }),
    variables: ({ text }: Input) => ({ text }),
    examples: examples.map(([text, output]) => ({ input: { text }, output: of(output) })),
    parameters: Object.fromEntries(isReversed ? parameters.toReversed() : parameters),
    system: ask.system,
    parser: { ...own, id: besides.parser ?? own.id, instructions: own.instructions + instructions },
    ...besides.settings,
    ...(besides.version !== undefined && { version: besides.version })
  }
  // which of the outputs it is, and so its type, is only known when this runs
  return Step.make(name, options as never) as never
}

const workflowOf = (step: ReturnType<typeof stepOf>) =>
  Workflow.make("edited", { input: Input }).pipe(Workflow.bind("asked", step, "input"))

/** What a model is asked, in the order of the requests; who is asked does not count. */
const model = ({ output }: Ask) => {
  const requests: Array<string> = []
  const layer = LlmClient.layer((request) => {
    requests.push(LlmRequest.identity({ ...request, model: "" }))
    return Effect.succeed(reply(outputs[output].reply))
  })
  return { requests, layer }
}

const characters = [
  "x",
  "0",
  " ",
  "\n",
  "\r",
  "\t",
  "\0",
  "é",
  "\u0301",
  "\u00a0",
  "\u200b",
  "\u2028",
  "\ufeff",
  "\ufffd",
  "\ud83d",
  "\udc00",
  '"',
  "`",
  "$",
  "<"
]

/** Where and how a text is changed: a character put in, left out or replaced. */
interface Spot {
  readonly at: number
  readonly how: "in" | "out" | "other"
  readonly character: string
}

const changed = (text: string, { at, character, how }: Spot): string => {
  const i = at % (text.length + 1)
  if (how === "in" || i === text.length) return text.slice(0, i) + character + text.slice(i)
  const other = text[i] === character ? "~" : character
  return text.slice(0, i) + (how === "out" ? "" : other) + text.slice(i + 1)
}

const exampleChanged = (ask: Ask, change: (example: Ask["examples"][number]) => readonly [string, string]): Ask => ({
  ...ask,
  examples: ask.examples.map((example, i) => (i === 0 ? change(example) : example))
})

/** Changes of what a model reads. */
const sent: Readonly<Record<string, (ask: Ask, spot: Spot) => Ask>> = {
  "the system text": (ask, spot) => ({ ...ask, system: changed(ask.system, spot) }),
  "the template before a hole": (ask, spot) => ({ ...ask, before: changed(ask.before, spot) }),
  "the template after a hole": (ask, spot) => ({ ...ask, after: changed(ask.after, spot) }),
  "a variable's value": (ask, spot) => ({ ...ask, input: changed(ask.input, spot) }),
  "an example's input": (ask, spot) => exampleChanged(ask, ([input, output]) => [changed(input, spot), output]),
  "an example's output": (ask, spot) => exampleChanged(ask, ([input, output]) => [input, changed(output, spot)]),
  "the output's description": (ask, spot) => ({ ...ask, description: changed(ask.description, spot) }),
  "the parser's instructions": (ask, spot) => ({ ...ask, instructions: changed(ask.instructions, spot) }),
  "where to stop": (ask, spot) => ({ ...ask, stop: changed(ask.stop, spot) }),
  "a digit of the temperature": (ask, { at }) => ({ ...ask, temperature: ask.temperature + (1 + (at % 9)) / 1000 })
}

/** All at once that no model is told. */
const unsent = (text: string): Besides => ({
  input: Schema.Struct({
    text: Schema.String.annotate({ description: text }),
    note: Schema.optionalKey(Schema.String.annotate({ title: text }))
  }).annotate({ title: text, description: text, documentation: text, identifier: `I${text.length}` }),
  hole: `{{${" ".repeat(text.length % 3)}text\t}}`,
  variable: { description: text, example: text },
  documentation: text,
  settings: { repair: 3 + text.length, model: `m${text.length}` },
  isReversed: true
})

const text = texts()
// a template's own text has no braces and no backslashes, which would be holes or stand for something else
const literal = Arbitrary.map(text, (text) => text.replaceAll(/[{\\]/g, "("))
const natural = Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 999 })))

const delimiters = [undefined, PromptTemplateVariable.fence(), PromptTemplateVariable.between("$a$", "$b$")]

const asks = (...outputs: ReadonlyArray<Ask["output"]>): Arbitrary.Arbitrary<Ask> =>
  Arbitrary.all({
    system: text,
    before: literal,
    after: literal,
    delimiter: Arbitrary.map(natural, (n) => delimiters[n % delimiters.length]),
    input: text,
    examples: Arbitrary.array(Arbitrary.all([text, text]), { minLength: 1, maxLength: 2 }),
    output: Arbitrary.schema(Schema.Literals(outputs)),
    description: text,
    isToldTwice: Arbitrary.schema(Schema.Boolean),
    instructions: text,
    stop: text,
    temperature: Arbitrary.map(natural, (n) => n / 1000)
  })

const spot: Arbitrary.Arbitrary<Spot> = Arbitrary.all({
  at: natural,
  how: Arbitrary.schema(Schema.Literals(["in", "out", "other"])),
  character: Arbitrary.schema(Schema.Literals(characters))
})

/** A finished run of a step, and what becomes of it when the step, or its input, is another one. */
const recorded = Effect.fnUntraced(function* (ask: Ask) {
  const { layer, requests } = model(ask)
  const before = workflowOf(stepOf(ask))
  const { state } = yield* Effect.provide(
    Effect.flatMap(Engine.initialize(before, { text: ask.input }), (state) => Engine.run(before, state)),
    layer
  )
  assert.strictEqual(state.status, "COMPLETED", state.error?.message)
  assert.strictEqual(requests.length, 1)
  /** What the plan says, and what is asked then. */
  const goOn = (step: ReturnType<typeof stepOf>, input: Input) =>
    Effect.gen(function* () {
      const after = workflowOf(step)
      requests.length = 0
      const isAnother = input.text !== ask.input || input.note !== undefined
      const edited = isAnother ? yield* Engine.set(after, state, "input", { ...input }) : state
      const [entry] = yield* Engine.plan(after, edited)
      assert.strictEqual((yield* Engine.run(after, edited)).ending._tag, "Completed")
      return { plan: entry?.action, why: entry?.why, asked: [...requests] }
    }).pipe(Effect.provide(layer))
  return { first: requests[0], goOn }
})

const all = Number(process.env["LAW_RUNS"] ?? 250)

describe("a step whose result is recorded", () => {
  it.effect.prop(
    "is asked again where one character of what the model reads changed, whichever it is",
    { ask: asks("object", "list", "deep"), spot },
    ({ ask, spot }) =>
      Effect.gen(function* () {
        const { first, goOn } = yield* recorded(ask)
        for (const [what, change] of Object.entries(sent)) {
          const after = change(ask, spot)
          const { asked, plan } = yield* goOn(stepOf(after), { text: after.input })
          assert.deepStrictEqual([plan, asked.length], ["run", 1], what)
          assert.notStrictEqual(asked[0], first, what)
        }
      }),
    runs(all)
  )

  it.effect.prop(
    "is not asked again where only that changed which no model is told",
    { ask: asks("text", "object", "list", "deep"), text },
    ({ ask, text }) =>
      Effect.gen(function* () {
        const { first, goOn } = yield* recorded(ask)
        // of an output that comes as text a model is not told what is said of it
        const after = ask.output === "text" ? { ...ask, description: text } : ask
        const step = stepOf(after, unsent(text))
        const { asked, plan, why } = yield* goOn(step, { text: ask.input, note: text })
        assert.deepStrictEqual([plan, asked], ["reuse", []], why)
        const { layer, requests } = model(ask)
        yield* Effect.provide(Step.run(step, { text: ask.input }), layer)
        assert.deepStrictEqual(requests, [first])
      }),
    runs(all)
  )

  it.effect.prop(
    "is asked the same again where its version, its parser's or its name is another one",
    { ask: asks("text") },
    ({ ask }) =>
      Effect.gen(function* () {
        const { first, goOn } = yield* recorded(ask)
        for (const known of [{ version: 2 }, { parser: "text@2" }, { name: "asks" }]) {
          const { asked, plan } = yield* goOn(stepOf(ask, known), { text: ask.input })
          assert.deepStrictEqual([plan, asked], ["run", [first]], JSON.stringify(known))
        }
      }),
    runs(Math.min(all, 100))
  )
})
