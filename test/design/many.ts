// Programs with many names, of which the compiler's work is counted.

const head = `import { Effect, Schema } from "effect"
import { Step, Workflow } from "@stepwright/core"
const Text = Schema.Struct({ text: Schema.String })
const one = Step.effect("one", { input: Text, output: Text, run: Effect.succeed })
const begin = Workflow.make("w", { input: Text })
`

const times = (count: number, f: (i: number) => string) => Array.from({ length: count }, (_, i) => f(i))

/** What a pipe takes at a time. */
const most = 15

/** A workflow of steps, each fed by the one before: every other by a wire, the others by a function. */
const chain = (name: string, count: number): string => {
  const bind = (i: number) => {
    const before = i === 0 ? "input" : `s${i - 1}`
    return `Workflow.bind("s${i}", one, ${i % 2 === 0 ? `({ ${before} }) => ${before}` : `"${before}"`})`
  }
  let text = ""
  for (let from = 0; from < count; from += most) {
    const to = Math.min(from + most, count)
    const binds = times(to - from, (i) => bind(from + i))
    text += `const ${to === count ? name : `${name}_${to}`} = ${from === 0 ? "begin" : `${name}_${from}`}.pipe(${binds})\n`
  }
  return text
}

/** A workflow of ten others, each fed by a name of the one before. */
const nest = (name: string, inner: (i: number) => string, last: string): string => {
  const binds = times(10, (i) => `Workflow.bind("n${i}", ${inner(i)}, ${i === 0 ? '"input"' : `"n${i - 1}.${last}"`})`)
  return `const ${name} = begin.pipe(${binds})\n`
}

/** 90 steps in one workflow. */
export const binds = `${head}${chain("all", 90)}export { all }\n`

/** 1,000 steps in workflows of ten, in workflows of ten, in one. */
export const nests = [
  head,
  ...times(100, (i) => chain(`a${i}`, 10)),
  ...times(10, (i) => nest(`b${i}`, (j) => `a${i * 10 + j}`, "s9")),
  nest("all", (i) => `b${i}`, "n9.s9"),
  "export { all }\n"
].join("")
