import { assert, describe, it } from "@effect/vitest"
import { place } from "../../../../../test/support/cli.ts"
import { serve } from "../../support/modelServer.ts"
import { placeIn } from "../../support/place.ts"

const account = (url: string) => ({ OPENAI_API_KEY: "key", OPENAI_BASE_URL: url, OPENAI_MODEL: "model" })

/** A folder with a run that was killed at each of these replies of a model to its first step, in turn. */
const killedAt = async (...replies: ReadonlyArray<string>) => {
  const server = await serve((prompt) =>
    prompt.startsWith("A number for 3")
      ? "4"
      : prompt.startsWith("A number")
        ? "no"
        : prompt.includes("nor")
          ? "3"
          : "nor"
  )
  const there = place(["mortal.ts"], account(server.url))
  const begin = ["run", "--input", '{"text":"go"}', "--workflow", "mortal.ts"]
  for (const [i, reply] of replies.entries()) {
    there.write("die", reply)
    const killed = there.start(...(i === 0 ? begin : ["resume"]))
    // oxlint-disable-next-line no-await-in-loop -- one process after another
    await killed.ended
    assert.strictEqual(killed.process.signalCode, "SIGKILL")
  }
  return { here: placeIn(there, { env: account(server.url) }), server }
}

describe("a process that is killed between a reply and its result", () => {
  it("has the reply on disk, and it is asked for once, however often that happens", async () => {
    const { here, server } = await killedAt("no", "nor", "3")
    const { status, stderr, stdout } = await here.stepwright("resume", "--json")
    assert.strictEqual(status, 0, stderr)
    assert.strictEqual(server.asked.length, 4)
    const { output, replies, tokens } = JSON.parse(stdout)
    assert.deepStrictEqual([output, replies], [{ first: "3", last: "4" }, 4])
    assert.deepStrictEqual([tokens.input, tokens.output], [40, 20])
  })

  it("asks again for a reply whose text was damaged, once a person has dropped that", async () => {
    const { here, server } = await killedAt("3")
    const { run } = JSON.parse((await here.stepwright("status", "--json")).stdout)
    const events = `.stepwright/runs/${run}/events.jsonl`
    here.write(events, here.read(events).replace('"text":"3"', '"text":"5"'))
    const refused = await here.stepwright("resume")
    assert.strictEqual(refused.status, 3)
    assert.match(refused.stderr, /events\.jsonl:\d+: it was changed: its checksum does not hold/)
    assert.match((await here.stepwright("repair", run)).stdout, /^lost: line \d+, a prompt or a reply$/m)
    const { status, stderr } = await here.stepwright("resume")
    assert.strictEqual(status, 0, stderr)
    assert.strictEqual(server.asked.length, 5)
    assert.strictEqual((await here.stepwright("show", "first")).stdout, "3\n")
  })

  it("leaves its replies to a fork too", async () => {
    const { here, server } = await killedAt("nor")
    const fork = await here.stepwright("fork", "last", "--run", "second")
    assert.deepStrictEqual([fork.status, fork.stdout], [0, "second\n"], fork.stderr)
    const { status, stderr } = await here.stepwright("resume", "second")
    assert.strictEqual(status, 0, stderr)
    assert.strictEqual(server.asked.length, 4)
  })
})

describe("a process that is killed before the reply", () => {
  it("leaves it known that a new result was asked for", async () => {
    let onRequest = () => {}
    let word = "1"
    const server = await serve(() => {
      onRequest()
      return word
    })
    const there = place(["mortal.ts"], account(server.url))
    const here = placeIn(there, { env: account(server.url) })
    const { stderr } = await here.stepwright("run", "--input", '{"text":"go"}', "--workflow", "mortal.ts")
    assert.strictEqual(server.asked.length, 2, stderr)
    word = "2"
    const forcing = there.start("step", "first", "--force")
    onRequest = () => void forcing.process.kill("SIGKILL")
    await forcing.ended
    onRequest = () => {}
    assert.match((await here.stepwright("plan")).stdout, /^run +first +a new result was asked for\nperhaps +last/)
    const resumed = await here.stepwright("resume", "--json")
    assert.deepStrictEqual(JSON.parse(resumed.stdout).output, { first: "2", last: "2" }, resumed.stderr)
    assert.strictEqual(server.asked.length, 5)
  })
})
