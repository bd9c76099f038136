import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { NodeServices } from "@effect/platform-node"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { Engine, Journal, Workflow, type WorkflowState } from "@stepwright/core"
import { MockLlm } from "@stepwright/llm"
import { AutomatedCodingWorkflow } from "@stepwright/steps"
import { Effect, Layer } from "effect"
import * as workflowModule from "../packages/node-runner/src/cli/module/workflowModule.ts"
import { call } from "../packages/node-runner/test/support/commandLine.ts"
import * as pantry from "./steps/pantry.ts"

const folder = mkdtempSync(join(tmpdir(), "stepwright-definition-"))
afterAll(() => rmSync(folder, { recursive: true }))
let copies = 0

/** A folder with the book's files, and others in their place. */
const book = (edit: (text: string) => string = (text) => text) => {
  const own = join(folder, `${++copies}`)
  cpSync(join(import.meta.dirname, "fixtures/book"), own, { recursive: true })
  const file = join(own, "book.yaml")
  writeFileSync(file, edit(readFileSync(file, "utf8")))
  return { folder: own, file, load: workflowModule.load(file).pipe(Effect.provide(NodeServices.layer)) }
}

const outline = {
  title: "Tea",
  tone: "fancy",
  chapters: [
    { id: "leaves", needs: [] },
    { id: "water", needs: ["leaves"] }
  ]
}
const script: MockLlm.Script = [
  { step: "outline", reply: outline },
  ...["write", "praise", "warn"].map((step) => ({
    step,
    reply: ({ messages }: { readonly messages: ReadonlyArray<{ readonly content: string }> }) =>
      `<${messages.at(-1)!.content}>`
  }))
]
const world = Layer.merge(MockLlm.layer(script), Journal.layerMemory)

/** Runs a workflow until it is done, with the one decision that it waits for. */
const finish = Effect.fnUntraced(function* (workflow: workflowModule.AnyWorkflow) {
  const begun = yield* Engine.initialize(workflow, { topic: "tea" })
  const { state } = yield* Engine.run(workflow, begun)
  if (state.status !== "SUSPENDED") return state
  const decided = yield* Engine.decide(workflow, state, "approved", "yes")
  return (yield* Engine.run(workflow, decided)).state
})

/** What would be done of a finished run by a definition that was edited. */
const planOf = (edit: (text: string) => string) =>
  Effect.gen(function* () {
    const state = yield* finish((yield* book().load).workflow)
    const { workflow } = yield* book(edit).load
    const plan = yield* Engine.plan(workflow, state)
    const { state: after } = yield* Engine.run(workflow, state)
    assert.strictEqual(after.status, "COMPLETED")
    return plan.filter(({ action }) => action !== "reuse").map(({ path }) => path)
  }).pipe(Effect.provide(world))

const refusal = (edit: (text: string) => string) => {
  const { file, load } = book(edit)
  return Effect.map(Effect.flip(load), ({ message }) => message.replaceAll(file, "book.yaml").split("\n"))
}

const fingerprints = ({ records }: WorkflowState.WorkflowState) =>
  Object.fromEntries(Object.entries(records).map(([path, { result }]) => [path, result?.fingerprint]))

