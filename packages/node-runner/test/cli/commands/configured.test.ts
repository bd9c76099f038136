import { readFileSync, rmSync } from "node:fs"
import { createServer } from "node:http"
import process from "node:process"
import { assert, describe, it } from "@effect/vitest"
import { LlmClient, PromptTemplate, Step, Workflow } from "@stepwright/core"
import { Effect, Layer, Schema } from "effect"
import { forget } from "../../../src/cli/module/workflowModule.ts"
import { call } from "../../support/commandLine.ts"
import { inProject, write } from "../../support/configured.ts"

const said = (name: string) =>
  Step.make(name, {
    input: Schema.String,
    output: Schema.String,
    prompt: PromptTemplate.make("Say {{text}}"),
    variables: (text: string) => ({ text })
  })

const asked: Array<string> = []
const bound = {
  workflow: forget(
    Workflow.make("saying", { input: Schema.String }).pipe(
      Workflow.bind("first", said("first"), "input"),
      Workflow.bind("last", said("last"), "first")
    )
  ),
  layer: LlmClient.layer(({ messages, metadata, model, parameters }) =>
    Effect.sync(() => {
      const text = messages.at(-1)?.content ?? ""
      asked.push(`${metadata.path} ${model} ${parameters.temperature ?? ""}: ${text}`)
      return { text: `${metadata.path}!`, finishReason: "stop" as const, usage: {} }
    })
  ) as Layer.Layer<never, unknown, never>,
  hasLayer: true,
  program: "saying.ts"
}

const prompts = (first: string) => ({
  "stepwright.yaml": `parameters: { temperature: 0 }\nbudget: { calls: 9 }\nsteps:\n  first: { promptFile: first.md }\n  last: { model: careful }\n`,
  "first.md": first
})

