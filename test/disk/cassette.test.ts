import { assert, describe, it } from "@effect/vitest"
import { LlmClient, LlmRequest } from "@stepwright/core"
import { Cassette } from "@stepwright/llm"
import { Effect, FileSystem, Layer } from "effect"
import { chooser } from "./chooser.ts"
import * as disk from "./disk.ts"
import * as tree from "./tree.ts"

const prompts = ["one", "two", "three", "two"]

const requestOf = (prompt: string): LlmRequest.LlmRequest => ({
  model: "default",
  messages: [{ role: "user", content: prompt }],
  format: { type: "text" },
  parameters: {},
  metadata: { run: "r", path: prompt, step: "s", turn: 1 }
})

/** Asks for all of them in turn: which were answered before the power was cut, and what a model was asked. */
const ask = async (root: tree.Folder, options: disk.Options = {}) => {
  const on = disk.make(root, options)
  const answered: Array<string> = []
  const asked: Array<string> = []
  const model = LlmClient.layer(({ messages }) =>
    Effect.sync(() => {
      const text = `reply to ${messages[0]?.content}`
      asked.push(messages[0]?.content ?? "")
      return { text, finishReason: "stop", usage: {} } as const
    })
  )
  const all = Effect.gen(function* () {
    const client = yield* LlmClient.LlmClient
    for (const prompt of prompts) {
      const { text } = yield* client.generate(requestOf(prompt))
      assert.strictEqual(text, `reply to ${prompt}`)
      if (!on.isCut()) answered.push(prompt)
    }
  })
  const exit = await Effect.runPromiseExit(
    all.pipe(
      Effect.provide(Layer.provide(Cassette.layerAuto({ file: "tapes/mine" }), model)),
      Effect.provideService(FileSystem.FileSystem, on.fileSystem)
    )
  )
  return { answered, asked, disk: on, exit }
}

const problemAt = async (call: number, seed: number, ignores?: (path: string) => boolean) => {
  const root = tree.folder()
  const { answered } = await ask(root, { cutAt: call, ...(ignores !== undefined && { ignores }) })
  const after = await ask(tree.cut(root, chooser(seed)))
  if (after.exit._tag === "Failure") return `it cannot be read: ${after.exit.cause}`
  return after.asked.find((prompt) => answered.includes(prompt))
}

describe("a cassette on a disk", () => {
  it("has every reply that was given, wherever the power was cut", async () => {
    const whole = await ask(tree.folder())
    assert.strictEqual(whole.exit._tag, "Success")
    for (let call = 1; call <= whole.disk.calls() + 1; call++) {
      for (let seed = 0; seed < 4; seed++) {
        // oxlint-disable-next-line no-await-in-loop -- one disk after the other
        assert.isUndefined(await problemAt(call, seed * 1000 + call), `cut at call ${call}, seed ${seed}`)
      }
    }
  })

  it("has every reply of a process that came after a killed one, when the power is cut then", async () => {
    const { disk: whole } = await ask(tree.folder())
    for (let call = 1; call <= whole.calls(); call++) {
      for (let seed = 0; seed < 3; seed++) {
        const root = tree.folder()
        // oxlint-disable-next-line no-await-in-loop -- one disk after the other
        await ask(root, { cutAt: call })
        // oxlint-disable-next-line no-await-in-loop -- one disk after the other
        await ask(root)
        // oxlint-disable-next-line no-await-in-loop -- one disk after the other
        const after = await ask(tree.cut(root, chooser(seed * 1000 + call)))
        assert.strictEqual(after.exit._tag, "Success")
        assert.deepStrictEqual(after.asked, [], `killed at call ${call}, seed ${seed}`)
      }
    }
  })

  it("needs each of its flushes", async () => {
    const kindOf = (path: string) => path.replace(/\d{5,}/u, "N").replace(/mine\/.+/u, "mine/FILE")
    const whole = await ask(tree.folder())
    for (const kind of new Set(whole.disk.flushed.map(kindOf))) {
      let isMissed = false
      for (let call = 1; call <= whole.disk.calls() + 1 && !isMissed; call++) {
        for (let seed = 0; seed < 6 && !isMissed; seed++) {
          // oxlint-disable-next-line no-await-in-loop -- one disk after the other
          isMissed = (await problemAt(call, seed * 1000 + call, (path) => kindOf(path) === kind)) !== undefined
        }
      }
      assert.isTrue(isMissed, `nobody misses the flush of ${kind}`)
    }
  })
})
