import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Service } from "../../../src/cli/watch/employer.ts"
import type { Go, Message, Planned } from "../../../src/cli/watch/messages.ts"
import { serve } from "../../support/modelServer.ts"
import { type Place, place } from "../../support/place.ts"

const outline = JSON.stringify({ title: "Effect", points: ["one", "two"] })
const texts = (prompt: string) => (prompt.startsWith("Outline") ? outline : "An article.")
const prices = JSON.stringify({ date: "2026-11-01", models: { big: { input: 1000, output: 2000 } } })
const watch = ["watch", "--workflow", "article.ts#article", "--prices", "prices.json"]
const topic = (topic: string) => JSON.stringify({ topic, words: 3 })

const there = async () => {
  const server = await serve(texts)
  const here = place(["article.ts"], { OPENAI_API_KEY: "k", OPENAI_BASE_URL: server.url, OPENAI_MODEL: "big" })
  here.write("prices.json", prices)
  here.write("input.json", topic("Effect"))
  return { here, server }
}

/** Has a process plan, and go on if it is let; gives what it told, and how it ended. */
const worked = async (here: Place, args: ReadonlyArray<string>, go?: Omit<Go, "_tag">) => {
  const told: Array<Message> = []
  const employer: Service = {
    run: args.includes("--run") ? args[args.indexOf("--run") + 1]! : "watched",
    seen: { add: () => {}, around: (load) => load },
    hide: () => {},
    files: () => [],
    tell: (message) => Effect.sync(() => void told.push(message)),
    go: go === undefined ? Effect.interrupt : Effect.succeed({ _tag: "Go", ...go })
  }
  const { status, stderr, stdout } = await here.employedBy(employer).stepwright(...watch, ...args)
  return { told, status, stderr, stdout }
}

const planOf = ([first]: ReadonlyArray<Message>): Planned => {
  assert.strictEqual(first?._tag, "Planned", JSON.stringify(first))
  return first as Planned
}

const actions = (told: ReadonlyArray<Message>) =>
  planOf(told).plan.map(({ action, path, usd }) => [path, action, ...(usd === undefined ? [] : [usd])])

describe("what a watch has looked at", () => {
  it("is planned without a trace, run when it is let, and planned with what each step cost last", async () => {
    const { here, server } = await there()
    const input = ["--input", "input.json"]
    const first = await worked(here, input)
    assert.deepStrictEqual(actions(first.told), [
      ["outline", "run"],
      ["draft", "perhaps"],
      ["signed", "perhaps"]
    ])
    assert.deepInclude(planOf(first.told), { run: "watched", isBegun: false, isDone: false, spent: 0 })
    assert.isFalse(here.exists(".stepwright/runs"))
    assert.strictEqual(server.asked.length, 0)

    const ran = await worked(here, input, {})
    assert.strictEqual(ran.status, 0, ran.stderr)
    assert.match(ran.stdout, /^COMPLETED /m)
    assert.strictEqual(server.asked.length, 2)

    const done = await worked(here, input)
    assert.deepInclude(planOf(done.told), { isBegun: true, isDone: true, spent: 0.04 })
    here.write("input.json", topic("Scope"))
    const changed = await worked(here, input)
    assert.isFalse(planOf(changed.told).isDone)
    assert.deepStrictEqual(actions(changed.told).slice(0, 2), [
      ["outline", "run", 0.02],
      ["draft", "perhaps", 0.02]
    ])
    // what is planned only is no part of the run
    const { records, input: kept } = JSON.parse((await here.stepwright("export", "latest")).stdout)
    assert.deepStrictEqual([kept.topic, Object.keys(records).length], ["Effect", 3])

    const again = await worked(here, input, {})
    assert.strictEqual(again.status, 0, again.stderr)
    const { input: now } = JSON.parse((await here.stepwright("export", "latest")).stdout)
    assert.strictEqual(now.topic, "Scope")
  })

  it("knows what a step cost in another run of its workflow", async () => {
    const { here } = await there()
    const { status, stderr } = await here.stepwright("run", ...watch.slice(1), "--input", topic("Rain"))
    assert.strictEqual(status, 0, stderr)
    const { told } = await worked(here, ["--input", "input.json"])
    assert.deepStrictEqual(actions(told)[0], ["outline", "run", 0.02])
  })

  it("runs within a cap, and without one where a price is unknown, once it is let", async () => {
    const { here, server } = await there()
    const input = ["--input", "input.json", "--max-output-tokens", "10"]
    const poor = await worked(here, input, { maxUsd: 0.001 })
    assert.strictEqual(poor.status, 4, poor.stderr)
    assert.strictEqual(server.asked.length, 0)
    const odd = await worked(here, [...input, "--model", "odd"], { maxUsd: 1 })
    assert.match(odd.told[1]?._tag === "Unpriced" ? odd.told[1].detail : "", /^no price is known for odd: /)
    assert.strictEqual(server.asked.length, 0)
    const { status, stderr } = await worked(here, [...input, "--model", "odd"], {})
    assert.strictEqual(status, 0, stderr)
    assert.strictEqual(server.asked.length, 2)
  })

  it("tells what is wrong in place of printing it", async () => {
    const { here } = await there()
    for (const [args, problem] of [
      [["--input", "{}"], /topic/],
      [["--input", "none.json"], /neither JSON nor a file/],
      [["--input", "input.json", "--run", "nope"], /there are no runs here/]
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      const { status, stderr, told } = await worked(here, args)
      assert.strictEqual(status, 2)
      assert.strictEqual(stderr, "")
      assert.match(told[0]?._tag === "Failed" ? told[0].error.message : "", problem)
    }
  })

  it("goes on with a run that is there, with its own input unless another is named", async () => {
    const { here, server } = await there()
    await here.stepwright("run", ...watch.slice(1), "--input", topic("Rain"))
    const { run } = JSON.parse((await here.stepwright("export", "latest")).stdout)
    const own = await worked(here, ["--run", run.slice(0, -2)])
    assert.deepInclude(planOf(own.told), { run, isBegun: true, isDone: true })
    const other = await worked(here, ["--run", run, "--input", "input.json"], {})
    assert.deepInclude(planOf(other.told), { run, isDone: false })
    assert.strictEqual(other.status, 0, other.stderr)
    assert.strictEqual(JSON.parse((await here.stepwright("export", "latest")).stdout).input.topic, "Effect")
    // a draft depends on what the outline says alone
    assert.strictEqual(server.asked.length, 3)
  })
})
