import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { call, inFolder, startedWith } from "../../support/commandLine.ts"
import { saying } from "../../support/saying.ts"
import * as checkedLines from "../../../src/internal/journal/checkedLines.ts"

const bound = saying()

/** A folder with a finished run, and the lines of its journal, which `damage` changes. */
const damaged = Effect.fnUntraced(function* (damage: (lines: ReadonlyArray<string>) => ReadonlyArray<string>) {
  const run = yield* startedWith(bound)
  const file = `.stepwright/runs/${run}/events.jsonl`
  const lines = readFileSync(file, "utf8").trimEnd().split("\n")
  const changed = `${damage(lines).join("\n")}\n`
  writeFileSync(file, changed)
  return { run, file, lines, changed }
})

const numberOf = (lines: ReadonlyArray<string>, ...parts: ReadonlyArray<string>) =>
  lines.findIndex((line) => parts.every((part) => line.includes(part)))

const flip = (lines: ReadonlyArray<string>, ...parts: ReadonlyArray<string>) => {
  const at = numberOf(lines, ...parts)
  return lines.with(at, lines[at]!.replace(/"at":\d/u, '"at":9'))
}

describe("repair", () => {
  it.effect("drops a damaged line, names what is lost, and keeps the damaged file", () =>
    Effect.gen(function* () {
      const { changed, file, lines, run } = yield* damaged((all) => flip(all, "StepSucceeded", '"path":"first"'))
      const line = numberOf(lines, "StepSucceeded", '"path":"first"') + 1
      for (const args of [["status"], ["resume", run], ["plan"], ["set", "first", "doc.md"]]) {
        const refused = yield* call(args, bound)
        assert.strictEqual(refused.status, 3, args.join(" "))
        assert.include(refused.err, `events.jsonl:${line}: it was changed: its checksum does not hold`)
        assert.include(refused.err, `\`repair ${run}\` drops what is damaged`)
      }
      assert.strictEqual(readFileSync(file, "utf8"), changed)
      const { err, out, status } = yield* call(["repair"], bound)
      assert.strictEqual(status, 0, err)
      assert.include(out, `lost: line ${line}, StepSucceeded of first`)
      assert.include(err, `plan ${run}`)
      assert.strictEqual(readFileSync(`${file}.damaged`, "utf8"), changed)
      const resumed = yield* call(["resume", "--json"], bound)
      assert.strictEqual(JSON.parse(resumed.out).status, "COMPLETED", resumed.err)
    }).pipe(inFolder)
  )

  it.effect("puts lines in order again, and says how many are missing", () =>
    Effect.gen(function* () {
      const { run } = yield* damaged((all) => {
        const at = numberOf(all, "StepStarted")
        return all
          .with(at, all[at + 1]!)
          .with(at + 1, all[at]!)
          .toSpliced(-3, 1)
      })
      const { out } = yield* call(["repair", run, "--json"], bound)
      assert.deepStrictEqual(JSON.parse(out).lost, [{ what: "a line that is missing" }])
      assert.strictEqual((yield* call(["status"], bound)).status, 0)
      assert.match((yield* call(["repair"], bound)).out, /^the journal of run \S+ is whole: \d+ events\n$/)
    }).pipe(inFolder)
  )

  it.effect("notices damage in the last line, which was told, and keeps it", () =>
    Effect.gen(function* () {
      const { changed, file } = yield* damaged((all) => flip(all, "RunEnded"))
      const { err, status } = yield* call(["status"], bound)
      assert.strictEqual(status, 3)
      assert.include(err, "it was changed: its checksum does not hold")
      assert.match((yield* call(["repair"], bound)).out, /\nlost: line \d+, RunEnded\n$/)
      assert.strictEqual(readFileSync(`${file}.damaged`, "utf8"), changed)
      assert.strictEqual((yield* call(["resume"], bound)).status, 0)
    }).pipe(inFolder)
  )

  it.effect("says of an end that was never whole that it does not count, as does who goes on without it", () =>
    Effect.gen(function* () {
      const { changed, file } = yield* damaged((all) => all)
      const torn = changed.slice(0, -20)
      for (const args of [["repair"], ["status"], ["set", "first", "doc.md"]]) {
        writeFileSync(file, torn)
        const { err, status } = yield* call(args, bound)
        assert.strictEqual(status, 0, err)
        assert.match(err, /events\.jsonl: its end was never whole, and does not count \(\d+ bytes\)/u, args.join(" "))
        assert.strictEqual(err.split("does not count").length, 2)
      }
    }).pipe(inFolder)
  )

  it.effect.each<readonly [json: string, said: string]>([
    ['{"_tag":"StepBegan","at":1}', 'StepBegan: there is no event "StepBegan"'],
    ['{"_tag":"InputProvided","input":1e400,"at":1}', "InputProvided: "],
    ['{"_tag":"StepStarted","path":"first",}', "StepStarted of first: it is no JSON"],
    ["null}", "what cannot be read: it is no JSON"],
    ['{"_tag":"Journal","format":2,"run":"r"}', 'Journal: there is no event "Journal"']
  ])("drops a line that is as somebody wrote it, but no event: %s", ([json, said]) =>
    Effect.gen(function* () {
      const { file, lines, run } = yield* damaged((all) => all)
      writeFileSync(file, `${readFileSync(file, "utf8")}${checkedLines.print(run, lines.length, json)}`)
      const refused = yield* call(["status"], bound)
      assert.strictEqual(refused.status, 3)
      assert.include(refused.err, `events.jsonl:${lines.length + 1}: `)
      const { err, out, status } = yield* call(["repair"], bound)
      assert.strictEqual(status, 0, err)
      assert.include(out, `\nlost: line ${lines.length + 1}, ${said}`)
      assert.strictEqual(readFileSync(file, "utf8"), `${lines.join("\n")}\n`)
    }).pipe(inFolder)
  )

  it.effect("leaves what was changed throughout, and so does who begins a run of that name", () =>
    Effect.gen(function* () {
      const { file, lines, run } = yield* damaged((all) => all)
      writeFileSync("state.json", (yield* call(["export"], bound)).out)
      const changed = lines.map((line) => `${line}\r\n`).join("")
      writeFileSync(file, changed)
      for (const args of [["repair"], ["status"], ["resume"], ["import", "state.json", "--run", run]]) {
        const { err, status } = yield* call(args, bound)
        assert.isAbove(status, 0, args.join(" "))
        assert.include(err, "it was changed throughout, and no checksum holds", args.join(" "))
        assert.strictEqual(readFileSync(file, "utf8"), changed)
      }
      writeFileSync(file, changed.replaceAll("\r", ""))
      assert.strictEqual((yield* call(["status"], bound)).status, 0)
    }).pipe(inFolder)
  )

  it.effect("does not begin a run in a folder that holds something else", () =>
    Effect.gen(function* () {
      yield* damaged((all) => all)
      writeFileSync("state.json", (yield* call(["export"], bound)).out)
      mkdirSync(".stepwright/runs/notes")
      writeFileSync(".stepwright/runs/notes/mine.txt", "mine")
      const { err, status } = yield* call(["import", "state.json", "--run", "notes"], bound)
      assert.deepStrictEqual(
        [status, err.includes(".stepwright/runs/notes is no run, and holds mine.txt")],
        [2, true],
        err
      )
      assert.deepStrictEqual(readdirSync(".stepwright/runs/notes"), ["mine.txt"])
    }).pipe(inFolder)
  )

  it.effect("says when the beginning is lost, and leaves all as it is", () =>
    Effect.gen(function* () {
      const { changed, file, run } = yield* damaged((all) => flip(all, "RunInitialized"))
      const { err, status } = yield* call(["repair", run], bound)
      assert.strictEqual(status, 1)
      assert.include(err, "the line with which the run began is lost, and its input with it")
      assert.strictEqual(readFileSync(file, "utf8"), changed)
      assert.notInclude(readdirSync(`.stepwright/runs/${run}`).join(), "damaged")
    }).pipe(inFolder)
  )
})
