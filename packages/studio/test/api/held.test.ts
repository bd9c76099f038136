import { readFileSync } from "node:fs"
import { NodeServices } from "@effect/platform-node"
import { Step } from "@stepwright/core"
import { Effect, Schema } from "effect"
import { NodeHasher, NodeJournal } from "@stepwright/node-runner"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { Bound, type Loaded } from "../../../node-runner/src/cli/module/workflowModule.ts"
import { make, type Options } from "../../../node-runner/src/cli/page/make.ts"
import { folder, removeAll } from "../../../node-runner/test/support/folder.ts"
import { open } from "../../src/api/held.ts"
import { harmful, hostile, looking, many, ran, words } from "../support/programs.ts"

// in two parts, so that nobody takes it for one
const secret = ["glpat", "abcdefghij0123456789"].join("-")
const key = "a b/c&d=e%f"

const before = process.cwd()
beforeAll(() => process.chdir(folder([]).path(".")))
afterAll(() => {
  process.chdir(before)
  removeAll()
})

let runs = 0

const layers = [NodeServices.layer, NodeHasher.layer, NodeJournal.layer({ directory: ".stepwright/runs" })] as const

/** Runs a program, and gives the run as a file. */
const written = async (program: Loaded, options: Partial<Options> = {}) => {
  const run = `run-${++runs}`
  await Effect.runPromise(ran(program, run))
  return packed(program, run, options)
}

/** A run as a file, and what answers in it. */
const packed = async (program: Loaded, run: string, options: Partial<Options> = {}) => {
  const variables = process.env
  process.env = { ...variables, OPENAI_API_KEY: key }
  try {
    const made = await make({ script: "run()", style: "" }, run, {
      hasTexts: true,
      most: 20_000_000,
      ...options
    }).pipe(Effect.provideService(Bound, program), Effect.provide([...layers]), Effect.runPromise)
    const [, answers = ""] = /id="answers">([^<]*)</u.exec(made.html) ?? []
    const blocks = [...made.html.matchAll(/class="block">([^<]*)</gu)].map(([, base64 = ""]) => base64)
    const { file, source } = await open({ answers, block: async (index) => blocks[index] ?? "" })
    const ask = async (path: string) => {
      const response = await source(path, {})
      return { status: response.status, text: await response.text() }
    }
    return { ...made, file, ask, source, own: `/runs/${run}` }
  } finally {
    process.env = variables
  }
}

type File = Awaited<ReturnType<typeof written>>

/** What happened, until the run ended. */
const eventsOf = async ({ own, source }: File) => {
  const controller = new AbortController()
  const { body } = await source(`${own}/events`, { signal: controller.signal })
  const reader = body!.pipeThrough(new TextDecoderStream()).getReader()
  let sent = ""
  // oxlint-disable-next-line no-await-in-loop -- one piece after the other
  while (!sent.includes('"RunEnded"')) sent += (await reader.read()).value
  controller.abort()
  await expect(reader.read()).rejects.toThrow(/abort/u)
  return sent.split("\n").flatMap((line) => (line.startsWith("data: ") ? [JSON.parse(line.slice(6))] : []))
}

const replied = async (file: File) => {
  const events = await eventsOf(file)
  return events.flatMap(({ event }) => (event._tag === "StepReplied" ? [event] : []))
}

