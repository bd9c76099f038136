/* oxlint-disable no-await-in-loop -- one measurement after another */
// What a step costs of a durable run of 100 beside rivals that keep one in a database and flush nothing.
import { rival } from "./support/rivals.ts"
import { stepwright } from "./support/stepwright.ts"
import { type Line, lines, table } from "./support/table.ts"
import { type Command, inTurn, namesOf, quotient, ratio, run, spread } from "./support/turns.ts"

const subjects = {
  Stepwright: (steps: string) => stepwright("durable", "chain", steps),
  "Mastra, libsql": (steps: string) => rival("mastra.js", "durable", steps),
  "LangGraph.js, sqlite": (steps: string) => rival("langgraph.js", "durable", steps)
}
type Name = keyof typeof subjects

const measured = await inTurn({
  Stepwright: subjects.Stepwright("100"),
  "Mastra, libsql": subjects["Mastra, libsql"]("100"),
  "LangGraph.js, sqlite": subjects["LangGraph.js, sqlite"]("100")
})

const sizes = ["50", "100", "200"]
const bytesOf = async (durable: (steps: string) => Command | undefined) => {
  const bytes: Array<number | undefined> = []
  for (const size of sizes) {
    const command = durable(size)
    bytes.push(command && (await run(command))?.["bytes"])
  }
  return bytes
}
const own = await bytesOf(subjects.Stepwright)
const theirs = await bytesOf(subjects["LangGraph.js, sqlite"])

table(
  ["µs a step, least / median", "processor", "wall"],
  namesOf(measured).map((name) => [name, spread(measured[name], "cpu"), spread(measured[name], "wall")])
)
table(
  ["bytes a step", ...sizes.map((size) => `${size} steps`)],
  Object.entries({ Stepwright: own, "LangGraph.js, sqlite": theirs }).map(([name, bytes]) => [
    name,
    ...bytes.map((one) => one?.toFixed(0) ?? "—")
  ])
)

const beside = (name: Name) =>
  Object.entries({ cpu: "processor", wall: "wall" }).map(([kind, word]): Line => ({
    says: `durable run of 100 ÷ ${name}, ${word}`,
    measured: ratio(measured.Stepwright, measured[name], kind),
    atMost: 0.99,
    isRival: true
  }))
lines([
  ...beside("Mastra, libsql"),
  ...beside("LangGraph.js, sqlite"),
  { says: "bytes a step of 200 ÷ of 50", measured: quotient(own[2], own[0]), atMost: 1.05 },
  {
    says: "bytes a step of 100 ÷ LangGraph.js, sqlite",
    measured: quotient(own[1], theirs[1]),
    atMost: 0.125,
    isRival: true,
    digits: 3
  }
])