describe("a configuration of a project", () => {
  it.effect(
    "sets the steps of a run as it begins, and as it goes on: a prompt that changes makes its step stale alone",
    () =>
      inProject(
        prompts("Shout {{text}}"),
        Effect.gen(function* () {
          const began = yield* call(["run", "--input", '"x"', "--json"], bound)
          assert.strictEqual(began.status, 0, began.err)
          assert.deepStrictEqual(asked.splice(0), ["first default 0: Shout x", "last careful 0: Say first!"])
          assert.deepStrictEqual(
            Object.keys(JSON.parse(readFileSync(`.stepwright/runs/${JSON.parse(began.out).run}/run.json`, "utf8"))),
            ["format", "program", "out", "seal"]
          )
          yield* call(["resume"], bound)
          assert.deepStrictEqual(asked.splice(0), [])
          write(prompts("Whisper {{text}}"))
          const plan = yield* call(["plan", "--json"], bound)
          const [first] = JSON.parse(plan.out)
          assert.deepInclude(first, { path: "first", action: "run" })
          yield* call(["resume"], bound)
          assert.deepStrictEqual(asked.splice(0), ["first default 0: Whisper x"])
        })
      )
  )

  it.effect("caps a run, which goes on once the file says more", () =>
    inProject(
      { ...prompts("{{text}}"), "stepwright.yaml": "budget: { calls: 0 }\n" },
      Effect.gen(function* () {
        const { err, status } = yield* call(["run", "--input", '"x"'], bound)
        assert.strictEqual(status, 4)
        // a flag would stay with the run
        assert.match(
          err,
          /, set budget\.calls at stepwright\.yaml:1:18 to 1 or more, then go on with `\S+ saying\.ts resume \S+`/
        )
        assert.match(
          (yield* call(["status"], bound)).out,
          /set budget\.calls at stepwright\.yaml:1:18 .* resume [-\w]+\n/
        )
        const { error } = JSON.parse((yield* call(["resume", "--json"], bound)).out)
        assert.match(
          error.fix,
          /^set budget\.calls at stepwright\.yaml:1:18 to 1 or more, then \S+ saying\.ts resume [-\w]+$/
        )
        assert.match((yield* call(["resume", "--max-calls", "0"], bound)).err, / resume \S+ --max-calls 1`/)
        rmSync(".stepwright", { recursive: true })
        assert.strictEqual((yield* call(["run", "--input", '"x"'], bound)).status, 4)
        write({ "stepwright.yaml": "budget: { calls: 2 }\n" })
        assert.strictEqual((yield* call(["resume"], bound)).status, 0)
        asked.splice(0)
      })
    )
  )

  it.effect("says of a cap in USD without a price where that stands, and each model once", () =>
    inProject(
      {
        "stepwright.yaml":
          "models: { a: { model: odd }, b: { model: odd } }\nbudget: { usd: 1 }\nsteps:\n  first: { model: a }\n  last: { model: b }\n"
      },
      Effect.gen(function* () {
        const { err, status } = yield* call(["run", "--input", '"x"'], { ...bound, hasLayer: false })
        assert.strictEqual(status, 3)
        assert.include(
          err,
          "stepwright.yaml:2:16: budget.usd: no price is known for odd: say it there, by `price` of the model"
        )
      }),
      { env: { OPENAI_API_KEY: "key-of-openai" } }
    )
  )

  it.effect("is refused with every step that is not there", () =>
    inProject(
      { "stepwright.yaml": "steps:\n  frist: {}\n  lost: {}\n" },
      Effect.gen(function* () {
        const { err, status } = yield* call(["run", "--input", '"x"'], bound)
        assert.strictEqual(status, 3)
        assert.include(err, 'stepwright.yaml:2:3: steps.frist: no step has this path; did you mean "first"?')
        assert.include(err, 'stepwright.yaml:3:3: steps.lost: no step has this path; did you mean "last"?')
      })
    )
  )

  it.effect("keeps runs in its store wherever a command is called, with paths that lead there from everywhere", () =>
    inProject(
      { "stepwright.yaml": "store: kept\n", ".git/HEAD": "", "sub/x": "", "tape/x": "" },
      Effect.gen(function* () {
        const inSub = <A, E, R>(work: Effect.Effect<A, E, R>) =>
          Effect.acquireUseRelease(
            Effect.sync(() => process.chdir("sub")),
            () => work,
            () => Effect.sync(() => process.chdir(".."))
          )
        const began = yield* inSub(
          call(["run", "--input", '"x"', "--out", "made", "--record", "../tape/y", "--json"], bound)
        )
        assert.strictEqual(began.status, 0, began.err)
        const { run } = JSON.parse(began.out)
        assert.deepInclude(JSON.parse(readFileSync(`kept/runs/${run}/run.json`, "utf8")), {
          out: "sub/made",
          record: "tape/y"
        })
        for (const again of [call(["resume", "--json"], bound), inSub(call(["resume", "--json"], bound))]) {
          const { err, out, status } = yield* again
          assert.strictEqual(status, 0, err)
          assert.strictEqual(JSON.parse(out).run, run)
        }
        assert.include(JSON.parse(readFileSync(`kept/runs/${run}/run.json`, "utf8")), { record: "tape/y" })
        asked.splice(0)
      })
    )
  )
})

/** A server of OpenAI's protocol that keeps with which key it was asked for which model. */
const serving = Effect.acquireRelease(
  Effect.promise(async () => {
    const seen: Array<string> = []
    const server = createServer((request, response) => {
      let body = ""
      request.on("data", (chunk) => (body += String(chunk)))
      request.on("end", () => {
        seen.push(`${request.headers.authorization} ${JSON.parse(body).model}`)
        const message = { role: "assistant", content: "hello back" }
        response
          .writeHead(200, { "content-type": "application/json" })
          .end(JSON.stringify({ id: "1", model: "m", choices: [{ index: 0, message, finish_reason: "stop" }] }))
      })
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const address = server.address()
    return { seen, server, url: `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/v1` }
  }),
  ({ server }) => Effect.sync(() => void server.close())
)

describe("models of a configuration", () => {
  it.live("are asked at their own servers, with their own keys, and the next where one cannot be reached", () =>
    Effect.gen(function* () {
      const { seen, url } = yield* serving
      const models = [
        "models:",
        `  near: { baseUrl: "${url}", keyVariable: NEAR_KEY, model: small }`,
        '  down: { baseUrl: "http://127.0.0.1:9/v1", keyVariable: NEAR_KEY, model: none, fallback: [near] }',
        "  default: near"
      ].join("\n")
      yield* inProject(
        {},
        Effect.gen(function* () {
          assert.strictEqual((yield* call(["ask", "hello"])).status, 0)
          const { err, status } = yield* call(["ask", "hello", "--model", "down"])
          assert.strictEqual(status, 0, err)
          assert.deepStrictEqual(seen, ["Bearer key-of-near small", "Bearer key-of-near small"])
        }),
        { user: models, env: { NEAR_KEY: "key-of-near", OPENAI_API_KEY: "key-of-openai", OPENAI_MODEL: "other" } }
      )
    }).pipe(Effect.scoped)
  )
})
