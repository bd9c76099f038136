// Small pipelines with nothing wrong in them, of kinds that are easily taken for wrong.

import { readFile } from "node:fs"
import { readFile as readAsPromise } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { Effect, Schema, Semaphore } from "effect"
import { type LlmClient, LlmError, PromptTemplate, Step, Workflow } from "@stepwright/core"
import { file } from "./planted.ts"

const here = fileURLToPath(import.meta.url)

const asPromise = Effect.promise(() => readAsPromise(here, "utf8"))
const withCallback = Effect.callback<string>((resume) => {
  readFile(here, "utf8", (_, text) => resume(Effect.succeed(text)))
})
const later = Effect.promise(() => new Promise<string>((resolve) => void setTimeout(() => resolve("later"), 3)))

const begun = Workflow.make("right", { input: Schema.String })

const ask = Step.make("ask", {
  input: Schema.String,
  output: Schema.String,
  prompt: PromptTemplate.make("Write on {{text}}"),
  variables: (text) => ({ text })
})

const waiting = (name: string, wait: Effect.Effect<string>) =>
  Step.effect(name, {
    input: Schema.String,
    output: Schema.Int,
    key: () => Effect.map(wait, (text) => text.length),
    isCurrent: (length) => Effect.map(wait, (text) => text.length === length),
    // a time-out of the world does not run out while something real is waited for
    run: () => Effect.map(Effect.orDie(Effect.timeout(wait, "1 second")), (text) => text.length)
  })

/** Of all runs: the end of a process frees it. */
const one = Semaphore.makeUnsafe(1)

type Asked = LlmClient.LlmClient
type Fails = LlmError.LlmError | Step.StepOutputError

const code = (name: string, run: (text: string) => Effect.Effect<string, Fails, Asked>) =>
  begun.pipe(Workflow.bind("done", Step.effect(name, { input: Schema.String, output: Schema.String, run }), "input"))

const refused = (reason: LlmError.LlmErrorReason["_tag"]) => (error: Fails) =>
  error._tag === "LlmError" && error.reason._tag === reason

const Checked = Schema.Struct({ input: Schema.String, text: Schema.String, isGood: Schema.Boolean })
const Holding = Schema.Struct({ checked: Checked })

class No extends Schema.TaggedError<No>()("No", {}) {}

const refusing = Step.effect("refuse", {
  input: Schema.String,
  output: Schema.String,
  error: No,
  run: () => Effect.fail(new No())
})
const saying = Step.effect("say", { input: Schema.String, output: Schema.String, run: Effect.succeed })

export const right = {
  "a part that fails before what it was given is whole, as a gate in that waits": begun.pipe(
    Workflow.bind(
      "checked",
      begun.pipe(
        Workflow.bind("text", saying, "input"),
        Workflow.gate("isGood", { question: Schema.String, input: "text", decision: Schema.Boolean })
      ),
      "input"
    ),
    Workflow.fallback(
      "safe",
      Workflow.make("tried", { input: Holding }).pipe(
        Workflow.bind(
          "part",
          Workflow.make("part", { input: Holding }).pipe(
            Workflow.bind("refused", refusing, ({ input }) => input.checked.text)
          ),
          ({ input }) => ({ checked: input.checked })
        ),
        Workflow.bind("beside", saying, () => "beside")
      ),
      {
        input: { checked: "checked" },
        errors: ["No"],
        otherwise: Step.effect("otherwise", { input: Holding, output: Schema.String, run: () => Effect.succeed("no") })
      }
    )
  ),
  "promises and callbacks in `run`, `key` and `isCurrent`": begun.pipe(
    Workflow.all((scope) => [
      scope.pipe(Workflow.bind("promised", waiting("promised", asPromise), "input")),
      scope.pipe(Workflow.bind("called", waiting("called", withCallback), "input")),
      scope.pipe(Workflow.bind("later", waiting("later", later), "input")),
      scope.pipe(
        Workflow.bind(
          "soon",
          waiting(
            "soon",
            Effect.promise(() => Promise.resolve("now"))
          ),
          "input"
        )
      )
    ])
  ),
  "a call of the model beside something real": code("both", (text) =>
    Effect.map(Effect.all([Step.run(ask, text), asPromise], { concurrency: 2 }), ([said]) => said)
  ),
  "one request at a time in the whole process": code("polite", (text) => one.withPermits(1)(Step.run(ask, text))),
  "the same question several times in a row": code("votes", (text) =>
    Effect.map(
      Effect.forEach([1, 2, 3], () => Step.run(ask, text)),
      (said) => said.join()
    )
  ),
  "several models": begun.pipe(
    Workflow.bind(
      "kind",
      Step.make("sort", {
        input: Schema.String,
        output: Schema.Literals(["one", "two", "three"]),
        prompt: PromptTemplate.make("Sort {{text}}"),
        variables: (text) => ({ text }),
        model: ["default", "large"],
        repair: 0
      }),
      "input"
    ),
    Workflow.bind("written", ask, "kind")
  ),
  "a prompt that is made shorter where it is too long": code("short", (text) =>
    Effect.catchIf(Step.run(ask, text), refused("ContextLengthExceeded"), () => Step.run(ask, text.slice(0, 2)))
  ),
  "a note in place of what the model refuses to say": code("note", (text) =>
    Effect.catchIf(Step.run(ask, text), refused("ContentRefused"), () => Effect.succeed("it would not"))
  ),
  "a result that says itself whether it holds": begun.pipe(
    Workflow.bind(
      "signed",
      Step.effect("sign", {
        input: Schema.String,
        output: Schema.String,
        isCurrent: (text) => Effect.sync(() => text.endsWith(file.text)),
        run: (text) => Effect.sync(() => `${text} ${file.text}`)
      }),
      "input"
    )
  )
} as const
