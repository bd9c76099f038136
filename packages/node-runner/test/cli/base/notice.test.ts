import { readdirSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { serve } from "../../support/modelServer.ts"
import { place } from "../../support/place.ts"

const outline = JSON.stringify({ title: "Effect", points: ["one", "two"] })
const topic = JSON.stringify({ topic: "Effect", words: 3 })
const run = ["run", "--workflow", "article.ts#article", "--input", topic]
const answer = (prompt: string) => (prompt.startsWith("Outline") ? outline : "An article.")

const serving = async (env: Readonly<Record<string, string>> = {}) => {
  const server = await serve(answer)
  return place(["article.ts"], { OPENAI_API_KEY: "sk-test-1234", OPENAI_BASE_URL: server.url, ...env })
}

describe("warnings, from the command line", () => {
  it("are lines like its others, for ask and run, with --json too", async () => {
    const here = await serving()
    const warm = ["--model", "gpt-5", "--temperature", "1"]
    for (const args of [
      ["ask", "hello", ...warm],
      [...run, ...warm],
      // as the run was asked
      ["step", "draft", "--force"]
    ]) {
      // oxlint-disable-next-line no-await-in-loop -- one process at a time, so that none waits for the others
      const { status, stderr, stdout } = await here.stepwright(...args, "--json")
      assert.strictEqual(status, 0, stderr)
      assert.match(stderr, /^warning: gpt-5 over the API "chat" takes no temperature: it is left out$/m)
      assert.notMatch(stderr, /WARN/)
      assert.isObject(JSON.parse(stdout))
    }
  })

  it("of a cassette are such lines", async () => {
    const here = await serving()
    const recorded = await here.stepwright(
      "ask",
      "my key is sk-proj-0123456789abcdef0123456789abcdef",
      "--model",
      "m",
      "--record",
      "tape"
    )
    assert.match(recorded.stderr, /^warning: not recorded in tape: .*looks like a secret/m)
    await here.stepwright("ask", "hello", "--model", "m", "--record", "tape")
    const left = await here.stepwright("ask", "another", "--model", "m", "--record", "tape")
    assert.match(left.stderr, /^warning: cassette tape: nothing asked for 1 of its entries.*cassette prune/m)
    for (const { stderr } of [recorded, left]) assert.notMatch(stderr, /WARN|level=|fiber/)
  })

  it("of a step's own code are such lines, and what it tells else is as it was", async () => {
    const here = await serving()
    here.write(
      "own.ts",
      `import { Effect, Schema } from "effect"
import { Step, Workflow } from "@stepwright/core"
const own = Step.effect("own", {
  input: Schema.String,
  output: Schema.String,
  run: (text) => Effect.as(Effect.andThen(Effect.logWarning("two\\nlines"), Effect.andThen(Effect.logError("bad"), Effect.log("fine"))), text)
})
export const w = Workflow.make("own", { input: Schema.String }).pipe(Workflow.bind("own", own, "input"))
`
    )
    const { stderr } = await here.stepwright("run", "--workflow", "own.ts", "--input", '"x"')
    assert.match(stderr, /^warning: two\nlines$/m)
    assert.match(stderr, /^error: bad$/m)
    assert.match(stderr, /level=INFO .*message=fine/)
  })
})

describe("a key that no header can carry", () => {
  it("is told as such with status 3, before a run begins, by the variable's name alone", async () => {
    for (const [name, value, says] of [
      ["OPENAI_API_KEY", "“sk-test-1234”", /OPENAI_API_KEY has a quotation mark/],
      ["OPENAI_API_KEY", "sk-test\n1234", /OPENAI_API_KEY has a line break/],
      ["OPENAI_ORG_ID", "“org-test-1234”", /OPENAI_ORG_ID/],
      ["OPENAI_CUSTOM_HEADERS", "x-key: “test-1234”", /CUSTOM_HEADERS/],
      ["OPENAI_PROJECT_ID", "proj\ntest-1234", /variables that begin with OPENAI_/]
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop -- one process at a time, so that none waits for the others
      const here = await serving({ [name]: value, OPENAI_MODEL: "m" })
      for (const args of [["ask", "hello"], run]) {
        // oxlint-disable-next-line no-await-in-loop -- as above
        const { status, stderr } = await here.stepwright(...args)
        assert.strictEqual(status, 3, stderr)
        assert.match(stderr, says)
        assert.notMatch(stderr, /test|network/)
      }
    }
  })
})

describe("a variable that is not what it is to be", () => {
  it("is named with what it may be, with status 3", async () => {
    for (const name of ["OPENAI_REASONING", "OPENAI_STREAM_USAGE", "OPENAI_PROMPT_CACHING"]) {
      // oxlint-disable-next-line no-await-in-loop -- one process at a time, so that none waits for the others
      const here = await serving({ [name]: "maybe" })
      for (const args of [["ask", "hello"], run]) {
        // oxlint-disable-next-line no-await-in-loop -- as above
        const { status, stderr, stdout } = await here.stepwright(...args, "--json")
        assert.strictEqual(status, 3, stderr)
        assert.match(stderr, new RegExp(`^stepwright: ${name} cannot be used: Expected "true"`))
        assert.notMatch(stderr + stdout, /SchemaError/)
        assert.strictEqual(JSON.parse(stdout).error.target, name)
      }
    }
  })

  it("is as if it were not there where it is blank", async () => {
    const here = await serving({ OPENAI_MODEL: " " })
    const { status, stderr } = await here.stepwright("ask", "hello")
    assert.deepStrictEqual(
      [status, stderr.split("\n")[0]],
      [0, "asks gpt-5.1 (the default; set OPENAI_MODEL or --model)"]
    )
    assert.match(stderr, /^gpt-5\.1: 10/m)
  })
})

describe("a damaged cassette", () => {
  it("says what to do: delete the file and record it anew", async () => {
    const here = await serving()
    const recorded = await here.stepwright(...run, "--model", "m", "--record", "tape")
    assert.strictEqual(recorded.status, 0, recorded.stderr)
    const [draft = ""] = readdirSync(here.path("tape"))
    const whole = here.read(`tape/${draft}`)
    for (const damaged of [
      "",
      "{",
      "<<<<<<< ours\n",
      whole.replace('"version": 2', '"version": 3'),
      "[1]",
      whole.replace("one", "two")
    ]) {
      here.write(`tape/${draft}`, damaged)
      // oxlint-disable-next-line no-await-in-loop -- one process at a time, so that none waits for the others
      const { status, stderr } = await here.stepwright(...run, "--replay", "tape")
      assert.strictEqual(status, 1, stderr)
      assert.match(stderr, /failed at draft: [^]*delete it.*--replay DIR --record DIR/)
      assert.include(stderr, `tape/${draft}`)
    }
    here.write("single.json", '{"version": 1, "entries": 3}')
    for (const args of [
      [...run, "--replay", "single.json"],
      ["cassette", "migrate", "single.json"]
    ]) {
      // oxlint-disable-next-line no-await-in-loop -- as above
      const { status, stderr } = await here.stepwright(...args)
      assert.strictEqual(status, 3, stderr)
      assert.match(stderr, /single\.json:1:\d+\).*mend it|single\.json:1:\d+\).*record one with --record/)
    }
  })

  it("that is not there is refused as any other file", async () => {
    const here = await serving()
    for (const [args, says] of [
      [["cassette", "migrate", "none.json"], /^stepwright: there is no file none\.json: name one that is there\n$/],
      [["cassette", "migrate", "no/such/none.json", "to"], /there is no file no\/such\/none\.json/],
      [["cassette", "migrate", "none"], /there is no file none/],
      [["cassette", "prune", "none", "--run", "latest"], /there is no folder none/]
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop -- one process at a time, so that none waits for the others
      const { status, stderr, stdout } = await here.stepwright(...args)
      assert.deepStrictEqual([status, stdout], [2, ""], stderr)
      assert.match(stderr, says)
    }
  })
})
