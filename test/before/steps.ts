/**
 * Steps of all kinds, each with one input and the replies that a model gives it. Their fingerprints, as an earlier
 * version recorded them, are in `fingerprints.json`: nothing here may be changed, only added.
 */
import { DateTime, Duration, Effect, HashSet, Option, Result, Schema, SchemaTransformation } from "effect"
import {
  type AnyStep,
  type AnyWorkflow,
  anyWorkflow,
  ArchitectureDesignStep,
  between,
  bind,
  choice,
  codeBlock,
  DeliveryStep,
  effectStep,
  fence,
  fields,
  files,
  ImplementationStep,
  json,
  mapParser,
  modelStep,
  orElse,
  type Reply,
  RequirementStep,
  taggedBlocks,
  TaskBreakdownStep,
  template,
  TestGenerationStep,
  text,
  VerificationStep,
  workflow
} from "./api.ts"

export interface Case {
  readonly step: AnyStep
  readonly input: unknown
  readonly replies: ReadonlyArray<Reply>
}

const cases: Array<Case> = []

const add = (step: unknown, input: unknown, ...replies: ReadonlyArray<Reply>) => {
  // the list forgets the types
  cases.push({ step: step as AnyStep, input, replies })
}

const Topic = Schema.Struct({ topic: Schema.String })
/** Each of the steps that take a topic has its own, so that no two ask the same. */
const topic = (name: string) => ({ topic: `${name}: tea & “Äpfel” {{x}}` })
const write = (step: { readonly name: string }, ...replies: ReadonlyArray<Reply>) =>
  add(step, topic(step.name), ...replies)

const ask = {
  input: Topic,
  prompt: template("Write of {{topic}}."),
  variables: ({ topic }: typeof Topic.Type) => ({ topic })
}
const Points = Schema.Struct({ points: Schema.Array(Schema.String) })
const points = { points: ["leaf", "water"] }
const toJson = (value: unknown) => JSON.stringify(value)

// Parsers

write(modelStep("text", { ...ask, output: Schema.String }), "Tea is hot.\n")
write(modelStep("text-given", { ...ask, output: Schema.NonEmptyString, parser: text }), "Tea.")
write(modelStep("text-of-a-pattern", { ...ask, output: Schema.TemplateLiteral(["v", Schema.Int]) }), "v12")
write(modelStep("choice", { ...ask, output: Schema.Literals(["spam", "ham"]) }), "Spam.")
write(
  modelStep("choice-of-an-enum", { ...ask, output: Schema.Enum({ Black: "black tea", Green: "green tea" }) }),
  "green tea"
)
write(
  modelStep("choice-given", {
    ...ask,
    output: Schema.Literals(["yes", 'no, "never"']),
    parser: choice(["yes", 'no, "never"'])
  }),
  'no, "never"'
)
write(modelStep("code", { ...ask, output: Schema.String, parser: codeBlock() }), "```\nx = 1\n```")
write(
  modelStep("code-in-python", { ...ask, output: Schema.String, parser: codeBlock("python") }),
  "Here:\n\n````py\nprint('```')\n````\n"
)
const Files = Schema.Array(Schema.Struct({ path: Schema.NonEmptyString, content: Schema.String }))
write(
  modelStep("files", { ...ask, output: Files, parser: files }),
  "### File: `a/b.txt`\n```txt\none\n```\n\n### File: `c.md`\n````md\n```\ntwo\n```\n````"
)
write(
  modelStep("blocks", {
    ...ask,
    output: Schema.Array(Schema.Struct({ heading: Schema.String, body: Schema.String })),
    parser: taggedBlocks({ start: "#part start#", end: "#part end#" })
  }),
  "#### One\n#part start#\nfirst\n#part end#"
)
const Work = {
  goal: { label: "Goal", description: "what for" },
  risk: { label: "Risk", description: "what may go wrong", optional: true }
} as const
const WorkOf = Schema.Struct({ goal: Schema.String, risk: Schema.optionalKey(Schema.String) })
write(
  modelStep("blocks-of-fields", {
    ...ask,
    output: Schema.Array(Schema.Struct({ heading: Schema.String, body: WorkOf })),
    parser: taggedBlocks({
      start: "$start$",
      end: "$end$",
      heading: /^Task \d+: (.+)$/,
      level: 3,
      example: "Task 1: Title",
      body: fields(Work)
    })
  }),
  "### Task 1: Boil\n$start$\n- **Goal**: hot water\n- **Risk**: steam\n$end$"
)
write(modelStep("fields", { ...ask, output: WorkOf, parser: fields(Work) }), "- **Goal**: a cup\n  of tea")
const lines = mapParser(codeBlock("text"), {
  id: "lines@2",
  to: (code: string): ReadonlyArray<string> => code.trimEnd().split("\n"),
  from: (lines) => `${lines.join("\n")}\n`,
  instructions: "One line each, in one code block."
})
write(modelStep("mapped", { ...ask, output: Schema.Array(Schema.String), parser: lines }), "```text\na\nb\n```")
write(
  modelStep("mapped-to-a-result", {
    ...ask,
    output: Schema.Int,
    parser: mapParser(text, { id: "length@1", to: (said) => Result.succeed(said.length), from: (n) => "x".repeat(n) })
  }),
  "12345"
)
write(
  modelStep("or-else", {
    ...ask,
    output: WorkOf,
    parser: orElse(json(WorkOf), fields(Work))
  }),
  "- **Goal**: either way"
)
write(
  modelStep("or-else-of-json", {
    ...ask,
    output: Points,
    parser: json(Points).pipe(
      orElse(
        mapParser(json(Schema.Array(Schema.String)), {
          id: "bare@1",
          to: (points) => ({ points }),
          from: ({ points }) => points
        })
      )
    )
  }),
  toJson(["leaf"])
)