describe("a definition in a file", () => {
  it.effect("has every combinator, and runs", () =>
    Effect.gen(function* () {
      const { load } = book()
      const { module, workflow } = yield* load
      assert.match(module!, /book\.yaml$/)
      const state = yield* finish(workflow)
      assert.strictEqual(state.status, "COMPLETED")
      assert.deepStrictEqual(Object.keys(state.records).toSorted(), [
        "approved",
        "blurb/fancy",
        "chapters/leaves",
        "chapters/water",
        "end/last",
        "ordered/leaves/text",
        "ordered/water/text",
        "outline",
        "polished/1",
        "polished/2",
        "polished/3",
        "short/otherwise",
        "short/try",
        "soon",
        "titles/1",
        "titles/2"
      ])
      const output = yield* Engine.output(workflow, state)
      assert.deepStrictEqual<unknown>(output, {
        input: { ...(output as { readonly input: object }).input },
        last: "<praise: <praise: <write: Tea>>>"
      })
      const [chapter] = yield* MockLlm.callsOf({ path: "chapters/leaves" })
      assert.strictEqual(chapter?.messages[0]?.content, "Write a chapter about leaves.")
      assert.strictEqual(chapter?.model, "fast")
    }).pipe(Effect.provide(world))
  )

  it.effect("a step that is taken out changes nothing of the others", () =>
    Effect.gen(function* () {
      const edit = (text: string) =>
        text.replace(/ {2}- titles:.*\n/u, "").replace(/ {2}- polished:\n(?: {6}.*\n)+/u, "")
      assert.deepStrictEqual(yield* planOf(edit), [])
    })
  )

  it.effect("steps in another order change nothing of each other", () =>
    Effect.gen(function* () {
      const titles = /( {2}- titles:.*\n)( {2}- short:.*\n)/u
      assert.deepStrictEqual(yield* planOf((text) => text.replace(titles, "$2$1")), [])
    })
  )

  it.effect("a step that is added is all that runs, with what reads it", () =>
    Effect.gen(function* () {
      const added = "  - extra: { bind: write, input: { about: short } }\n  - soon:"
      const edit = (text: string) =>
        text
          .replace("  - soon:", added)
          .replace("input: { about: short } }\n  - andThen", "input: { about: extra } }\n  - andThen")
      assert.deepStrictEqual(yield* planOf(edit), ["extra", "soon", "end/last"])
    })
  )

  it.effect("a prompt's file that is edited asks for its step again", () =>
    Effect.gen(function* () {
      const state = yield* finish((yield* book().load).workflow)
      const { folder, load } = book()
      writeFileSync(join(folder, "prompts/write.md"), "Write two chapters about {{about}}.\r\n")
      const { workflow } = yield* load
      const plan = yield* Engine.plan(workflow, state)
      assert.deepStrictEqual(
        plan.filter(({ action }) => action !== "reuse").map(({ path }) => path),
        ["chapters/leaves", "chapters/water"]
      )
    }).pipe(Effect.provide(world))
  )

  it.effect("tells all that is wrong with it, in the order of its lines", () =>
    Effect.gen(function* () {
      const edit = (text: string) =>
        text
          .replace("bind: outline, input: input", "bind: outlin, input: input")
          .replace("let: outline.title", "let: input.titel")
          .replace("cases: { plain: warn, fancy: praise }", "cases: { plain: warn, fancy: prase }")
          .replace("until: last.isGood", "until: last.draft")
          .replace("input: { about: short }", "input: { abuot: short }")
      assert.deepStrictEqual(yield* refusal(edit), [
        'book.yaml:11:22: steps.0.outline.bind: no step or workflow of the catalog is called "outlin"; did you mean "outline"?',
        'book.yaml:12:19: steps.1.title.let: the wire "input.titel" leads nowhere: there is no "titel" in "input"; known: topic',
        'book.yaml:34:36: steps.4.blurb.cases.fancy: no step or workflow of the catalog is called "prase"; did you mean "praise" or "trace"?',
        "book.yaml:40:14: steps.5.polished.until: it does not fit: it is a text, and true or false is needed",
        'book.yaml:44:57: steps.8.soon.input.abuot: it does not fit: it takes no "abuot"; did you mean "about"?'
      ])
      const shape = (text: string) =>
        text.replace("  - title: { let", "  - title: { lett").replace("sample: praise", "sampl: praise")
      assert.deepStrictEqual(yield* refusal(shape), [
        'book.yaml:12:12: steps.1.title: "let" is missing',
        'book.yaml:12:14: steps.1.title.lett: no such key: "lett"; did you mean "let"?',
        'book.yaml:42:13: steps.6.titles: "sample" is missing',
        'book.yaml:42:15: steps.6.titles.sampl: no such key: "sampl"; did you mean "sample"?'
      ])
    })
  )

  it.effect("reads prompts in its own folder, and nowhere else", () =>
    Effect.gen(function* () {
      const prompt = (name: string) => (text: string) => text.replace("prompts/write.md", name)
      const outside = (name: string) => `the file "${name}" is outside the definition's folder: put it there`
      for (const name of ["../secret.md", "/etc/passwd", "prompts/../../secret.md"]) {
        assert.include((yield* refusal(prompt(name))).join(), outside(name))
      }
      writeFileSync(join(folder, "secret.md"), "secret {{about}}")
      const linked = book(prompt("link.md"))
      symlinkSync(join(folder, "secret.md"), join(linked.folder, "link.md"))
      assert.include((yield* Effect.flip(linked.load)).message, outside("link.md"))
      assert.include((yield* refusal(prompt("gone.md"))).join(), 'there is no file "gone.md" beside the definition')
      assert.match(
        (yield* refusal((text) => text.replace("./steps.ts", "./gone.ts"))).join(),
        /:4:10: catalog: there is no file/
      )
      assert.match(
        (yield* refusal((text) => text.replace("./steps.ts", "./steps.ts#other"))).join(),
        /exports no "other"; it exports catalog/
      )
    })
  )
})

