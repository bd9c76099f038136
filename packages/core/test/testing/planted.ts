// Small pipelines, each with one thing wrong in it.

import { Effect, Schedule, Schema, SchemaTransformation } from "effect"
import { LlmClient, PromptTemplate, Step, Workflow, Workspace } from "@stepwright/core"

const Outline = Schema.Struct({ title: Schema.String, points: Schema.Array(Schema.String) })
const Topic = Schema.Struct({ topic: Schema.String })

const outline = Step.make("outline", {
  input: Topic,
  output: Outline,
  prompt: PromptTemplate.make("Outline {{topic}}."),
  variables: ({ topic }) => ({ topic })
})

const draft = Step.make("draft", {
  input: Schema.Struct({ title: Schema.String, note: Schema.String }),
  output: Schema.String,
  prompt: PromptTemplate.make("Write {{title}}: {{note}}"),
  variables: ({ note, title }) => ({ title, note })
})

class Oops extends Schema.TaggedError<Oops>()("Oops", {}) {}

const code = <A>(name: string, run: (text: string) => Effect.Effect<string, A, LlmClient.LlmClient>) =>
  Step.effect(name, { input: Schema.String, output: Schema.String, run })

const begun = Workflow.make("article", { input: Topic }).pipe(Workflow.bind("outline", outline, "input"))

/** With nothing wrong in it: eight steps that ask a model or compute, side by side, for items, on one of two ways. */
export const sound = begun.pipe(
  Workflow.forEach("drafts", draft, {
    items: "outline.points",
    key: (point) => point,
    input: ({ item, outline }) => ({ title: outline.title, note: item })
  }),
  Workflow.bind(
    "whole",
    code("join", (text) => Effect.succeed(text.toUpperCase())),
    ({ drafts }) => drafts.join("\n")
  ),
  Workflow.all((scope) => [
    scope.pipe(Workflow.bind("summary", draft, ({ whole }) => ({ title: "Summary", note: whole }))),
    scope.pipe(Workflow.sample("titles", draft, { input: ({ whole }) => ({ title: "Title", note: whole }), count: 2 }))
  ]),
  Workflow.branch("end", {
    on: ({ summary }) => summary.length % 2 === 0,
    cases: { true: code("close", Effect.succeed), false: code("end", Effect.succeed) },
    input: "summary"
  })
)

/** Of an input with a list in it. */
export const listed = Workflow.make("listed", { input: Schema.Struct({ points: Schema.Array(Schema.String) }) }).pipe(
  Workflow.forEach("drafts", draft, {
    items: "input.points",
    key: (point) => point,
    input: ({ item }) => ({ title: "A", note: item })
  })
)

/** With ways of which a model chooses one, and one that is taken where another fails. */
export const ways = Workflow.make("ways", { input: Schema.String }).pipe(
  Workflow.bind(
    "kind",
    Step.make("kind", {
      input: Schema.String,
      output: Schema.Literals(["one", "two", "three"]),
      prompt: PromptTemplate.make("Choose for {{text}}"),
      variables: (text) => ({ text })
    }),
    "input"
  ),
  Workflow.branch("way", {
    on: "kind",
    cases: { one: code("one", Effect.succeed), two: code("two", Effect.succeed), three: code("three", Effect.succeed) },
    input: "input"
  }),
  Workflow.fallback(
    "safe",
    code("tried", (note) => Step.run(draft, { title: "A", note })),
    {
      input: "way",
      errors: ["LlmError"],
      otherwise: code("otherwise", Effect.succeed)
    }
  )
)

/** Which nothing gets through. */
export const hopeless = begun.pipe(
  Workflow.bind(
    "never",
    code("never", () => Effect.fail("it never can")),
    "outline.title"
  )
)

/** With a gate, and a step that needs a service. */
export const gated = begun.pipe(
  Workflow.gate("approval", {
    question: Outline,
    input: "outline",
    decision: Schema.Struct({ isGood: Schema.Boolean })
  }),
  Workflow.bind(
    "delivered",
    Step.effect("deliver", {
      input: Schema.String,
      output: Schema.Int,
      run: (content) =>
        Effect.flatMap(Workspace.Workspace, (workspace) =>
          Effect.as(Effect.orDie(workspace.write([{ path: "title.txt", content }])), content.length)
        )
    }),
    "outline.title"
  )
)

const Commas = Schema.String.pipe(
  Schema.decodeTo(
    Schema.Array(Schema.String),
    SchemaTransformation.transform({
      decode: (text: string): ReadonlyArray<string> => text.split(", "),
      encode: (texts: ReadonlyArray<string>) => texts.join(", ")
    })
  )
)