// Schemas

write(
  modelStep("json-with-optional-keys", {
    ...ask,
    output: Schema.Struct({
      always: Schema.String,
      perhaps: Schema.optionalKey(Schema.Finite),
      undefinable: Schema.optional(Schema.Boolean),
      nullable: Schema.NullOr(Schema.String),
      defaulted: Schema.String.pipe(Schema.withDecodingDefaultKey(Effect.succeed("usual"))),
      option: Schema.Option(Schema.String)
    })
  }),
  toJson({ always: "a", nullable: null, option: { _tag: "Some", value: "b" } })
)
write(
  modelStep("json-of-a-union", {
    ...ask,
    output: Schema.Array(
      Schema.Union([
        Schema.TaggedStruct("Circle", { radius: Schema.Finite }),
        Schema.TaggedStruct("Square", { side: Schema.Finite, filled: Schema.Boolean }),
        Schema.Literals(["none", 0, false]),
        Schema.Null
      ])
    )
  }),
  toJson([{ _tag: "Circle", radius: 1.5 }, { _tag: "Square", side: 2, filled: true }, 0, null])
)
write(
  modelStep("json-of-dates", {
    ...ask,
    output: Schema.Struct({
      utc: Schema.DateTimeUtcFromString,
      date: Schema.DateFromString,
      native: Schema.Date,
      lasts: Schema.DurationFromMillis,
      waits: Schema.Duration
    })
  }),
  toJson({
    utc: "2026-11-26T12:00:00.000Z",
    date: "2026-01-02T03:04:05.000Z",
    native: "2026-01-02T03:04:05.000Z",
    lasts: 1500,
    waits: { _tag: "Millis", value: 20 }
  })
)
const Id = Schema.String.pipe(Schema.brand("Id"))
write(
  modelStep("json-of-brands-and-checks", {
    ...ask,
    output: Schema.Struct({
      id: Id,
      short: Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(8)),
      code: Schema.String.check(Schema.isPattern(/^[A-Z]\d+$/, { message: "a letter and digits" })),
      count: Schema.Int.check(Schema.isGreaterThan(0)),
      even: Schema.Int.check(Schema.makeFilter((n) => (n % 2 === 0 ? undefined : "it is odd"))),
      some: Schema.NonEmptyArray(Id)
    })
  }),
  toJson({ id: "i", short: "s", code: "A1", count: 3, even: 4, some: ["j"] })
)
write(
  modelStep("json-of-records-and-tuples", {
    ...ask,
    output: Schema.Struct({
      counts: Schema.Record(Schema.String, Schema.Int),
      pair: Schema.Tuple([Schema.String, Schema.optionalKey(Schema.Int)]),
      rest: Schema.TupleWithRest(Schema.Tuple([Schema.Boolean]), [Schema.String]),
      open: Schema.StructWithRest(Schema.Struct({ known: Schema.String }), [
        Schema.Record(Schema.String, Schema.String)
      ]),
      anything: Schema.Json
    })
  }),
  toJson({ counts: { a: 1 }, pair: ["b", 2], rest: [true, "c"], open: { known: "d", e: "f" }, anything: [{ g: null }] })
)
interface Tree {
  readonly name: string
  readonly children: ReadonlyArray<Tree>
}
const Tree = Schema.Struct({
  name: Schema.String,
  children: Schema.Array(Schema.suspend((): Schema.Codec<Tree> => Tree))
}).annotate({ identifier: "Tree" })
write(
  modelStep("json-of-itself", { ...ask, output: Tree }),
  toJson({ name: "root", children: [{ name: "leaf", children: [] }] })
)
const Reversed = Schema.String.pipe(
  Schema.decodeTo(
    Schema.String,
    SchemaTransformation.transform({
      decode: (text) => [...text].toReversed().join(""),
      encode: (text) => [...text].toReversed().join("")
    })
  )
)
write(
  modelStep("json-transformed", {
    ...ask,
    output: Schema.Struct({
      size: Schema.NumberFromString,
      trimmed: Schema.Trim,
      reversed: Reversed,
      big: Schema.BigInt,
      unique: Schema.HashSet(Schema.String)
    })
  }),
  toJson({ size: "1.5", trimmed: " t ", reversed: "abc", big: "12345678901234567890", unique: ["u"] })
)
write(
  modelStep("json-annotated", {
    ...ask,
    output: Schema.Struct({
      title: Schema.String.annotate({ title: "Title", description: "in a few words" }),
      level: Schema.Int.annotate({ description: "1 is the highest", examples: [1, 2] }).annotateKey({
        description: "how deep"
      })
    }).annotate({ identifier: "Heading", title: "A heading", description: "of a section" })
  }),
  toJson({ title: "T", level: 2 })
)
class Money extends Schema.Class<Money>("Money")({
  amount: Schema.Finite,
  currency: Schema.Literals(["EUR", "USD"])
}) {}
write(
  modelStep("json-of-a-class", { ...ask, output: Schema.Struct({ price: Money }) }),
  toJson({ price: { amount: 2.5, currency: "EUR" } })
)

