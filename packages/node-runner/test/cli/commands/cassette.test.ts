import { readdirSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { serve } from "../../support/modelServer.ts"
import { type Place, place } from "../../support/place.ts"

const outline = JSON.stringify({ title: "Effect", points: ["one", "two"] })
const run = (topic: string) => {
  const input = JSON.stringify({ topic, words: 3 })
  return ["run", "--workflow", "article.ts#article", "--input", input]
}

/** A folder with a recording of two runs, of which only the topic differs. */
const recorded = async () => {
  const server = await serve((prompt) => (prompt.startsWith("Outline") ? outline : "An article."))
  const here = place(["article.ts"], { OPENAI_API_KEY: "sk-test-1234", OPENAI_BASE_URL: server.url })
  for (const topic of ["Effect", "Cause"]) {
    // oxlint-disable-next-line no-await-in-loop -- one after another, as a person would
    const { status, stderr } = await here.stepwright(...run(topic), "--replay", "tape", "--record", "tape")
    assert.strictEqual(status, 0, stderr)
  }
  assert.strictEqual(server.asked.length, 3)
  return here
}

const files = (here: Place, folder: string) => readdirSync(here.path(folder)).toSorted()

/** A cassette as an earlier version wrote it, of what a folder has. */
const single = (here: Place, folder: string) =>
  JSON.stringify(
    {
      version: 1,
      entries: files(here, folder).map((name) => {
        const { version: _, ...entry } = JSON.parse(here.read(`${folder}/${name}`))
        return entry
      })
    },
    null,
    2
  )

describe("a cassette, from the command line", () => {
  it("tells at the end of a replay what was not used, and prunes that for the runs that it is told", async () => {
    const here = await recorded()
    const replayed = await here.stepwright(...run("Effect"), "--replay", "tape")
    assert.match(
      replayed.stdout,
      /\nnot used: 1 reply of tape \(outline\); look with `stepwright cassette prune tape --run \S+ --dry-run`\n/
    )
    const { unusedReplies } = JSON.parse((await here.stepwright(...run("Effect"), "--replay", "tape", "--json")).stdout)
    assert.deepStrictEqual(unusedReplies, [{ path: "outline", step: "outline", turn: 1 }])

    const before = files(here, "tape")
    writeFileSync(here.path("tape/README.md"), "mine")
    const dry = await here.stepwright("cassette", "prune", "tape", "--run", "latest", "--dry-run")
    assert.match(dry.stdout, /^would remove tape\/outline@[\da-f]{12}\.json\n1 reply to remove, 2 kept\n$/)
    assert.deepStrictEqual(files(here, "tape"), ["README.md", ...before])

    const pruned = JSON.parse((await here.stepwright("cassette", "prune", "tape", "--run", "latest", "--json")).stdout)
    assert.deepInclude(pruned, { folder: "tape", dryRun: false, kept: 2 })
    const [{ file, ...origin }] = pruned.removed
    assert.deepStrictEqual(origin, { path: "outline", step: "outline", turn: 1 })
    assert.deepStrictEqual(files(here, "tape"), ["README.md", ...before.filter((name) => name !== file)])

    const used = await here.stepwright(...run("Effect"), "--replay", "tape", "--json")
    assert.deepStrictEqual(JSON.parse(used.stdout).unusedReplies, [])
    const again = await here.stepwright("cassette", "prune", "tape", "--run", "latest")
    assert.strictEqual(again.stdout, "0 replies removed, 2 kept\n")
  })

  it("counts what a run asked for before it was stopped as used", async () => {
    const here = await recorded()
    const capped = await here.stepwright(...run("Effect"), "--replay", "tape", "--record", "tape", "--max-calls", "0")
    assert.strictEqual(capped.status, 0, capped.stderr)
    const draft = files(here, "tape").find((name) => name.startsWith("draft"))!
    renameSync(here.path(`tape/${draft}`), here.path(draft))
    assert.strictEqual((await here.stepwright(...run("Effect"), "--replay", "tape")).status, 1)
    renameSync(here.path(draft), here.path(`tape/${draft}`))
    const resumed = await here.stepwright("resume", "latest", "--json")
    assert.strictEqual(resumed.status, 0, resumed.stderr)
    // the outline of the other topic, as a run says that was not stopped
    const whole = await here.stepwright(...run("Effect"), "--replay", "tape", "--json")
    const { unusedReplies } = JSON.parse(whole.stdout)
    assert.deepStrictEqual(unusedReplies, [{ path: "outline", step: "outline", turn: 1 }])
    assert.deepStrictEqual(JSON.parse(resumed.stdout).unusedReplies, unusedReplies)
  })

  it("keeps for several runs what any of them asked for, and everything where none fits or one is damaged", async () => {
    const here = await recorded()
    const runs = readdirSync(here.path(".stepwright/runs"))
    const flags = runs.flatMap((id) => ["--run", id])
    assert.strictEqual(
      (await here.stepwright("cassette", "prune", "tape", ...flags)).stdout,
      "0 replies removed, 3 kept\n"
    )

    const before = files(here, "tape")
    const other = await here.stepwright("run", "--workflow", "article.ts#untitled", "--input", '"a text"')
    assert.strictEqual(other.status, 0, other.stderr)
    const none = await here.stepwright("cassette", "prune", "tape", "--run", "latest")
    assert.deepStrictEqual([none.status, none.stdout], [2, ""])
    assert.match(none.stderr, /latest asked for nothing that is in tape: name the runs that it is for/)

    writeFileSync(here.path(`tape/${before[0]}`), "{")
    const damaged = await here.stepwright("cassette", "prune", "tape", ...flags)
    assert.strictEqual(damaged.status, 3)
    assert.include(damaged.stderr, `tape/${before[0]}:1:2`)
    assert.deepStrictEqual(files(here, "tape"), before)
  })

  it("has no key that the command line knows, however that looks, and all that is no key", async () => {
    const key = "local/4711+abcdef.ghi"
    const said = (prompt: string) => (prompt.startsWith("Outline") ? outline : `The key is ${key}.`)
    for (const variable of ["OPENAI_API_KEY", "ANTHROPIC_API_KEY"]) {
      // oxlint-disable-next-line no-await-in-loop -- one process at a time
      const server = await serve(said)
      const keys = { OPENAI_API_KEY: "lm-studio", [variable]: key }
      const here = place(["article.ts"], { ...keys, OPENAI_BASE_URL: server.url })
      // oxlint-disable-next-line no-await-in-loop -- one process at a time
      const { status, stderr } = await here.stepwright(...run("lm-studio"), "--record", "tape")
      assert.strictEqual(status, 0, stderr)
      assert.include(stderr, "looks like a secret")
      const recorded = files(here, "tape")
      assert.strictEqual(recorded.length, 1)
      for (const name of recorded) assert.notInclude(here.read(`tape/${name}`), key)
    }
  })

  it("replays a single file of an earlier version, does not record over it, and makes a folder of it", async () => {
    const here = await recorded()
    const old = single(here, "tape")
    here.write("old.json", old)
    const replayed = await here.stepwright(...run("Effect"), "--replay", "old.json", "--json")
    assert.strictEqual(replayed.status, 0, replayed.stderr)
    assert.strictEqual(JSON.parse(replayed.stdout).unusedReplies.length, 1)

    const refused = await here.stepwright(...run("Effect"), "--record", "old.json")
    assert.strictEqual(refused.status, 3)
    assert.include(refused.stderr, "`stepwright cassette migrate old.json` makes a folder of it")
    const pruned = await here.stepwright("cassette", "prune", "old.json", "--run", "latest")
    assert.strictEqual(pruned.status, 2)

    const migrated = await here.stepwright("cassette", "migrate", "old.json")
    assert.strictEqual(migrated.stdout, "old has 3 replies of old.json, which is not needed any more\n")
    assert.deepStrictEqual(files(here, "old"), files(here, "tape"))
    for (const name of files(here, "tape")) assert.strictEqual(here.read(`old/${name}`), here.read(`tape/${name}`))
    assert.strictEqual(here.read("old.json"), old)

    rmSync(here.path(`old/${files(here, "old")[0]}`))
    const { folder, replies } = JSON.parse((await here.stepwright("cassette", "migrate", "old.json", "--json")).stdout)
    assert.deepStrictEqual([folder, replies.map(({ file }: { file: string }) => file)], ["old", files(here, "tape")])
  })

  it("refuses to migrate what is no single file", async () => {
    const here = await recorded()
    here.write("broken.json", '{ "version": 1, "entries": [')
    here.write("plain", single(here, "tape"))
    const cases: ReadonlyArray<readonly [args: ReadonlyArray<string>, status: number, message: RegExp]> = [
      [["tape"], 2, /tape is a folder already/],
      [["plain"], 2, /say which folder plain becomes/],
      [["none.json"], 2, /there is no file none\.json/],
      [["broken.json"], 3, /broken\.json:1:29/],
      [["plain", "broken.json"], 3, /cassette broken\.json: /]
    ]
    for (const [args, status, message] of cases) {
      // oxlint-disable-next-line no-await-in-loop -- one process at a time, so that none waits for the others
      const refused = await here.stepwright("cassette", "migrate", ...args)
      assert.strictEqual(refused.status, status, refused.stderr)
      assert.match(refused.stderr, message)
    }
    assert.isFalse(here.exists("none"))
  })
})
