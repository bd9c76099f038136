import { readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { pathToFileURL } from "node:url"
import { gunzipSync, gzipSync } from "node:zlib"
import { Effect } from "effect"
import { Journal } from "@stepwright/core"
import * as NodeJournal from "@stepwright/node-runner/NodeJournal"
import type { Browser, BrowserContextOptions, Page } from "playwright-core"
import { build } from "vite"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Loaded } from "../../node-runner/src/cli/module/workflowModule.ts"
import { call } from "../../node-runner/test/support/commandLine.ts"
import { folder, removeAll } from "../../node-runner/test/support/folder.ts"
import { needs } from "../../../test/support/tool.ts"
import { barriers, inApart, launch, lookAt, own, type Seen } from "./support/browser.ts"
import { harmful, hostile, many, passages, ran, words } from "./support/programs.ts"

// one page after the other
/* oxlint-disable no-await-in-loop */

// in two parts, so that nobody takes it for one
const secret = ["glpat", "abcdefghij0123456789"].join("-")

let browser: Browser
const before = process.cwd()
const place = folder([])
const studioFolder = dirname(import.meta.dirname)

const look = <A>(file: string, address: string, at: (page: Page) => Promise<A>, options: BrowserContextOptions = {}) =>
  lookAt(browser, `${pathToFileURL(place.path(file))}${address}`, at, { offline: true, ...options })

/** Runs a program, and writes the run as a file. */
const exported = async (program: Loaded, run: string, ...flags: ReadonlyArray<string>) => {
  await Effect.runPromise(ran(program, run))
  const file = `${run}.html`
  const called = await Effect.runPromise(call(["export", run, "--html", file, "--json", ...flags], program))
  expect(called).toMatchObject({ status: 0 })
  return { file, err: called.err, ...JSON.parse(called.out) }
}

/** The texts that models were asked and answered, in order, as the journal has them. */
const asked = (run: string) =>
  Effect.gen(function* () {
    const journal = yield* Journal.Journal
    const events = yield* journal.load(run)
    const outputs = new Map(
      events.flatMap((event) => (event._tag === "StepSucceeded" ? [[event.path, event.output]] : []))
    )
    const replied = events.filter((event) => event._tag === "StepReplied")
    return yield* Effect.forEach(replied, ({ path, prompt, reply }) =>
      Effect.all({
        path: Effect.succeed(path),
        // a reply that is fenced as a whole comes to what is within
        output: Effect.succeed(outputs.get(path)),
        prompt: journal.getText(run, prompt),
        reply: journal.getText(run, reply)
      })
    )
  }).pipe(Effect.provide(NodeJournal.layer({ directory: ".stepwright/runs" })), Effect.runPromise)

const texts = { passages, words }
const sized = new Map<string, ReturnType<typeof exported>>()

/** A run of so many steps with texts that are made of that, written once. */
const runOf = (name: keyof typeof texts, count: number) => {
  const run = `${name}-${count}`
  const found = sized.get(run) ?? exported(many(count, texts[name]()), run)
  sized.set(run, found)
  return found
}

const sumOf = (text: string) => {
  let sum = 0
  for (let i = 0; i < text.length; i++) sum = (Math.imul(sum, 31) + text.charCodeAt(i)) | 0
  return sum
}

/** What reads a file in the page, as a script. */
const reader = async (): Promise<string> => {
  const entry = join(studioFolder, "src/api/held.ts")
  const lib = { entry, formats: ["iife" as const], name: "held" }
  const built = await build({ configFile: false, logLevel: "error", build: { write: false, lib } })
  const [first] = Array.isArray(built) ? built : [built]
  if (first === undefined || !("output" in first)) throw new Error("nothing was built")
  return first.output[0].code
}

