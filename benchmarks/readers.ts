/* oxlint-disable no-await-in-loop -- one measurement after another */
// What reading a reply costs beside an earlier revision, whose sources are checked out into a folder of their own. The
// two are measured in turn, each in a process of its own.
import { join } from "node:path"
import { Result, Schema } from "effect"
import { answer, spent } from "./support/measure.ts"
import { positionals } from "./support/options.ts"
import { firstWith, revision, root } from "./support/packages.ts"
import { type Line, lines, table } from "./support/table.ts"
import { type Command, type Figures, inTurn, least, namesOf, quotient } from "./support/turns.ts"

const launches = 3
const size = 400_000
const atMost = { ratio: 1.15, growth: 2.3 }

const Plan = Schema.Struct({ tasks: Schema.Array(Schema.Struct({ path: Schema.String, objective: Schema.String })) })

const filled = (length: number, unit: (i: number) => string): string => {
  const units = []
  for (let i = 0, written = 0; written < length; i++) {
    units.push(unit(i))
    written += units.at(-1)!.length
  }
  return units.join("")
}

const task = (i: number) =>
  JSON.stringify({
    path: `src/module${i}.py`,
    objective: `Say "task ${i}" & <so> on.\nThen [see] {it}: ${"so, ".repeat(i % 7)}`
  })

const plan = (length: number) => `{"tasks": [${filled(length, (i) => `${i > 0 ? "," : ""}${task(i)}`)}]}`
const code = (i: number) => `def f${i}(x):\n    """Say <what> it does."""\n    return x + ${i}  # [1] {2}\n\n\n`

type Core = typeof import("@stepwright/core")

interface Subject {
  readonly reply: (length: number) => string
  readonly read: (core: Core) => (reply: string) => unknown
}

const chunk = 20

const subjects: Readonly<Record<string, Subject>> = {
  JSON: { reply: plan, read: ({ OutputParser }) => OutputParser.json(Plan).parse },
  "JSON in a fence, with faults": {
    reply: (length) => `Here:\n\`\`\`json\n${plan(length).slice(0, -2)},],}\n\`\`\`\nDone.`,
    read: ({ OutputParser }) => OutputParser.json(Plan).parse
  },
  "a code block": {
    reply: (length) => `\`\`\`python\n${filled(length, code)}\`\`\``,
    read: ({ OutputParser }) => OutputParser.codeBlock("python").parse
  },
  files: {
    reply: (length) =>
      filled(length, (i) => `### File: \`src/f${i}.py\`\n\`\`\`python\n${code(i).repeat(20)}\`\`\`\n\n`),
    read: ({ OutputParser }) => OutputParser.files.parse
  },
  "tagged blocks": {
    reply: (length) =>
      filled(length, (i) => `#### Task ${i}: A\n<t>\n${"Words of a task, and more.\n".repeat(9)}</t>\n\n`),
    read: ({ OutputParser }) => OutputParser.taggedBlocks({ start: "<t>", end: "</t>", heading: /^Task \d/ }).parse
  },
  "partial objects": {
    reply: plan,
    read:
      ({ PartialJson }) =>
      (reply) => {
        const reader = PartialJson.make(Plan)
        for (let i = 0; i < reply.length; i += chunk) reader.feed(reply.slice(i, i + chunk))
        return Result.succeed(reader.end())
      }
  }
}

/** Milliseconds of processor time for one reading, the least of several. */
const measure = async (core: string, name: string, length: number) => {
  const { read, reply } = subjects[name]!
  const parse = read((await import(join(core, "index.ts"))) as Core)
  const text = reply(length)
  await answer(() => {
    const times: Array<number> = []
    for (let i = 0; i < 12; i++) {
      const before = spent()
      const result = parse(text)
      times.push((spent() - before) / 1000)
      if (Result.isResult(result) && Result.isFailure(result)) throw new Error(`${name}: ${String(result.failure)}`)
    }
    return { cpu: least(times) }
  })
}

/** The revision before the rules of replies were written down. */
const beforeRules = () => `${firstWith("docs/40-replies.md")}^`

const compare = async (name: string) => {
  const tree = revision(name)
  const sourceIn = (tree: string) => join(tree, "packages/core/src")
  const leastOf = (figures: ReadonlyArray<Figures>) =>
    figures.length === 0 ? undefined : least(figures.map(({ cpu = Number.NaN }) => cpu))
  const results = []
  for (const what of namesOf(subjects)) {
    const subject = (tree: string, length: number): Command => [
      import.meta.filename,
      sourceIn(tree),
      what,
      String(length)
    ]
    const { before, now, twice } = await inTurn(
      {
        before: tree === undefined ? undefined : subject(tree, size),
        now: subject(root, size),
        twice: subject(root, 2 * size)
      },
      { launches, rounds: 1 }
    )
    results.push({ what, before: leastOf(before), now: leastOf(now), twice: leastOf(twice) })
  }

  table(
    [`ms of the processor for ${size / 1000} KB`, "before", "now"],
    results.map(({ before, now, what }) => [what, before?.toFixed(2) ?? "—", now?.toFixed(2) ?? "—"])
  )
  lines(
    results.flatMap(({ before, now, twice, what }): ReadonlyArray<Line> => [
      {
        says: `${what} ÷ before`,
        measured: quotient(now, before),
        // what takes less than a millisecond more is as fast as anybody notices
        ...(!(before !== undefined && now !== undefined && now - before <= 1) && { atMost: atMost.ratio })
      },
      { says: `${what}, twice the length`, measured: quotient(twice, now), atMost: atMost.growth }
    ])
  )
}

const [source, name, length] = positionals
if (source !== undefined && name !== undefined) await measure(source, name, Number(length))
else await compare(source ?? beforeRules())
