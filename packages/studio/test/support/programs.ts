import { readFileSync, globSync } from "node:fs"
import { dirname, join } from "node:path"
import { Engine, LlmClient, PromptTemplate, Step, Workflow, Workspace } from "@stepwright/core"
import { Effect, Layer, Schema } from "effect"
import * as NodeJournal from "@stepwright/node-runner/NodeJournal"
import * as NodeWorkspace from "@stepwright/node-runner/NodeWorkspace"
import { forget, type Loaded } from "../../../node-runner/src/cli/module/workflowModule.ts"

const root = dirname(dirname(dirname(dirname(import.meta.dirname))))

const program = <In, Out, E, R>(
  workflow: Workflow.Workflow<In, Out, E, R>,
  reply: (step: string, asked: string) => string
): Loaded => ({
  workflow: forget(workflow),
  layer: LlmClient.layer(({ messages, metadata }) =>
    Effect.succeed({
      text: reply(metadata.step, messages.at(-1)?.content ?? ""),
      finishReason: "stop",
      usage: { input: 300, output: 250 }
    })
  ) as Layer.Layer<never>,
  hasLayer: true,
  program: "program.ts"
})

/** Numbers that look random, the same each time. */
const random = (seed: number) => () => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
  return seed / 2 ** 32
}

/** Passages of the documents of the project: prose, tables and code, of so many characters. */
export const passages = () => {
  const text = globSync("docs/**/*.md", { cwd: root })
    .toSorted()
    .map((file) => readFileSync(join(root, file), "utf8"))
    .join("\n")
  const next = random(7)
  return (length: number): string => {
    const from = Math.floor(next() * (text.length - length))
    return text.slice(from, from + length)
  }
}

/** Words of the same documents, in no order. */
export const words = () => {
  const all = [...new Set(passages()(400_000).match(/[a-z]{2,}/gu))].slice(0, 2000)
  const next = random(11)
  return (length: number): string => {
    let text = ""
    while (text.length < length) text += `${all[Math.floor(next() * all.length)]} `
    return text.slice(0, length)
  }
}

class Refused extends Schema.TaggedError<Refused>()("Refused", { reason: Schema.String }) {
  override get message() {
    return `it is refused: ${this.reason}`
  }
}

const refuse = Step.effect("refuse", {
  input: Schema.String,
  output: Schema.String,
  error: Refused,
  run: (reason) => Effect.fail(new Refused({ reason }))
})

const instructions = passages()(700)

/** A workflow that asks a model so often, each time with a prompt of 1 KB for a reply of 1 KB, and fails at its end. */
export const many = (count: number, text: (length: number) => string): Loaded => {
  const write = Step.make("write", {
    input: Schema.String,
    output: Schema.String,
    prompt: PromptTemplate.make(`${instructions.replaceAll("{", "(").replaceAll("}", ")")}\n\n{{about}}`),
    variables: (about) => ({ about })
  })
  const workflow = Workflow.make("many", { input: Schema.Struct({ text: Schema.String }) }).pipe(
    Workflow.forEach("texts", write, {
      items: () => Array.from({ length: count }, (_, i) => ({ key: `text ${i + 1}`, about: text(300) })),
      key: ({ key }) => key,
      input: "item.about",
      concurrency: 4
    }),
    Workflow.bind("check", refuse, ({ texts }) => `${texts.length} texts are too many`)
  )
  return program(workflow, () => text(1000))
}

/** What would run, were it ever taken for more than text. */
export const hostile = (where: string): string =>
  `</script><script>hostile("${where}")</script><!-- <script> ]]> \u2028 <img src=x onerror=hostile('${where}')> "'\``

/** A workflow whose every text, path and name is of somebody who means harm. */
export const harmful = (secret: string): Loaded => {
  const ask = Step.make("ask", {
    input: Schema.String,
    output: Schema.String,
    prompt: PromptTemplate.make("{{text}}"),
    variables: (text) => ({ text })
  })
  const deliver = Step.effect("deliver", {
    input: Schema.String,
    output: Workspace.Delivered,
    produces: "files",
    run: (content) =>
      Effect.gen(function* () {
        const workspace = yield* Workspace.Workspace
        return {
          files: yield* workspace.write([{ path: `a file of ${secret}.txt`, content }])
        }
      })
  })
  const workflow = Workflow.make("<script>hostile('workflow')</script>", {
    input: Schema.Struct({ text: Schema.String })
  }).pipe(
    Workflow.forEach("each", ask, {
      items: () => [`${hostile("prompt")} ${secret}`],
      key: () => hostile("key"),
      input: "item"
    }),
    Workflow.bind("delivered", deliver, ({ each }) => each.join("\n")),
    Workflow.bind("refused", refuse, () => `${hostile("error")} ${secret}`)
  )
  return program(workflow, () => `${hostile("reply")} ${secret}`)
}

/** A workflow of two steps, of which the second one is given; it asks nobody, so that what it would do is known. */
export const looking = <E, R>(look: Step.Step<string, string, E, R>): Loaded => {
  const begin = Step.effect("begin", {
    input: Schema.Struct({ text: Schema.String }),
    output: Schema.String,
    run: ({ text }) => Effect.succeed(text)
  })
  const workflow = Workflow.make("looking", { input: Schema.Struct({ text: Schema.String }) }).pipe(
    Workflow.bind("begin", begin, "input"),
    Workflow.bind("look", look, "begin")
  )
  return { ...program(workflow, () => ""), hasLayer: false }
}

/** Runs a program in the working folder, as its command line does but for what is shown of it. */
export const ran = ({ layer, workflow }: Loaded, run: string) =>
  Effect.gen(function* () {
    yield* Engine.run(workflow, yield* Engine.initialize(workflow, { text: "it" }, { run }))
  }).pipe(
    Effect.provide([
      // what provides the model
      layer as Layer.Layer<LlmClient.LlmClient>,
      NodeJournal.layer({ directory: ".stepwright/runs" }),
      NodeWorkspace.layer({ root: `out/${run}` })
    ])
  )