describe("a file", () => {
  it("has nothing of what a run says but in base64, and gives it back as it was", async () => {
    const file = await written(harmful(secret))
    const elements = file.html.replaceAll(/>[A-Za-z\d+/=]*<\/script>/gu, "></script>")
    expect(elements).not.toContain("hostile")
    expect(elements.match(/<script/gu)).toHaveLength(elements.match(/<\/script>/gu)!.length)
    const [one] = await replied(file)
    const { text } = await file.ask(`${file.own}/texts/${one.reply}`)
    expect(text).toBe(`${hostile("reply")} <secret>`)
    const standing = JSON.parse((await file.ask(file.own)).text)
    expect(standing).toMatchObject({ status: "FAILED", workflow: "<script>hostile('workflow')</script>" })
    expect(JSON.parse((await file.ask("/server")).text)).toMatchObject({ isReadOnly: true })
    expect((await file.ask(`/workflows/${encodeURIComponent(standing.workflow)}`)).status).toBe(200)
    expect((await file.ask("/runs/another")).status).toBe(404)
  })

  it.each([
    ["what looks like one", secret],
    ["the key of a provider", key]
  ])("has no secret, %s, in any text, path or name", async (_, hidden) => {
    const file = await written(harmful(hidden))
    expect(file.redacted).toBeGreaterThan(4)
    const [one] = await replied(file)
    const standing = (await file.ask(file.own)).text
    const [{ path }] = JSON.parse(standing).files
    expect(path).toBe("a file of <secret>.txt")
    const all = [
      standing,
      JSON.stringify(await eventsOf(file)),
      ...(await Promise.all([
        file.ask(`${file.own}/texts/${one.prompt}`).then(({ text }) => text),
        file.ask(`${file.own}/file?path=${encodeURIComponent(path)}`).then(({ text }) => text)
      ]))
    ]
    for (const text of all) {
      expect(text).toContain("<secret>")
      expect(text).not.toContain(hidden)
      expect(text).not.toContain(encodeURIComponent(hidden))
    }
    // nor what says whether a guess is right
    expect(all.join()).not.toMatch(/[\da-f]{64}/u)
  })

  it("tells what it holds, and without texts has how the run went", async () => {
    const whole = await written(harmful(secret))
    expect(whole.holds.map(({ count, kind }) => [kind, count])).toEqual([
      ["input", 1],
      ["prompt", 1],
      ["reply", 1],
      ["output", 2],
      ["file", 1],
      ["workflow", 1],
      ["error", 1]
    ])
    const bare = await written(harmful(secret), { hasTexts: false })
    expect(bare.holds.map(({ kind }) => kind)).toEqual(["error"])
    expect(bare.file.leftOut).toEqual([expect.stringMatching(/^Left out, as --no-texts asked for: 1 input.*1 reply/u)])
    const [one] = await replied(bare)
    const texts = await Promise.all([one.prompt, one.reply].map((name) => bare.ask(`${bare.own}/texts/${name}`)))
    const gone = { status: 404, text: expect.stringContaining("left out of this file") }
    expect(texts).toEqual([gone, gone])
    const said = [
      JSON.stringify(await eventsOf(bare)),
      ...(
        await Promise.all(
          [bare.own, `/workflows/${encodeURIComponent("<script>hostile('workflow')</script>")}`].map(bare.ask)
        )
      ).map(({ text }) => text)
    ]
    expect(said.join()).not.toContain(`hostile("reply")`)
    expect(said.join()).not.toContain(`hostile(\\"reply\\")`)
    expect(said.join()).not.toContain("{{text}}")
  })

  it("has a run that a process is at as it is by then", async () => {
    let file: Awaited<ReturnType<typeof packed>> | undefined
    const look = Step.effect("look", {
      input: Schema.String,
      output: Schema.String,
      run: () =>
        Effect.promise(async () => {
          file = await packed(program, `run-${runs}`)
          return "looked"
        })
    })
    const program = looking(look)
    const whole = await written(program)
    const standing = (one: File) => one.ask(one.own).then(({ text }) => JSON.parse(text))
    expect(await standing(file!)).toMatchObject({
      status: "RUNNING",
      steps: [{ status: "done" }, { status: "running" }]
    })
    expect(await standing(whole)).toMatchObject({
      status: "COMPLETED",
      steps: [{ status: "done" }, { status: "done" }]
    })
    // what it would do is known of a run at rest
    expect((await file!.ask(`${file!.own}/plan`)).status).toBe(404)
    const plan = JSON.parse((await whole.ask(`${whole.own}/plan`)).text)
    expect(plan).toMatchObject([{ action: "reuse" }, { action: "reuse" }])
  })

  it("leaves the largest texts out where it is to be smaller, and names each", async () => {
    const text = words()
    const whole = await written(many(20, text))
    const small = await written(many(20, text), { most: whole.html.length - 4000 })
    expect(small.html.length).toBeLessThanOrEqual(whole.html.length - 4000)
    expect(small.tooLarge.length).toBeGreaterThan(0)
    expect(small.file.leftOut).toHaveLength(small.tooLarge.length)
    expect(small.file.leftOut[0]).toMatch(
      /^Left out, as the file was to be smaller: prompt of texts\/text%20\d+, 1\.\d kB\.$/u
    )
    const there = await Promise.all(
      (await replied(small)).map(async ({ prompt }) => (await small.ask(`${small.own}/texts/${prompt}`)).status)
    )
    expect(there.filter((status) => status === 404)).toHaveLength(
      small.tooLarge.filter(({ kind }) => kind === "prompt").length
    )
  })

  it("gives back every text of many", async () => {
    const said: Array<string> = []
    const next = words()
    const file = await written(
      many(300, (length) => {
        const text = next(length)
        if (length === 1000) said.push(text)
        return text
      })
    )
    const replies = await replied(file)
    const texts = await Promise.all(replies.map(({ reply }) => file.ask(`${file.own}/texts/${reply}`)))
    expect(new Set(texts.map(({ text }) => text))).toEqual(new Set(said))
    expect(readFileSync(`.stepwright/runs/${file.file.run}/events.jsonl`).length).toBeGreaterThan(3 * file.html.length)
  })
})
