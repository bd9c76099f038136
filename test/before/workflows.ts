/**
 * The workflows of the stored runs, with every combinator. Definition hashes and fingerprints of them are stored:
 * nothing here may be changed, only added.
 */
import { Context, Effect, Schema } from "effect"
import {
  all,
  andThen,
  bind,
  effectStep,
  fence,
  forEach,
  forEachDependency,
  identity,
  modelStep,
  template,
  value,
  workflow
} from "./api.ts"

const Topic = Schema.Struct({ topic: Schema.String })
const Part = Schema.Struct({ key: Schema.String, needs: Schema.Array(Schema.String) })
const Outline = Schema.Struct({ title: Schema.String, parts: Schema.Array(Part) })
const Text = Schema.String

export const outline = modelStep("outline", {
  input: Topic,
  output: Outline,
  prompt: template("Outline {{topic}}."),
  variables: ({ topic }) => ({ topic }),
  examples: [{ input: { topic: "jam" }, output: { title: "Jam", parts: [{ key: "fruit", needs: [] }] } }]
})

export const section = modelStep("section", {
  input: Schema.Struct({ title: Text, key: Text, before: Schema.Record(Text, Text) }),
  output: Text,
  system: "You write sections.",
  prompt: template("Section {{key}} of {{title}}, after:\n{{before}}", { before: { delimiter: fence() } }),
  variables: ({ before, key, title }) => ({ key, title, before: Object.keys(before).join("\n") })
})

const label = modelStep("label", {
  input: Text,
  output: Schema.Literals(["dry", "wet"]),
  prompt: template("Label {{text}}\n{{outputFormat}}"),
  variables: (text) => ({ text }),
  parameters: { temperature: 0, maxOutputTokens: 50 },
  repair: 1
})

const short = modelStep("short", {
  input: Text,
  output: Text,
  prompt: template("Shorten {{text}}"),
  variables: (text) => ({ text })
})

const closing = workflow("closing", { input: Text }).pipe(
  bind("short", short, "input"),
  value("length", ({ short }) => short.length)
)

/** How long a report may be: what a run can fail for and go on with. A number below 0 is a mistake. */
export const Limit = Context.Reference<number>("stepwright/test/before/Limit", { defaultValue: () => 1000 })

class TooLong extends Schema.TaggedError<TooLong>()("TooLong", { length: Schema.Int, limit: Schema.Int }) {
  override get message() {
    return `${this.length} characters, ${this.limit} are allowed`
  }
}

const Report = Schema.Struct({ text: Text, labels: Schema.Array(Text), due: Schema.DateTimeUtcFromString })

const assemble = effectStep("assemble", {
  input: Schema.Struct({ title: Text, sections: Schema.Record(Text, Text), labels: Schema.Array(Text), end: Text }),
  output: Report,
  error: TooLong,
  version: 2,
  run: ({ end, labels, sections, title }) =>
    Effect.gen(function* () {
      const limit = yield* Limit
      if (limit < 0) return yield* Effect.die(new Error("a limit below 0"))
      const text = [title, ...Object.values(sections), end].join("\n")
      if (text.length > limit) return yield* new TooLong({ length: text.length, limit })
      return {
        text,
        labels,
        due: yield* Effect.orDie(Schema.decodeEffect(Schema.DateTimeUtcFromString)("2027-01-01T00:00:00.000Z"))
      }
    })
})

const stamp = effectStep("stamp", {
  input: Report,
  output: Schema.Struct({ text: Text, size: Schema.Int }),
  key: ({ labels }) => Effect.succeed({ stamp: "v1", labels }),
  run: ({ text }) => Effect.succeed({ text, size: text.length })
})

const signed = identity(Report).pipe(andThen(stamp))

/** All combinators, wires and functions, a group in a group. */
export const report = workflow("report", { input: Topic }).pipe(
  bind("outline", outline, { topic: "input.topic" }),
  value("title", ({ outline }) => outline.title.trim()),
  forEachDependency("sections", section, {
    items: "outline.parts",
    key: "key",
    dependsOn: ({ needs }) => needs,
    input: ({ dependencies, item, title }) => ({ title, key: item.key, before: dependencies }),
    concurrency: 2
  }),
  all((scope) => [
    scope.pipe(
      forEach("labels", label, {
        items: ({ sections }) => Object.entries(sections),
        key: ([key]) => key,
        input: ({ item: [, text] }) => text
      })
    ),
    scope.pipe(bind("closing", closing, ({ sections }) => Object.values(sections).join("\n")))
  ]),
  bind("assembled", assemble, { title: "title", sections: "sections", labels: "labels", end: "closing.short" }),
  bind("signed", signed, "assembled")
)

/** What became of the report: without labels, and so with records that have no place any more. */
export const shorter = workflow("report", { input: Topic, version: 2 }).pipe(
  bind("outline", outline, "input"),
  forEachDependency("sections", section, {
    items: "outline.parts",
    key: "key",
    dependsOn: "needs",
    input: ({ dependencies, item, outline }) => ({ title: outline.title, key: item.key, before: dependencies })
  }),
  bind("closing", closing, ({ sections }) => Object.values(sections).join("\n")),
  bind("assembled", assemble, ({ closing, outline, sections }) => ({
    title: outline.title,
    sections,
    labels: [],
    end: closing.short
  }))
)

/** What is set from outside for the report: at the top, of a step, in a group, of the items. */
export const config = {
  model: "small",
  parameters: { temperature: 0.5 },
  repair: 1,
  steps: {
    outline: {
      prompt: "An outline of {{ topic }}:\n{{outputFormat}}",
      system: "You outline.",
      parameters: { seed: 3 }
    },
    sections: { steps: { "*": { model: ["small", "large"], repair: 0 } } },
    closing: { steps: { short: { parameters: { maxOutputTokens: 20, stop: ["."] } } } }
  }
} as const

/** How the model answers, by the last message that it is sent. */
export const answer = (prompt: string): string => {
  const said = prompt.startsWith("An outline of") ? "outline" : prompt.split(/[ \n]/, 1)[0]!.toLowerCase()
  switch (said) {
    case "outline":
      return JSON.stringify({
        title: "Tea",
        parts: [
          { key: "a/b", needs: [] },
          { key: "c d", needs: ["a/b"] },
          { key: "é*", needs: ["a/b"] },
          { key: "end", needs: ["c d", "é*"] }
        ]
      })
    case "section":
      return `The text of ${/^Section (.+) of /.exec(prompt)?.[1]}.`
    case "label":
      return prompt.includes("c d") ? "dry" : " Wet."
    case "shorten":
      return "In short: tea."
    default:
      throw new Error(`nothing is scripted for ${JSON.stringify(prompt)}`)
  }
}
