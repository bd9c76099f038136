import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, utimesSync, writeFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { person } from "../../support/asking.ts"
import { call, inFolder, startedWith } from "../../support/commandLine.ts"
import { saying } from "../../support/saying.ts"

const bound = saying()
const runs = ".stepwright/runs"

const started = startedWith(bound)

/** Makes a file or a folder two hours old. */
const age = (path: string) => utimesSync(path, new Date(Date.now() - 7_200_000), new Date(Date.now() - 7_200_000))

describe("rm", () => {
  it.effect("removes runs, and nothing else", () =>
    Effect.gen(function* () {
      const [one, two, three] = [yield* started, yield* started, yield* started]
      const { err, out, status } = yield* call(["rm", one, three, one, "--yes"], bound)
      assert.deepStrictEqual([status, out], [0, `removed 2 runs: ${one}, ${three}\n`], err)
      assert.deepStrictEqual(readdirSync(runs), [two])
      assert.strictEqual((yield* call(["status", one], bound)).status, 2)
    }).pipe(inFolder)
  )

  it.effect("asks before it does, and does nothing unasked", () =>
    Effect.gen(function* () {
      const run = yield* started
      const unasked = yield* call(["rm", run], bound)
      assert.strictEqual(unasked.status, 2)
      assert.include(unasked.err, "add --yes")
      for (const answer of ["no", ""]) {
        const { err } = yield* person(answer).there(call(["rm", run], bound))
        assert.strictEqual(err, "nothing is removed\n")
      }
      assert.isTrue(existsSync(`${runs}/${run}`))
      const { asked, there } = person("yes")
      yield* there(call(["rm", run], bound))
      assert.deepStrictEqual(asked, [`remove ${run}? (yes/no): `])
      assert.isFalse(existsSync(`${runs}/${run}`))
    }).pipe(inFolder)
  )

  it.effect("refuses a run that a process is at, and an id that is none, before it removes anything", () =>
    Effect.gen(function* () {
      const run = yield* started
      const busy = yield* started
      writeFileSync(`${runs}/${busy}/claim.9`, readFileSync(`${runs}/${busy}/claim.1.ended`, "utf8"))
      assert.strictEqual((yield* call(["rm", busy, "--yes"], bound)).status, 3)
      assert.strictEqual((yield* call(["rm", run, "nobody", "--yes"], bound)).status, 2)
      assert.sameMembers(readdirSync(runs), [run, busy])
    }).pipe(inFolder)
  )
})

describe("a run that a killed process was removing", () => {
  it.effect("is listed no more, and gc removes the rest of it", () =>
    Effect.gen(function* () {
      const [run, other] = [yield* started, yield* started]
      renameSync(`${runs}/${other}`, `${runs}/.removed-${other}`)
      writeFileSync(`${runs}/.gitignore`, "*")
      const listed: ReadonlyArray<{ readonly run: string }> = JSON.parse((yield* call(["list", "--json"], bound)).out)
      assert.deepStrictEqual(
        listed.map((entry) => entry.run),
        [run]
      )
      assert.strictEqual((yield* call(["status", `.removed-${other}`], bound)).status, 2)
      yield* call(["gc"], bound)
      assert.sameMembers(readdirSync(runs), [".gitignore", run])
    }).pipe(inFolder)
  )
})

describe("gc", () => {
  it.effect("removes what was left and is old, says what that is, and leaves runs", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.now())
      const run = yield* started
      mkdirSync(`${runs}/begun`)
      mkdirSync(`${runs}/just-begun`)
      mkdirSync(`${runs}/.removed-other`)
      writeFileSync(`${runs}/${run}/.events.jsonl.1234567890.part`, "")
      for (const path of ["begun", ".removed-other", `${run}/.events.jsonl.1234567890.part`]) age(`${runs}/${path}`)
      const left = [`${runs}/.removed-other`, `${runs}/begun`, `${runs}/${run}/.events.jsonl.1234567890.part`]
      const dry = JSON.parse((yield* call(["gc", "--dry-run", "--json"], bound)).out)
      assert.sameMembers(dry.leftovers, left)
      assert.deepStrictEqual(dry.runs, [])
      const { out } = yield* call(["gc"], bound)
      assert.match(out, /3 leftovers and 0 runs removed\n$/)
      assert.sameMembers(readdirSync(runs), [run, "just-begun"])
      assert.strictEqual((yield* call(["status", run], bound)).status, 0)
    }).pipe(inFolder)
  )

  it.effect("leaves what no process of it made, and what prompts and replies are in", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.now())
      mkdirSync(`${runs}/notes`, { recursive: true })
      mkdirSync(`${runs}/without-events`)
      mkdirSync(`${runs}/saved copy`)
      mkdirSync(`${runs}/begun`)
      writeFileSync(`${runs}/begun/run.json`, "{}")
      writeFileSync(`${runs}/begun/claim.1`, "{}")
      age(`${runs}/begun`)
      mkdirSync(`${runs}/../out`)
      writeFileSync(`${runs}/../out/notes.md`, "of mine")
      age(`${runs}/../out/notes.md`)
      const kept = [".gitignore", "README.md", "notes/idea.md", "without-events/texts.jsonl"]
      for (const file of kept) writeFileSync(`${runs}/${file}`, "")
      for (const path of [...kept, "notes", "without-events", "saved copy"]) age(`${runs}/${path}`)
      assert.deepStrictEqual(JSON.parse((yield* call(["gc", "--json"], bound)).out).leftovers, [`${runs}/begun`])
      assert.sameMembers(readdirSync(runs), [".gitignore", "README.md", "notes", "saved copy", "without-events"])
      assert.isTrue(existsSync(`${runs}/../out/notes.md`))
    }).pipe(inFolder)
  )

  it.effect("removes completed runs of long ago where it is told to", () =>
    Effect.gen(function* () {
      const old = yield* started
      yield* TestClock.adjust("40 days")
      const young = yield* started
      assert.match((yield* call(["gc"], bound)).out, /0 runs removed/)
      const { out } = yield* call(["gc", "--older-than", "30"], bound)
      assert.include(out, `removed run ${old}\n`)
      assert.sameMembers(readdirSync(runs), [young])
    }).pipe(inFolder)
  )
})