// What is sent with a prompt, and how

const list = { ...ask, output: Points }
write(
  modelStep("system-and-examples", {
    ...list,
    system: "You list points.\nNothing else.",
    examples: [
      { input: { topic: "jam" }, output: { points: ["fruit", "sugar"] } },
      { input: { topic: "" }, output: { points: [] } }
    ]
  }),
  toJson(points)
)
write(modelStep("one-model", { ...list, model: "large" }), toJson(points))
write(
  modelStep("several-models", { ...list, model: ["small", "large"], repair: 0 }),
  "I would rather not.",
  toJson(points)
)
write(modelStep("temperature", { ...list, parameters: { temperature: 0.25 } }), toJson(points))
write(modelStep("max-output-tokens", { ...list, parameters: { maxOutputTokens: 400 } }), toJson(points))
write(modelStep("stop", { ...list, parameters: { stop: ["END", "\n\n"] } }), toJson(points))
write(modelStep("seed", { ...list, parameters: { seed: 7 } }), toJson(points))
write(modelStep("reasoning-effort", { ...list, parameters: { reasoningEffort: "high" } }), toJson(points))
write(
  modelStep("all-parameters", {
    ...list,
    parameters: { temperature: 0, maxOutputTokens: 1, stop: [], seed: 0, reasoningEffort: "none" }
  }),
  toJson(points)
)
write(modelStep("no-repair", { ...list, repair: 0 }), toJson(points))
write(
  modelStep("repaired", { ...list, repair: 3 }),
  "What about tea?",
  '{"points": "leaf"}',
  `\`\`\`json\n${toJson(points)}\n\`\`\``
)
write(
  modelStep("cut-off", { ...list, model: ["small", "large"] }),
  { text: '{"points": ["le', finishReason: "length", usage: { input: 9, output: 4 } },
  { text: toJson(points), model: "large-2026", usage: {} }
)
write(modelStep("of-a-version", { ...list, version: 3 }), toJson(points))

// Templates

const Passage = Schema.Struct({ passage: Schema.String, count: Schema.Int, sure: Schema.Boolean })
const passage = { passage: "a $end$ and\n```\ncode\n```\n", count: 3, sure: true }
const read = {
  input: Passage,
  output: Schema.String,
  variables: ({ passage }: typeof Passage.Type) => ({ passage })
}
add(
  modelStep("between-tokens", {
    ...read,
    prompt: template("Read:\n{{passage}}\nThat was all.", {
      passage: { description: "what to read", example: "a text", delimiter: between("$start$", "$end$") }
    })
  }),
  passage,
  "Read."
)
add(
  modelStep("in-a-fence", {
    ...read,
    prompt: template("Read:\n{{ passage }}", { passage: { delimiter: fence("markdown") } })
  }),
  passage,
  "Read."
)
add(
  modelStep("with-a-text-of-its-own", {
    ...read,
    prompt: template("Shout {{passage}}!", { passage: { toText: (value) => String(value).toUpperCase() } })
  }),
  passage,
  "READ."
)
add(
  modelStep("with-all-kinds-of-values", {
    input: Passage,
    output: Schema.String,
    prompt: template("{{count}} times {{passage}}, sure: {{sure}}. {{count}} \\{{count}} }}"),
    variables: ({ count, passage, sure }) => ({ count, passage, sure })
  }),
  passage,
  "Read."
)
write(
  modelStep("with-a-hole-for-the-format", {
    ...list,
    prompt: template("[Format]\n{{outputFormat}}\n[Topic]\n{{topic}}")
  }),
  toJson(points)
)