describe("stepwright init", () => {
  it.effect("writes the ready workflow, which reads back as the same and asks the same", () =>
    Effect.gen(function* () {
      const dir = join(folder, "pipeline")
      const { out, status } = yield* call(["init", "--dir", dir, "--json"])
      assert.strictEqual(status, 0)
      const written: { readonly files: ReadonlyArray<string>; readonly workflow: string } = JSON.parse(out)
      assert.strictEqual(written.workflow, join(dir, "workflow.yaml"))
      assert.isTrue(written.files.every((file) => existsSync(file)))
      // what a node is stands before its options
      const nodes = readFileSync(written.workflow, "utf8").matchAll(/^ *- [\w-]+:(?: \{|\n) *(\w+):/gmu)
      const kinds = new Set(Array.from(nodes, ([, kind]) => kind))
      assert.isTrue(kinds.has("iterate") && kinds.has("bind"))
      for (const option of ["input", "items", "key", "until", "atMost", "errors", "next"])
        assert.isFalse(kinds.has(option), option)
      const { workflow } = yield* workflowModule.load(written.workflow).pipe(Effect.provide(NodeServices.layer))
      const ready = workflowModule.forget(AutomatedCodingWorkflow.workflow)
      assert.deepStrictEqual(Workflow.describe(workflow), Workflow.describe(ready))
      const [one, other] = [yield* finished(ready), yield* finished(workflow)]
      assert.strictEqual(other.state.status, "COMPLETED")
      assert.strictEqual(other.state.definition, one.state.definition)
      assert.deepStrictEqual(fingerprints(other.state), fingerprints(one.state))
      assert.sameDeepMembers(other.calls, one.calls)
    })
  )

  it.effect("writes nothing over, and nothing at all where something is there", () =>
    Effect.gen(function* () {
      const dir = join(folder, "mine")
      mkdirSync(dir)
      writeFileSync(join(dir, "workflow.yaml"), "mine")
      const { err, status } = yield* call(["init", "--dir", dir])
      assert.strictEqual(status, 2)
      assert.match(err, /mine\/workflow\.yaml is there already: move it away/)
      assert.deepStrictEqual(readdirSync(dir), ["workflow.yaml"])
      assert.strictEqual(readFileSync(join(dir, "workflow.yaml"), "utf8"), "mine")
    })
  )
})

/** A run of the pantry, and what it asked. */
const finished = (workflow: workflowModule.AnyWorkflow) =>
  Effect.gen(function* () {
    const { state } = yield* Engine.run(workflow, yield* Engine.initialize(workflow, pantry.project))
    return { state, calls: (yield* MockLlm.calls).map(({ messages, metadata }) => [metadata.path, messages]) }
  }).pipe(Effect.provide(pantry.world()))
