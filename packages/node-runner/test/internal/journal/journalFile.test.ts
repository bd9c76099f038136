import { Buffer } from "node:buffer"
import { assert, describe, it } from "@effect/vitest"
import { WorkflowEvent } from "@stepwright/core"
import { Arbitrary, Effect, Result } from "effect"
import * as checkedLines from "../../../src/internal/journal/checkedLines.ts"
import * as journalFile from "../../../src/internal/journal/journalFile.ts"

const begin = {
  _tag: "RunInitialized",
  format: 2,
  run: "r",
  workflow: "w",
  version: 1,
  definition: "d",
  input: { topic: "Größe" },
  at: 1
} as const satisfies WorkflowEvent.WorkflowEvent

/** The line of a beginning with this input. */
const beginWith = (input: string) => JSON.stringify({ ...begin, input: "INPUT" }).replace('"INPUT"', () => input)

const nested = (open: string, close: string, inner = "", depth = 100_000) =>
  `${open.repeat(depth)}${inner}${close.repeat(depth)}`

const started = (n: number) => ({ _tag: "StepStarted", path: `each/${n}`, step: "s", at: n }) as const

const text = (n: number) => `reply ${n}: "quoted", ü, \u2028 and\nlines of ${"text ".repeat(12)}`

/** A journal of a little more than so many bytes, in lines, texts between the events. */
const linesOf = (size: number): ReadonlyArray<string> => {
  const lines = [journalFile.line("r", 0, journalFile.header("r")), journalFile.line("r", 1, begin)]
  for (let bytes = 0; bytes < size; bytes += lines.at(-1)!.length) {
    const number = lines.length
    lines.push(
      number % 3 === 0
        ? journalFile.line("r", number, { hash: `hash${number}`, text: text(number) })
        : journalFile.line("r", number, started(number))
    )
  }
  return lines
}

interface Found {
  readonly fault?: journalFile.Fault
  readonly events?: ReadonlyArray<WorkflowEvent.WorkflowEvent>
  readonly texts?: ReadonlyArray<string | undefined>
  /** Bytes at the end that do not count. */
  readonly torn?: number
}

const read = (bytes: Buffer, run = "r"): Found => {
  const checked = journalFile.check(run, bytes)
  if (Result.isFailure(checked)) return { fault: checked.failure }
  const events = journalFile.events(run, checked.success)
  if (Result.isFailure(events)) return { fault: events.failure }
  const { length } = checked.success
  const known = journalFile.hashes(checked.success).map((hash) => journalFile.text(checked.success, hash))
  return { events: events.success, texts: known, torn: bytes.length - length }
}

const readLines = (lines: ReadonlyArray<string>, run?: string) => read(Buffer.from(lines.join("")), run)

const lines = linesOf(4096)
const whole = readLines(lines)

/** Whether a change showed: as a fault where it is, or, where it looks so, as an end that was never whole. */
const assertNoticed = (found: Found, line: number, what: string, isTorn = false) => {
  if (!isTorn) {
    assert.isAtMost(Math.abs((found.fault?.line ?? Infinity) - line), 1, what)
    return
  }
  assert.deepStrictEqual({ ...found, torn: 0 }, readLines(lines.slice(0, line - 1)), what)
  assert.isAbove(found.torn ?? 0, 0, what)
}

