import { assert, describe, it } from "@effect/vitest"
import { type Answer, serve } from "../../support/modelServer.ts"
import { place } from "../../support/place.ts"

const outline = JSON.stringify({ title: "Effect", points: ["one", "two"] })
const topic = JSON.stringify({ topic: "Effect", words: 3 })
const run = ["run", "--workflow", "article.ts#article", "--input", topic]
const texts = (prompt: string) => (prompt.startsWith("Outline") ? outline : "An article.")
const table = (models: object) => JSON.stringify({ date: "2026-11-01", models })
const big = { input: 1000, output: 2000 }

const serving = async (answer: (prompt: string) => Answer) => {
  const server = await serve(answer)
  const here = place(["article.ts"], { OPENAI_API_KEY: "sk-test-1234", OPENAI_BASE_URL: server.url })
  here.write("prices.json", table({ big }))
  return { here, server }
}

describe("a cap in USD, from the command line", () => {
  const capped = [...run, "--model", "big", "--prices", "prices.json", "--max-usd", "20", "--max-output-tokens", "1000"]

  it("counts a model that answers under a name without a price as the one that was asked, and says so once", async () => {
    const { here } = await serving((prompt) => ({ text: texts(prompt), model: "alien" }))
    const { status, stderr, stdout } = await here.stepwright(...capped, "--json")
    assert.strictEqual(status, 0, stderr)
    assert.strictEqual(stderr.split("alien").length, 2, stderr)
    assert.match(stderr, /^warning: alien has no price.*counted as big.*--prices/m)
    const told = JSON.parse(stdout)
    // what it cost is not known; what is left of the cap is
    assert.deepStrictEqual([told.status, told.usd], ["COMPLETED", null])

    const more = await here.stepwright("step", "draft", "--force")
    assert.strictEqual(more.status, 0, more.stderr)
    const poor = await here.stepwright("resume", "--max-usd", "0.05")
    assert.strictEqual(poor.status, 0, poor.stderr)
    const refused = await here.stepwright("step", "draft", "--force")
    assert.strictEqual(refused.status, 4, refused.stderr)
    // 3 replies of 10 + 5 tokens, as big ones
    assert.match(refused.stderr, /maxUsd is \$0\.05, \$0\.06 (is|are) spent/)
  })

  it("says nothing where the model that answers has a price of its own", async () => {
    const { here } = await serving((prompt) => ({ text: texts(prompt), model: "big-2026-01-01" }))
    const { status, stderr, stdout } = await here.stepwright(...capped)
    assert.strictEqual(status, 0, stderr)
    assert.notMatch(stderr, /price/)
    assert.include(stdout, "$0.04")
  })

  it("is refused before anything is asked where a model has no price, with the flag that helps", async () => {
    const { here, server } = await serving(texts)
    for (const args of [
      [...run, "--model", "odd", "--max-usd", "1"],
      [...run, "--model", "odd", "--max-usd", "0"],
      [...run, "--model", "gpt-5.1", "--prices", "prices.json", "--max-usd", "1"]
    ]) {
      // oxlint-disable-next-line no-await-in-loop -- one process at a time, so that none waits for the others
      const { status, stderr, stdout } = await here.stepwright(...args, "--json")
      assert.strictEqual(status, 3, stderr)
      assert.match(stderr, /no price is known for (odd|gpt-5\.1).*--prices/)
      assert.match(JSON.parse(stdout).error.fix, /--prices/)
    }
    const byDefault = place(["article.ts"], { OPENAI_API_KEY: "k", OPENAI_BASE_URL: server.url, OPENAI_MODEL: "llama" })
    assert.match((await byDefault.stepwright(...run, "--max-usd", "1")).stderr, /no price is known for llama/)
    assert.strictEqual(server.asked.length, 0)
  })

  it("says that what was spent before it has no price, before more is spent", async () => {
    const { here } = await serving((prompt) =>
      prompt.startsWith("Outline") ? texts(prompt) : { status: 400, error: { message: "no" } }
    )
    assert.strictEqual((await here.stepwright(...run, "--model", "odd")).status, 1)
    const { stderr } = await here.stepwright("resume", "--model", "gpt-5.1", "--max-usd", "5")
    assert.match(stderr, /^warning: no price is known for odd, .*dearest/m)
  })

  it("refuses nothing that calls nothing for want of a price", async () => {
    const server = await serve(texts)
    const key = { OPENAI_API_KEY: "k", OPENAI_BASE_URL: server.url }
    const here = place(["article.ts"], { ...key, OPENAI_MODEL: "gpt-5.1" })
    assert.strictEqual((await here.stepwright(...run, "--max-usd", "5")).status, 0)
    const calls = server.asked.length
    const odd = here.withEnv({ ...key, OPENAI_MODEL: "odd" })
    for (const args of [["resume"], ["step", "draft"], ["step", "signed"]]) {
      // oxlint-disable-next-line no-await-in-loop -- one process at a time
      const { status, stderr } = await odd.stepwright(...args)
      assert.strictEqual(status, 0, `${args.join(" ")}: ${stderr}`)
    }
    assert.strictEqual(server.asked.length, calls)
    const forced = await odd.stepwright("step", "draft", "--force")
    assert.strictEqual(forced.status, 3, forced.stderr)
    assert.match(forced.stderr, /no price is known for odd/)
    here.write("outline.json", JSON.stringify({ title: "Other", points: [] }))
    assert.strictEqual((await here.stepwright("set", "outline", "outline.json")).status, 0)
    for (const args of [["resume"], ["step", "draft"]]) {
      // oxlint-disable-next-line no-await-in-loop -- one process at a time
      assert.strictEqual((await odd.stepwright(...args)).status, 3, args.join(" "))
    }
    assert.strictEqual(server.asked.length, calls)
  })
})

describe("a run that stopped", () => {
  it("is shown with the command that goes on with it, and the flag with which it gets further", async () => {
    const { here } = await serving(texts)
    const capped = await here.stepwright(...run, "--max-calls", "1", "--json")
    assert.strictEqual(capped.status, 4, capped.stderr)
    assert.match(capped.stderr, /maxCalls is 1, and 1 call was made/)
    const { error, run: id } = JSON.parse(capped.stdout)
    assert.strictEqual(error.fix, `stepwright resume ${id} --max-calls 2`)
    const shown = await here.stepwright("status")
    assert.match(shown.stdout, new RegExp(`^go on with: stepwright resume ${id} --max-calls 2$`, "m"))
    const told = JSON.parse((await here.stepwright("status", "--json")).stdout)
    assert.strictEqual(told.error.fix, error.fix)
    assert.strictEqual((await here.stepwright("resume", "--max-calls", "2")).status, 0)
    assert.notMatch((await here.stepwright("status")).stdout, /go on with/)
  })
})