// Steps that ask no model

const Rich = Schema.Struct({
  at: Schema.DateTimeUtcFromString,
  lasts: Schema.Duration,
  note: Schema.Option(Schema.String),
  tags: Schema.HashSet(Schema.String),
  money: Money
})
const rich = {
  at: DateTime.makeUnsafe("2026-11-26T12:00:00.000Z"),
  lasts: Duration.seconds(3),
  note: Option.some("n"),
  tags: HashSet.make("t"),
  money: new Money({ amount: 1, currency: "USD" })
}
write(effectStep("effect", { input: Topic, output: Schema.String, run: ({ topic }) => Effect.succeed(topic) }))
add(effectStep("effect-of-rich-values", { input: Rich, output: Rich, run: Effect.succeed }), rich)
add(
  effectStep("effect-of-nothing", { input: Schema.Null, output: Schema.Undefined, run: () => Effect.undefined }),
  null
)
write(
  effectStep("effect-with-a-key", {
    input: Topic,
    output: Schema.Int,
    key: ({ topic }) => Effect.succeed({ length: topic.length, of: [topic, null, true, 1.5] }),
    run: ({ topic }) => Effect.succeed(topic.length)
  })
)
add(
  effectStep("effect-of-a-version", {
    input: Schema.String,
    output: Schema.String,
    version: 2,
    run: (text) => Effect.succeed(text)
  }),
  "text"
)
class TooLong extends Schema.TaggedError<TooLong>()("TooLong", { length: Schema.Int }) {}
add(
  effectStep("effect-with-an-error", {
    input: Schema.String,
    output: Schema.String,
    error: TooLong,
    isCurrent: () => Effect.succeed(true),
    run: (text) => (text.length > 9 ? Effect.fail(new TooLong({ length: text.length })) : Effect.succeed(text))
  }),
  "text"
)

// The steps of the ready workflow

const requirement = {
  title: "Pantry",
  summary: "Keeps a pantry.",
  requirements: [
    { id: "R1", text: "A shelf holds items.", criteria: [{ id: "R1.1", text: "An empty shelf has the weight 0." }] }
  ],
  constraints: ["Python 3.11"],
  assumptions: ["Weights are grams."],
  openQuestions: ["How heavy may it be?"]
}
const design = {
  package: "pantry",
  modules: [
    {
      path: "pantry/shelf.py",
      purpose: "holds items",
      members: [{ signature: "weight() -> int", behaviour: "the sum" }],
      imports: [],
      meets: ["R1.1"]
    },
    { path: "pantry/__init__.py", purpose: "the interface", members: [], imports: ["pantry/shelf.py"], meets: ["R1"] }
  ],
  decisions: ["Weights are ints."],
  assumptions: ["One shelf."]
}
const task = {
  number: 1,
  title: "Make the shelf",
  objective: "hold items (R1)",
  file: "pantry/shelf.py",
  functionality: "`weight()` sums",
  integration: "nothing",
  dependsOn: []
}
const second = { ...task, number: 2, title: "Make the interface", file: "pantry/__init__.py", dependsOn: [task.file] }
const code = { "pantry/shelf.py": "def weight():\n    return 0\n" }
const tests = [{ path: "tests/test_shelf.py", content: "import unittest\n" }]

add(RequirementStep.step, { document: "Keep what is in a pantry,\nand its weight.\n" }, toJson(requirement))
add(ArchitectureDesignStep.step, { requirement }, toJson(design))
add(TaskBreakdownStep.step, { requirement, design }, TaskBreakdownStep.parser.print([task, second]))
add(
  ImplementationStep.step,
  { task: second, requirement, design, dependencies: code },
  '```python\n__all__ = ["weight"]\n```'
)
add(TestGenerationStep.step, { requirement, code }, "### File: `tests/test_shelf.py`\n```py\nimport unittest\n```")
add(DeliveryStep.step, { code, tests })
add(VerificationStep.step, { code, tests })

/** The replies to each step, by its name. */
export const replies: ReadonlyMap<string, ReadonlyArray<Reply>> = new Map(
  cases.map(({ replies, step }) => [step.name, replies])
)

/** All of the steps side by side, each under its own name with its own input. */
export const everyStep: AnyWorkflow = cases.reduce<AnyWorkflow>(
  (all, { input, step }) => all.pipe(bind(step.name as never, step, (() => input) as never)) as AnyWorkflow,
  anyWorkflow(workflow("every-step", { input: Schema.Null }))
)