describe("journalFile", () => {
  it("gives back events and texts", () => {
    assert.strictEqual(whole.torn, 0)
    assert.deepStrictEqual(whole.events?.slice(0, 2), [begin, started(2)])
    assert.strictEqual(whole.texts?.[0], text(3))
    assert.strictEqual(whole.events!.length + whole.texts!.length + 1, lines.length)
  })

  it("is lines of JSON for every other tool", () => {
    const [header, first] = lines.map((line) => JSON.parse(line))
    assert.deepStrictEqual({ ...header, crc: 0 }, { _tag: "Journal", format: 2, run: "r", n: 0, crc: 0 })
    assert.deepStrictEqual({ ...first, crc: 0 }, { ...begin, n: 1, crc: 0 })
  })

  it("notices every bit that was flipped", () => {
    const bytes = Buffer.from(lines.join(""))
    let line = 1
    for (let at = 0; at < bytes.length; at++) {
      const before = bytes[at]!
      for (let bit = 0; bit < 8; bit++) {
        bytes[at] = before ^ (1 << bit)
        const isTorn = line === lines.length && (before === 10 || bytes[at] === 0)
        assertNoticed(read(bytes), line, `bit ${bit} of byte ${at}`, isTorn)
      }
      bytes[at] = before
      if (before === 10) line++
    }
    assert.deepStrictEqual(read(bytes), whole)
  })

  it("notices every line that is missing, stands there twice, or was swapped with another", () => {
    for (let i = 0; i < lines.length - 1; i++) {
      assertNoticed(readLines(lines.toSpliced(i, 1)), i + 1, `without line ${i + 1}`)
      assert.isDefined(readLines(lines.toSpliced(i, 0, lines[i]!)).fault, `line ${i + 1} twice`)
      for (let j = i + 1; j < lines.length; j++) {
        const swapped = lines.with(i, lines[j]!).with(j, lines[i]!)
        assert.strictEqual(readLines(swapped).fault?.line, i + 1, `lines ${i + 1} and ${j + 1} swapped`)
      }
    }
    assert.isDefined(readLines([...lines, lines.at(-1)!]).fault)
  })

  it("gives what is whole of a file that was cut anywhere", () => {
    const bytes = Buffer.from(lines.join(""))
    for (let end = lines[0]!.length; end < bytes.length; end++) {
      const count = bytes.subarray(0, end).filter((byte) => byte === 10).length
      const { events = [], fault, texts = [], torn = 0 } = read(bytes.subarray(0, end))
      if (count < 2) {
        assert.strictEqual(fault?.detail, "no run begins in it")
        continue
      }
      assert.isUndefined(fault)
      assert.strictEqual(events.length + texts.length, count - 1)
      assert.deepStrictEqual(events, whole.events!.slice(0, events.length))
      assert.strictEqual(torn, end - lines.slice(0, count).reduce((sum, line) => sum + Buffer.byteLength(line), 0))
    }
  })

  it("drops an end of nothing, as a cut of the power may leave it", () => {
    const bytes = Buffer.concat([Buffer.from(lines.slice(0, -1).join("")), Buffer.alloc(600)])
    assert.deepStrictEqual({ ...read(bytes), torn: 0 }, readLines(lines.slice(0, -1)))
  })

  it.each([
    ["nothing", Buffer.alloc(0)],
    ["zeros", Buffer.alloc(5000)],
    ["zeros at its beginning", Buffer.concat([Buffer.alloc(5000), Buffer.from(lines.slice(1).join(""))])],
    ["other ends of lines", Buffer.from(lines.join("").replaceAll("\n", "\r\n"))],
    ["one line", Buffer.from(lines.join("").replaceAll("\n", ""))],
    ["two bytes for a character", Buffer.from(lines.join(""), "utf16le")],
    [
      "spaces",
      Buffer.from(lines.map((line) => `${JSON.stringify(JSON.parse(line), null, 1).replaceAll("\n", "")}\n`).join(""))
    ],
    ["spaces, and no first line", Buffer.from(lines.slice(1).join("").replaceAll('":', '": '))],
    ["half of its first line", Buffer.from(lines[0]!.slice(0, 40))],
    ["another format in its first line", Buffer.from(lines.join("").replace('"format":2', '"format":3'))]
  ])("is damaged where all that is left of it is not as it was written: %s", (_, bytes) => {
    assert.deepStrictEqual([read(bytes).fault?.reason, read(bytes).fault?.line], ["Unreadable", 1])
  })

  it("says whose journal it is, and takes no line of another run", () => {
    assert.strictEqual(readLines(lines, "copy").fault?.reason, "Foreign")
    assert.include(readLines(lines, "copy").fault?.detail, "the journal of run r")
    const other = [lines[0]!, journalFile.line("r", 1, { ...begin, run: "s" })]
    assert.strictEqual(readLines(other).fault?.reason, "Foreign")
    const foreign = journalFile.line("other", 5, started(5))
    assert.strictEqual(readLines(lines.with(5, foreign)).fault?.line, 6)
  })

  it.each([
    ["a newer file", [checkedLines.print("r", 0, '{"_tag":"Journal","format":3,"run":"r"}')], "Newer"],
    ["a newer run", [lines[0]!, checkedLines.print("r", 1, JSON.stringify({ ...begin, format: 9 }))], "Newer"],
    ["an event nobody knows", [...lines.slice(0, 2), checkedLines.print("r", 2, '{"_tag":"StepBegan"}')], "Unreadable"],
    ["no JSON", [...lines.slice(0, 2), checkedLines.print("r", 2, '{"_tag":"StepStarted"')], "Unreadable"],
    [
      "an event with a wrong part",
      [...lines.slice(0, 2), checkedLines.print("r", 2, '{"_tag":"StepStarted","path":1,"step":"s","at":1}')],
      "Unreadable"
    ],
    ["infinity in an input", [lines[0]!, checkedLines.print("r", 1, beginWith("1e400"))], "Unreadable"],
    [
      "infinity, written at length",
      [lines[0]!, checkedLines.print("r", 1, beginWith(`[ -1${"0".repeat(400)}]`))],
      "Unreadable"
    ],
    [
      "infinity, in between",
      [lines[0]!, checkedLines.print("r", 1, beginWith(`{"a": 1${"0".repeat(250)}.5E+00099}`))],
      "Unreadable"
    ],
    [
      "lists in lists beyond what can be written",
      [lines[0]!, checkedLines.print("r", 1, beginWith(nested("[", "]")))],
      "Unreadable"
    ],
    [
      "objects in objects beyond that",
      [lines[0]!, checkedLines.print("r", 1, beginWith(nested('{"a":', "}", "0")))],
      "Unreadable"
    ],
    ["an id that is none", [lines[0]!, journalFile.line("r", 1, { ...begin, run: "r/../s" })], "Unreadable"],
    [
      "a path that steers",
      [...lines.slice(0, 2), journalFile.line("r", 2, { ...started(2), path: "\u001b[2J" })],
      "Unreadable"
    ],
    ["half a sign", [...lines.slice(0, 2), journalFile.line("r", 2, { ...started(2), path: "\ud83d" })], "Unreadable"],
    [
      "a name that rings",
      [...lines.slice(0, 2), journalFile.line("r", 2, { ...started(2), step: "\u0007" })],
      "Unreadable"
    ],
    ["another beginning", [...lines.slice(0, 2), journalFile.line("r", 2, begin)], "Unreadable"],
    ["no beginning", [lines[0]!, journalFile.line("r", 1, started(1))], "Unreadable"],
    ["no header", lines.slice(1), "Unreadable"]
  ] as const)("refuses %s, whose checksums hold", (_, given, reason) => {
    const { fault } = readLines(given)
    assert.deepStrictEqual([fault?.reason, fault?.line], [reason, given.length > 3 ? 1 : given.length])
  })

  it.each([
    ["brackets in a text", `"${"[".repeat(5000)}"`],
    ["lists as deep as they may be", nested("[", "]", "", 1000)],
    ["large numbers, and what looks like larger ones", `[1e300, -1e+0300, "1e400", "a:1e400,", 1e-400]`],
    ["a long number that a double holds", `1${"0".repeat(300)}`]
  ])("takes %s", (_, input) => {
    const { events, fault } = readLines([lines[0]!, checkedLines.print("r", 1, beginWith(input))])
    assert.isUndefined(fault)
    assert.deepStrictEqual(events, [{ ...begin, input: JSON.parse(input) }])
  })

  it("says what is wrong with a line of any length in a few words", () => {
    const { fault } = readLines([
      lines[0]!,
      checkedLines.print("r", 1, beginWith(`{"${"k".repeat(1_000_000)}":1e400}`))
    ])
    assert.strictEqual(fault?.line, 2)
    assert.isBelow(fault?.detail.length ?? 0, 2000)
    const path = { ...started(2), path: "k".repeat(2_000_000) }
    assert.isBelow(readLines([...lines.slice(0, 2), journalFile.line("r", 2, path)]).fault?.detail.length ?? 9999, 2000)
  })

  it.effect.prop("gives back any event", { event: Arbitrary.schema(WorkflowEvent.WorkflowEvent) }, ({ event }) =>
    Effect.sync(() => {
      const json = JSON.stringify(event)
      const [line] = checkedLines.scan("r", Buffer.from(checkedLines.print("r", 0, json)))
      assert.strictEqual(line?.number, 0)
      assert.strictEqual(checkedLines.jsonOf(Buffer.from(checkedLines.print("r", 0, json)), line!), json)
    })
  )
})

describe("journalFile of format 1", () => {
  const old = [begin, started(1), started(2)].map((event) => `${JSON.stringify(event)}\n`)

  it("is read, and becomes one of this format", () => {
    assert.deepStrictEqual(readLines(old).events, [begin, started(1), started(2)])
    const checked = Result.getOrThrow(journalFile.check("r", Buffer.from(`${old.join("")}{"_tag":"Ste`)))
    const renewed = Buffer.from(journalFile.renewed("r", checked))
    assert.deepStrictEqual(read(renewed), { events: [begin, started(1), started(2)], texts: [], torn: 0 })
  })

  it("says in which line it cannot be read", () => {
    assert.strictEqual(readLines(old.with(1, "{}\n")).fault?.line, 2)
    assert.strictEqual(readLines(old.with(0, "what\n")).fault?.line, 1)
    assert.strictEqual(readLines(old.slice(1)).fault?.line, 1)
    assert.include(readLines(old, "copy").fault?.detail, "the journal of run r")
  })
})