/** Asks for all that was asked and answered, as it happened. */
const readAll = `(async () => {
  const sumOf = ${sumOf.toString()}
  const { file, source } = await held.open(held.find())
  const own = "/runs/" + encodeURIComponent(file.run)
  const text = async (name) => sumOf(await (await source(own + "/texts/" + encodeURIComponent(name), {})).text())
  const events = (await source(own + "/events", {})).body.pipeThrough(new TextDecoderStream()).getReader()
  const sums = []
  for (;;) {
    const { value } = await events.read()
    const data = value.split("\\n").filter((line) => line.startsWith("data: ")).map((line) => JSON.parse(line.slice(6)).event)
    for (const { _tag, path, prompt, reply } of data) {
      if (_tag === "StepReplied") sums.push([path, await text(prompt), await text(reply)])
      if (_tag === "RunEnded") return sums
    }
  }
})()`

/** What the page has in memory, once what nobody needs is gone. **Units** bytes */
const memoryOf = async (page: Page) => {
  const session = await page.context().newCDPSession(page)
  await session.send("HeapProfiler.collectGarbage")
  return (await session.send("Runtime.getHeapUsage")).usedSize
}

const of = (run: string, path: string, tab: string) =>
  `#/runs/${run}/tree/${path.split("/").map(encodeURIComponent).join("/")}?tab=${tab}`

