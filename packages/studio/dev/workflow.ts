import { Effect, Schema } from "effect"
import { PromptTemplate, Step, Workflow } from "@stepwright/core"
import { MockLlm } from "@stepwright/llm"

// a workflow that has a place of each kind, of any size, for who works on the page

const Chapter = Schema.Struct({ title: Schema.String, words: Schema.Int, lines: Schema.Array(Schema.String) })

class Unprintable extends Schema.TaggedError<Unprintable>()("Unprintable", {
  chapter: Schema.String,
  reason: Schema.String
}) {
  override get message() {
    return `chapter "${this.chapter}" cannot be printed: ${this.reason}\nIt has a line that is wider than the page.\n  line 3: ${"x".repeat(160)}`
  }
}

const outline = Step.make("outline", {
  input: Schema.Struct({ topic: Schema.String, chapters: Schema.Int }),
  output: Schema.Struct({ title: Schema.String, points: Schema.Array(Schema.String) }),
  system: "You are an editor. You write plainly.",
  prompt: PromptTemplate.make("Outline a book about {{topic}} in {{chapters}} chapters."),
  variables: ({ chapters, topic }) => ({ topic, chapters })
})

const write = Step.make("write", {
  input: Schema.String,
  output: Chapter,
  prompt: PromptTemplate.make("Write the chapter {{title}}."),
  variables: (title) => ({ title })
})

const print = Step.effect("print", {
  input: Chapter,
  output: Schema.String,
  error: Unprintable,
  run: (chapter) =>
    chapter.title.endsWith("!")
      ? Effect.fail(new Unprintable({ chapter: chapter.title, reason: "it does not fit the page" }))
      : Effect.succeed(chapter.lines.join("\n"))
})

const index = Step.effect("index", {
  input: Schema.Array(Schema.String),
  output: Schema.Record(Schema.String, Schema.Int),
  run: (points) => Effect.succeed(Object.fromEntries(points.slice(0, 200).map((point, i) => [point, i])))
})

const foreword = Step.make("foreword", {
  input: Schema.String,
  output: Schema.String,
  prompt: PromptTemplate.make("Write a foreword for {{title}}."),
  variables: (title) => ({ title })
})

const polish = Step.make("polish", {
  input: Schema.String,
  output: Schema.Struct({ text: Schema.String, isGood: Schema.Boolean }),
  prompt: PromptTemplate.make("Better this:\n{{text}}"),
  variables: (text) => ({ text })
})

const bind = Step.effect("bind", {
  input: Schema.String,
  output: Schema.String,
  run: (text) => Effect.succeed(`${text}\n\n(bound)`)
})

const chapter = Workflow.make("chapter", { input: Schema.String }).pipe(
  Workflow.bind("text", write, "input"),
  Workflow.bind("page", print, "text")
)

export const book = Workflow.make("book", {
  input: Schema.Struct({ topic: Schema.String, chapters: Schema.Int, cover: Schema.Literals(["hard", "soft"]) })
}).pipe(
  Workflow.bind("outline", outline, { topic: "input.topic", chapters: "input.chapters" }),
  Workflow.all((scope) => [
    scope.pipe(
      Workflow.forEach("chapters", chapter, {
        items: "outline.points",
        key: (point) => point,
        input: "item",
        concurrency: 4
      })
    ),
    scope.pipe(Workflow.bind("index", index, "outline.points")),
    scope.pipe(Workflow.bind("foreword", foreword, "outline.title"))
  ]),
  Workflow.iterate("polished", polish, { input: "foreword", next: "last.text", until: "last.isGood", atMost: 4 }),
  Workflow.gate("approval", {
    question: Schema.Struct({ title: Schema.String, foreword: Schema.String }),
    input: { title: "outline.title", foreword: "polished.text" },
    decision: Schema.Literals(["print", "drop"])
  }),
  Workflow.branch("cover", { on: "input.cover", cases: { hard: bind, soft: bind }, input: "polished.text" })
)

const usage = (text: string) => ({ input: 40 + text.length, cachedInput: 0, output: text.length, reasoning: 0 })

const reply = (value: object | string) => {
  const text = typeof value === "string" ? value : JSON.stringify(value)
  return MockLlm.reply({ text, model: "made-up-1", usage: usage(text) })
}

/** What the made-up model says. `fails`: the chapter that comes out wrong, by its number; `also`: stands in every text. */
export const replies = (fails: number | undefined, also = "") => {
  let rounds = 0
  let outlines = 0
  return MockLlm.layer(({ messages, metadata }) => {
    const asked = messages.find(({ role }) => role === "user")?.content ?? ""
    switch (metadata.step) {
      case "outline": {
        // the first time it says what cannot be read, so that it is asked again
        if (outlines++ === 0) return reply('Here is the outline:\n{"title": "Rain", "points": "to follow"}')
        const count = Number(/in (\d+) chapters/.exec(asked)?.[1])
        return reply({
          title: `Rain${also}`,
          points: Array.from({ length: count }, (_, i) => `${also}chapter ${i + 1}/${count}`)
        })
      }
      case "write": {
        const number = Number(/chapter (\d+)\//.exec(asked)?.[1])
        const title = `Drops ${number}${also}${number === fails ? "!" : ""}`
        return reply({
          title,
          words: 7 * number,
          lines: [`It rains, ${number} times.${also}`, "Then it stops.", "It rains."]
        })
      }
      case "polish":
        return reply({ text: `Rain is wet, and ${"very ".repeat(rounds)}so.`, isGood: rounds++ > 1 })
      default:
        return reply(`Rain falls.${also}\n\nThis book says where.`)
    }
  })
}