const mark = Step.make("mark", {
  input: Schema.String,
  output: Schema.Struct({ mark: Schema.Int }),
  prompt: PromptTemplate.make("Give a mark to {{text}}"),
  variables: (text) => ({ text })
})

let first: string | undefined
const topics = new Map<string, string>()
const left = new Map<string, string>()
let count = 0
const soon = Date.now() + 60 * 86_400_000
let seen = ""
let isSetUp = false
const order: Array<string> = []

/** What a file would have in it. */
export const file = { text: "one" }

const ask = (note: string) => Step.run(draft, { title: "A", note })

const Odd = Schema.String.pipe(
  Schema.decodeTo(
    Schema.String,
    SchemaTransformation.transform({ decode: (text) => text.slice(1), encode: (text) => text })
  )
)

export const planted = {
  "a clock in a selector": begun.pipe(
    Workflow.bind("draft", draft, ({ outline }) => ({ title: outline.title, note: new Date().toISOString() }))
  ),
  "random numbers in a function of variables": Workflow.make("article", { input: Topic }).pipe(
    Workflow.bind(
      "outline",
      Step.make("outline", {
        input: Topic,
        output: Outline,
        prompt: PromptTemplate.make("Outline {{topic}}, as number {{number}}."),
        variables: ({ topic }) => ({ topic, number: Math.random() })
      }),
      "input"
    )
  ),
  "a clock in a step of code": begun.pipe(
    Workflow.bind(
      "stamped",
      code("stamp", (text) => Effect.sync(() => `${text} ${Date.now()}`)),
      "outline.title"
    )
  ),
  "random numbers in a key": begun.pipe(
    Workflow.bind(
      "stamped",
      Step.effect("stamp", {
        input: Schema.String,
        output: Schema.String,
        key: () => Effect.sync(() => Math.random()),
        run: (text) => Effect.succeed(text)
      }),
      "outline.title"
    )
  ),
  "an input changed in place by a selector": begun.pipe(
    Workflow.bind("draft", draft, ({ outline }) => ({
      title: outline.title,
      // oxlint-disable-next-line unicorn/no-array-sort -- that is what is wrong with it
      note: (outline.points as Array<string>).sort((a, b) => (a < b ? 1 : -1)).join()
    }))
  ),
  "an input changed in place by a step of code": begun.pipe(
    Workflow.bind(
      "first",
      Step.effect("first", {
        input: Schema.mutable(Schema.Array(Schema.String)),
        output: Schema.String,
        run: (points) => Effect.sync(() => points.shift() ?? "")
      }),
      ({ outline }) => [...outline.points]
    )
  ),
  "a file without a key": begun.pipe(
    Workflow.bind(
      "signed",
      code("sign", (text) => Effect.sync(() => `${text} ${file.text}`)),
      "outline.title"
    )
  ),
  "a key by index": begun.pipe(
    Workflow.forEach("drafts", draft, {
      items: ({ outline }) => outline.points.map((note, index) => ({ note, index })),
      key: ({ index }) => String(index),
      input: ({ item, outline }) => ({ title: outline.title, note: item.note })
    })
  ),
  "numbered keys": begun.pipe(
    Workflow.forEach("drafts", draft, {
      items: ({ outline }) => outline.points.map((note, i) => ({ note, name: `point-${i + 1}`, at: new Date(i) })),
      key: "name",
      input: ({ item, outline }) => ({ title: outline.title, note: item.note })
    })
  ),
  "keys of a text and a number": begun.pipe(
    Workflow.forEach("drafts", draft, {
      items: ({ outline }) => outline.points.map((note, i) => ({ note, name: `${note}-${i}` })),
      key: "name",
      input: ({ item, outline }) => ({ title: outline.title, note: item.note })
    })
  ),
  "keys by the place in a text": Workflow.make("article", { input: Topic }).pipe(
    Workflow.forEach("parts", draft, {
      items: ({ input }) => input.topic.split(", ").map((note, i) => ({ note, at: i })),
      key: ({ at }) => `n-${at}`,
      input: ({ item }) => ({ title: "A", note: item.note })
    })
  ),
  "an input that its Schema does not read as it writes it": begun.pipe(
    Workflow.bind(
      "count",
      Step.effect("count", { input: Odd, output: Schema.Int, run: (text) => Effect.succeed(text.length) }),
      "outline.title"
    )
  ),
  "a question that its Schema does not read as it writes it": begun.pipe(
    Workflow.gate("gate", { question: Odd, input: "outline.title", decision: Schema.Boolean })
  ),
  "a Schema that does not read what it writes": begun.pipe(
    Workflow.bind(
      "odd",
      Step.effect("odd", { input: Schema.String, output: Odd, run: (text) => Effect.succeed(text) }),
      "outline.title"
    )
  ),
  "an error swallowed that hides a budget": begun.pipe(
    Workflow.bind(
      "draft",
      code("try", (note) => Effect.catch(ask(note), () => Effect.succeed("no text"))),
      "outline.title"
    )
  ),
  "a result that hangs on the order of completion": begun.pipe(
    Workflow.bind(
      "both",
      code("both", (text) =>
        Effect.suspend(() => {
          const done: Array<string> = []
          const one = (note: string) => Effect.map(ask(note), () => void done.push(note))
          return Effect.as(Effect.all([one("one"), one("two"), one(text)], { concurrency: "unbounded" }), done).pipe(
            Effect.map((done) => done.join())
          )
        })
      ),
      "outline.title"
    )
  ),
  "the order of completion in a variable outside": begun.pipe(
    Workflow.forEach(
      "drafts",
      code("note", (note) =>
        Effect.map(ask(note), (text) => {
          order.push(note)
          return text
        })
      ),
      { items: "outline.points", key: (point) => point, input: "item" }
    ),
    Workflow.bind("last", draft, ({ outline }) => ({ title: outline.title, note: order.slice(-3).join() }))
  ),
  "a retry inside of a step": begun.pipe(
    Workflow.bind(
      "draft",
      code("again", (note) => Effect.retry(ask(note), { times: 2 })),
      "outline.title"
    )
  ),
  "a count in a variable outside": begun.pipe(
    Workflow.bind("draft", draft, ({ outline }) => ({ title: outline.title, note: `number ${++count}` }))
  ),
  "what one step leaves in a variable outside for another": begun.pipe(
    Workflow.bind(
      "kept",
      code("keep", (text) =>
        Effect.sync(() => {
          seen = text
          return "kept"
        })
      ),
      "outline.title"
    ),
    Workflow.bind("draft", draft, ({ kept }) => ({ title: kept, note: seen }))
  ),
  "what one step sets up in a variable outside for another": begun.pipe(
    Workflow.bind(
      "ready",
      code("prepare", (text) =>
        Effect.sync(() => {
          isSetUp = true
          return text
        })
      ),
      "outline.title"
    ),
    Workflow.bind(
      "used",
      code("use", (text) => Effect.sync(() => (isSetUp ? text : "nothing"))),
      "ready"
    )
  ),
  "a loop that nothing bounds": begun.pipe(
    Workflow.bind(
      "draft",
      code("until", (note) => Effect.repeat(ask(note), { until: (text) => text === "perfect" })),
      "outline.title"
    )
  ),
  "a retry that nothing bounds": begun.pipe(
    Workflow.bind(
      "draft",
      code("spaced", (note) => Effect.retry(ask(note), Schedule.spaced("1 second"))),
      "outline.title"
    )
  ),
  "a retry that waits longer each time": begun.pipe(
    Workflow.bind(
      "draft",
      code("exponential", (note) => Effect.retry(ask(note), Schedule.exponential("1 second"))),
      "outline.title"
    )
  ),
  "another error in place of the model's": begun.pipe(
    Workflow.bind(
      "draft",
      code("mapped", (note) => Effect.mapError(ask(note), () => new Oops())),
      "outline.title"
    )
  ),
  "a day that is over in some years": begun.pipe(
    Workflow.let("isLate", () => Date.now() > soon),
    Workflow.bind("draft", draft, ({ isLate, outline }) => ({ title: outline.title, note: String(isLate) }))
  ),
  "a day that is over for a step of code": begun.pipe(
    Workflow.bind(
      "draft",
      code("late", (text) => Effect.sync(() => (Date.now() > soon ? "too late" : text))),
      "outline.title"
    )
  ),
  "a `let` that reads what is outside": begun.pipe(
    Workflow.let("note", () => file.text),
    Workflow.bind("draft", draft, ({ note, outline }) => ({ title: outline.title, note }))
  ),
  "an `until` that reads what is outside": begun.pipe(
    Workflow.iterate(
      "draft",
      code("more", (text) => Effect.succeed(`${text}!`)),
      {
        input: "outline.title",
        next: "last",
        until: ({ last }) => !file.text.endsWith("0") || last.endsWith("!!"),
        atMost: 3
      }
    )
  ),
  "a check that reads what is outside": Workflow.make("article", { input: Topic }).pipe(
    Workflow.bind(
      "outline",
      Step.make("outline", {
        input: Topic,
        output: Outline,
        prompt: PromptTemplate.make("Outline {{topic}}."),
        variables: ({ topic }) => ({ topic }),
        check: () => (file.text.endsWith("0") ? undefined : "not now")
      }),
      "input"
    )
  ),
  "a check that sorts": Workflow.make("article", { input: Topic }).pipe(
    Workflow.bind(
      "outline",
      Step.make("outline", {
        input: Topic,
        output: Outline,
        prompt: PromptTemplate.make("Outline {{topic}}."),
        variables: ({ topic }) => ({ topic }),
        check: ({ points }) => {
          // oxlint-disable-next-line unicorn/no-array-reverse -- that is what is wrong with it
          return (points as Array<string>).reverse()[0] === "" ? "an empty point" : undefined
        }
      }),
      "input"
    )
  ),
  "what the first run was given, kept for all": begun.pipe(
    Workflow.bind(
      "draft",
      code("first", (text) => Effect.sync(() => (first ??= text))),
      "input.topic"
    )
  ),
  "a memo of prompts by less than all of it": Workflow.make("article", { input: Topic }).pipe(
    Workflow.bind(
      "outline",
      Step.make("outline", {
        input: Topic,
        output: Outline,
        prompt: PromptTemplate.make("Outline {{topic}}."),
        variables: ({ topic }) => {
          if (!topics.has(topic.slice(0, 3))) topics.set(topic.slice(0, 3), topic)
          return { topic: topics.get(topic.slice(0, 3))! }
        }
      }),
      "input"
    )
  ),
  "what one step leaves in a map for another": begun.pipe(
    Workflow.bind(
      "put",
      code("put", (text) => Effect.sync(() => (left.set(text, `all of ${text}`), text))),
      "outline.title"
    ),
    Workflow.bind(
      "got",
      code("get", (text) => Effect.sync(() => left.get(text) ?? text)),
      "put"
    )
  ),
  "a loop until a model gives a good mark": begun.pipe(
    Workflow.bind(
      "draft",
      code("marked", (text) =>
        Effect.map(Effect.repeat(Step.run(mark, text), { until: ({ mark }) => mark >= 5 }), ({ mark }) => `${mark}`)
      ),
      "outline.title"
    )
  ),
  "a loop until a text is short": begun.pipe(
    Workflow.bind(
      "draft",
      code("short", (text) => Effect.repeat(ask(text), { until: (text) => text.length < 200 })),
      "outline.title"
    )
  ),
  "loops until a text is short, side by side": begun.pipe(
    Workflow.forEach(
      "drafts",
      code("short", (text) => Effect.repeat(ask(text), { until: (it) => it.length < 200 })),
      { items: () => ["one", "other"], key: (name) => name, input: "item", concurrency: 2 }
    )
  ),
  "rounds with a bound that is none": begun.pipe(
    Workflow.iterate("draft", draft, {
      input: ({ outline }) => ({ title: outline.title, note: "" }),
      next: ({ last, outline }) => ({ title: outline.title, note: last }),
      until: ({ last }) => last.length < 200,
      atMost: 1_000_000
    })
  ),
  "a Schema that does not read texts with a comma": begun.pipe(
    Workflow.bind(
      "all",
      Step.effect("all", { input: Schema.String, output: Commas, run: (text) => Effect.succeed([text, text]) }),
      "outline.title"
    )
  ),
  "a key that is the same for two files": begun.pipe(
    Workflow.bind(
      "signed",
      Step.effect("sign", {
        input: Schema.String,
        output: Schema.String,
        key: () => Effect.sync(() => file.text.endsWith("0")),
        run: (text) => Effect.sync(() => `${text} ${file.text}`)
      }),
      "outline.title"
    )
  ),
  "a step that dies of another file": begun.pipe(
    Workflow.bind(
      "signed",
      Step.effect("sign", {
        input: Schema.String,
        output: Schema.String,
        key: () => Effect.sync(() => file.text),
        run: (text) => (file.text.endsWith("2") ? Effect.die(new Error("not of this file")) : Effect.succeed(text))
      }),
      "outline.title"
    )
  ),
  "a loop that asks nobody": begun.pipe(
    Workflow.bind(
      "draft",
      code("forever", () => Effect.forever(Effect.void)),
      "outline.title"
    )
  )
} as const