describe("a run as one file", needs("chromium"), () => {
  beforeAll(async () => {
    await build({ root: studioFolder, logLevel: "error" })
    process.chdir(place.path("."))
    browser = await launch()
  })

  afterAll(async () => {
    process.chdir(before)
    removeAll()
    await browser?.close()
  })

  it("executes nothing of what a run says, whatever that is, and shows it", async () => {
    const program = harmful(secret)
    const { err, file, redacted } = await exported(program, "harmful")
    expect(redacted).toBeGreaterThan(3)
    expect(err).toContain("secrets were found")
    const html = readFileSync(file, "utf8")
    // and the same where nothing forbids it
    writeFileSync("bare.html", html.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/u, ""))
    // nobody can give a run such an id, or a file such a name; whoever changes a page can
    const id = "</script><script>hostile('id')</script>"
    const inJson = (text: string) => JSON.stringify(text).slice(1, -1)
    const changed = html.replace(/(id="answers">)([^<]*)/u, (_, begin: string, base64: string) => {
      const text = gunzipSync(Buffer.from(base64, "base64")).toString()
      const renamed = text
        .replaceAll("/runs/harmful", `/runs/${encodeURIComponent(id)}`)
        .replaceAll('"harmful"', JSON.stringify(id))
        .replaceAll("a file of", inJson(hostile("file")))
      return begin + gzipSync(renamed).toString("base64")
    })
    writeFileSync("id.html", changed)
    for (const [name, run] of [
      [file, "harmful"],
      ["bare.html", "harmful"],
      ["id.html", id]
    ] as const) {
      await look(name, "", async (page) => {
        await page.waitForSelector('.trouble >> text=it is refused: </script><script>hostile("error")')
        expect(await page.textContent("h1")).toBe(run)
        for (const view of ["Graph", "Time line", "Result", "Tree"]) {
          await page.click(`.views >> text="${view}"`)
          await page.waitForSelector(".steps [role]")
          expect(await barriers(page)).toEqual([])
        }
        await page.click(".views >> text=Result")
        await page.waitForSelector(name === "id.html" ? `text=hostile("file")` : "text=a file of <secret>.txt")
        await page.click(".views >> text=Tree")
        await page.press("[role=tree]", "Home")
        await page.click(".line:has-text('hostile(\"key\")')")
        for (const tab of ["Prompt", "Replies", "Output", "Attempts"]) {
          await page.click(`.tabs >> text=${tab}`)
          if (tab !== "Attempts")
            await page.waitForSelector(`.panel .body >> text=${tab === "Prompt" ? "prompt" : "reply"}")</script>`)
        }
        expect(await page.content()).not.toContain(secret)
        expect(await barriers(page)).toEqual([])
      })
    }
    expect(html).not.toContain(secret)
  })

  it("leaves out what was asked and answered where that is wanted, and says so", async () => {
    const { file, holds, without } = await exported(harmful(secret), "textless", "--no-texts")
    expect(holds.map(({ kind }: { readonly kind: string }) => kind)).toEqual(["error"])
    expect(without.map(({ kind }: { readonly kind: string }) => kind)).toContain("prompt")
    await look(file, "", async (page) => {
      await page.waitForSelector(".file >> text=Left out, as --no-texts asked for: 1 input")
      await page.press("[role=tree]", "Home")
      await page.click(".line:has-text('hostile(\"key\")')")
      await page.click(".tabs >> text=Prompt")
      await page.waitForSelector("text=This text cannot be had. It was left out of this file")
      await page.click(".tabs >> text=Output")
      await page.waitForSelector("text=(left out of this file")
      expect(await barriers(page)).toEqual([])
    })
  })

  it.each(["passages", "words"] as const)("has 20,000 texts of 1 KB in 6 MB, made of %s, each opens", async (name) => {
    const few = await runOf(name, 100)
    const { bytes, file, run } = await runOf(name, 10_000)
    console.log(
      `10,000 steps of ${name}: ${(bytes / 1e6).toFixed(2)} MB; 100 steps: ${(few.bytes / 1e6).toFixed(2)} MB`
    )
    expect(bytes).toBeLessThanOrEqual(6_000_000)
    const all = await asked(run)
    expect(all).toHaveLength(10_000)

    // by the code of the page, all
    await look(file, "", async (page) => {
      await page.waitForSelector(".trouble a")
      const sums = await inApart<ReadonlyArray<readonly [string, number, number]>>(page, await reader(), readAll)
      const expected = all.map(({ path, prompt, reply }) => [path, sumOf(prompt), sumOf(reply)])
      expect(sums).toEqual(expected)
    })
    // as people do, some
    await look(file, "", async (page) => {
      const took: Array<number> = []
      for (let i = 1; i < all.length; i += 1111) {
        const { output, path, prompt } = all[i]!
        await page.evaluate((address) => void (location.hash = address), of(run, path, "prompt"))
        const since = performance.now()
        await page.waitForFunction(
          (text) => document.querySelector(".messages pre")?.textContent === text,
          JSON.parse(prompt)[0].content
        )
        took.push(performance.now() - since)
        await page.evaluate((address) => void (location.hash = address), of(run, path, "output"))
        await page.waitForFunction((text) => document.querySelector(".panel .body pre")?.textContent === text, output)
      }
      console.log(`a text is there after at most ${Math.max(...took).toFixed(0)} ms`)
    })
  })

  it("shows the step that failed among 10,000 at most twice as late as among 100, and has no long task", async () => {
    const median = (values: ReadonlyArray<number>) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
    const figures = async (file: string) => {
      const seen: Array<Awaited<ReturnType<typeof own>>> = []
      const times: Array<number> = []
      let memory = 0
      for (let i = 0; i < 5; i++) {
        const found = await own(browser, () =>
          look(file, "", async (page) => {
            await page.waitForFunction(() => (window as unknown as Seen).named > 0)
            times.push(await page.evaluate(() => (window as unknown as Seen).named))
            await page.waitForFunction(() => (window as unknown as Seen).isQuiet())
            memory = Math.max(memory, await memoryOf(page))
          })
        )
        seen.push(found)
      }
      const untilNamed = median(seen.map((one) => one.untilNamed))
      const longest = median(seen.map((one) => one.longest))
      console.log(
        `${file}: the failed step is there after ${untilNamed.toFixed(0)} ms of the processor (${median(times).toFixed(0)} ms), its longest task takes ${longest.toFixed(0)} ms of it; ${(memory / 1e6).toFixed(0)} MB`
      )
      return { untilNamed, longest }
    }
    const few = await figures((await runOf("passages", 100)).file)
    const many = await figures((await runOf("passages", 10_000)).file)
    expect(many.untilNamed).toBeLessThanOrEqual(2 * few.untilNamed)
    expect(many.longest).toBeLessThanOrEqual(200)
  })
})
