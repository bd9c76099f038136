/* oxlint-disable no-await-in-loop -- one measurement after another */
// What a cassette of 10,000 replies costs beside one of 10 until its first reply, and what a recording of 10 MB takes.
import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { NodeServices } from "@effect/platform-node"
import { Effect, Layer } from "effect"
import { LlmClient, type LlmRequest } from "@stepwright/core"
import { Cassette, MockLlm } from "@stepwright/llm"
import { NodeHasher } from "@stepwright/node-runner"
import { lines, table } from "./support/table.ts"
import { median } from "./support/turns.ts"

const sizes = [10, 10_000]
const rounds = 41
const megabytes = 10

const directory = mkdtempSync(join(tmpdir(), "stepwright-bench-"))
const text = `${"A line of a reply, about as long as lines are.\n".repeat(20)}`

const request = (n: number): LlmRequest.LlmRequest => ({
  model: "default",
  messages: [{ role: "user", content: `Please do ${n}.` }],
  format: { type: "text" },
  parameters: {},
  metadata: { run: "", path: `group/item-${n}`, step: "item", turn: 1 }
})

const ask = (n: number) => Effect.flatMap(LlmClient.LlmClient, (client) => client.generate(request(n)))

const platform = Layer.merge(NodeServices.layer, NodeHasher.layer)

const run = <E>(
  program: Effect.Effect<unknown, E, LlmClient.LlmClient>,
  layer: Layer.Layer<LlmClient.LlmClient, any, any>
) => Effect.runPromise(Effect.provide(program, Layer.provide(layer, platform)) as Effect.Effect<unknown>)

const timed = async (work: () => Promise<unknown>) => {
  const began = performance.now()
  await work()
  return performance.now() - began
}

const model = (reply: string) => MockLlm.layer(() => reply)
const folderOf = (size: number) => join(directory, String(size))

for (const size of sizes) {
  const all = Effect.forEach(
    Array.from({ length: size }, (_, n) => n),
    ask,
    { concurrency: 16, discard: true }
  )
  await run(all, Layer.provide(Cassette.layerRecord({ file: folderOf(size) }), model(text)))
}

const modes = {
  layerReplay: (file: string) => Cassette.layerReplay({ file }),
  layerAuto: (file: string) => Layer.provide(Cassette.layerAuto({ file }), model(text))
}
const names = Object.keys(modes) as ReadonlyArray<keyof typeof modes>

const times = new Map<string, Array<number>>()
for (let round = 0; round < rounds; round++) {
  for (const name of names) {
    for (const size of round % 2 === 0 ? sizes : sizes.toReversed()) {
      const millis = await timed(() => run(ask(7), modes[name](folderOf(size))))
      times.set(`${name} ${size}`, [...(times.get(`${name} ${size}`) ?? []), millis])
    }
  }
}

const figures = names.map((name) => ({ name, millis: sizes.map((size) => median(times.get(`${name} ${size}`)!)) }))
table(
  ["ms to the first reply, median", ...sizes.map(String)],
  figures.map(({ millis, name }) => [name, ...millis.map((ms) => ms.toFixed(2))])
)

const large = text.repeat(Math.ceil(10_000 / text.length))
const count = Math.round((megabytes * 1e6) / large.length)
const byHand = () => {
  for (let n = 0; n < count; n++) {
    const file = openSync(join(directory, `by-hand-${n}`), "w")
    writeSync(file, large)
    fsyncSync(file)
    closeSync(file)
  }
}
const each = Effect.forEach(
  Array.from({ length: count }, (_, n) => n),
  ask,
  { discard: true }
)
const recorded = await timed(() =>
  run(each, Layer.provide(Cassette.layerRecord({ file: join(directory, "large") }), model(large)))
)
const plain = await timed(async () => byHand())
table(
  [`s to write ${megabytes} MB as ${count} replies`, "recorded", "as many files by hand"],
  [["one after another", (recorded / 1000).toFixed(2), (plain / 1000).toFixed(2)]]
)
lines(
  figures.map(({ millis, name }) => ({ says: `${name}, 10,000 ÷ 10`, measured: millis[1]! / millis[0]!, atMost: 2 }))
)

rmSync(directory, { recursive: true })
