import type { AddressInfo } from "node:net"
import { dirname } from "node:path"
import type { Browser, BrowserContextOptions, Page } from "playwright-core"
import { build } from "vite"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { needs } from "../../../test/support/tool.ts"
import { type Fixture, made, repaired } from "../dev/fixtures.ts"
import { make, type Studio } from "../dev/server.ts"
import { barriers, launch, longestTask, lookAt, nodes, type Seen } from "./support/browser.ts"

// one page after the other, and one key after the other
/* oxlint-disable no-await-in-loop */

const studioFolder = dirname(import.meta.dirname)

const hostile = `<img src=x onerror="document.title='hit'">&<b>`
const missed = [40, 41, 90]

/** The same run with what it did not have: gaps, hostile names, and a file of five thousand lines. */
const worse = (fixture: Fixture, run: string): Fixture => {
  const large = Array.from({ length: 5000 }, (_, i) => `x_${i + 1} = ${i + 1}  # ${"wide ".repeat(i % 40)}\n`).join("")
  const ran = Array.from({ length: 5000 }, (_, i) => i + 1).filter((line) => line % 1000 !== 0)
  const counted = { lines: 5000, missed: [1000, 2000, 3000, 4000, 5000], ran }
  // what the ready workflow gives is known by its path
  const changed = (path: string, output: any) => {
    if (path === "hardened/false") {
      return { ...output, code: { ...output.code, [`${hostile}/a.py`]: "x = '</script>'\n", "large.py": large } }
    }
    if (path === "coverage") {
      const { "token_bucket.py": own } = output
      const ran = own.ran.filter((line: number) => !missed.includes(line))
      return { ...output, "token_bucket.py": { ...own, missed, ran }, "large.py": counted }
    }
    if (path !== "report") return output
    const [first, second, third, ...others] = output.criteria
    return {
      ...output,
      criteria: [
        { ...first, text: hostile, files: [...first.files, `${hostile}/a.py`] },
        { ...second, standing: "untested", tests: [] },
        { ...third, standing: "failed" },
        ...others
      ],
      coverage: { ...output.coverage, ran: output.coverage.ran - missed.length }
    }
  }
  const events = fixture.events.map((event) =>
    event._tag === "StepSucceeded" ? { ...event, output: changed(event.path, event.output) } : event
  )
  return { ...fixture, run, events, standing: { ...fixture.standing!, run } }
}

// the recording was made with it
const sandbox = needs("bwrap")

const named = (event: Fixture["events"][number], run: string) =>
  event._tag === "RunInitialized" ? { ...event, run } : event

describe("the report of a run", sandbox.skip === true ? sandbox : needs("chromium"), () => {
  let studio: Studio
  let browser: Browser
  let base: string
  let [mended, changed] = ["", ""]

  const look = <A>(address: string, at: (page: Page) => Promise<A>, options?: BrowserContextOptions): Promise<A> =>
    lookAt(browser, `${base}${address}`, at, options)

  beforeAll(async () => {
    await build({ root: studioFolder, logLevel: "error" })
    const [run, change] = await repaired(dirname(dirname(studioFolder)))
    mended = run.run
    changed = change.run
    const { standing: _, ...rest } = run
    const begun = { ...rest, run: "goes-on", events: run.events.map((event) => named(event, "goes-on")) }
    const fixtures = [
      run,
      change,
      worse(run, "worse"),
      begun,
      await made({ run: "book", chapters: 8, isDecided: true }),
      await made({ run: "of-10000", chapters: 5000, isDecided: true, times: 20 })
    ]
    const isMended = ({ _tag, ...event }: Fixture["events"][number]) =>
      _tag === "StepSucceeded" && "path" in event && event.path.endsWith("/mended")
    studio = make(fixtures, { begun: { "goes-on": run.events.findIndex(isMended) + 1 } })
    await new Promise<void>((resolve) => void studio.server.listen(0, "127.0.0.1", resolve))
    base = `http://127.0.0.1:${(studio.server.address() as AddressInfo).port}`
    browser = await launch()
  })

  afterAll(async () => {
    await browser?.close()
    studio?.server.closeAllConnections()
    studio?.server.close()
  })

  const result = (run: string, query: Readonly<Record<string, string>> = {}) =>
    `/runs/${run}/result?${new URLSearchParams(query)}`

  const views = (): ReadonlyArray<readonly [name: string, address: string, isThere: string]> => [
    ["an outcome", result(mended), "text=89 of 89 tests passed"],
    ["criteria", result(mended, { part: "criteria" }), "text=46 criteria are shown to be met"],
    ["criteria that are not covered", result("worse", { part: "criteria", only: "open" }), "text=without a test"],
    ["a criterion", result(mended, { part: "criteria", criterion: "R3.4" }), ".about >> text=Where it comes from"],
    ["a test", result(mended, { part: "criteria", of: "test" }), "[role=option]"],
    ["a file", result("worse", { part: "criteria", file: "token_bucket.py" }), ".about >> text=3 did not"],
    [
      "a file of a hostile name",
      result("worse", { part: "criteria", file: `${hostile}/a.py` }),
      ".about h2 >> text=onerror"
    ],
    ["code", result("worse", { part: "code", file: "token_bucket.py", line: "41" }), ".text-line.missed.active"],
    ["code of a hostile name", result("worse", { part: "code", file: `${hostile}/a.py` }), ".text-line"],
    ["a round", result(mended, { part: "rounds" }), ".text-line.come"],
    ["a change", result(changed, { part: "rounds", round: "change" }), ".text-line.gone"],
    ["no round", result("worse", { part: "rounds", round: "7" }), ".text-line.come"],
    ["a run that goes on", result("goes-on", { part: "criteria" }), "text=The report is not written yet"],
    ["its code", result("goes-on", { part: "code" }), "text=not counted yet"],
    ["its round", result("goes-on", { part: "rounds" }), "text=After: not known"],
    ["cost and time", result(mended, { part: "spent" }), "text=No request went to a provider"],
    ["cost by step", result("book", { part: "spent", by: "cost", of: "steps" }), ".bar-unknown"],
    ["cost of ten thousand steps", result("of-10000", { part: "spent", of: "steps" }), "text=other steps"]
  ]

  it.each([
    ["light", {}],
    ["dark", { colorScheme: "dark" }],
    ["narrow", { viewport: { width: 400, height: 800 } }]
  ] as const)("is shown under the strict policy, and axe finds no barrier: %s", async (_, options) => {
    const found: Array<string> = []
    for (const [name, address, isThere] of views()) {
      const examine = async (page: Page) => {
        await page.waitForSelector(isThere)
        found.push(...(await barriers(page)).map((barrier) => `${name}: ${barrier}`))
        const width = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
        expect(width, `${name} is wider than its window`).toBeLessThanOrEqual(0)
        expect(await page.title()).not.toBe("hit")
      }
      await look(address, examine, options)
    }
    expect(found).toEqual([])
  })

  it("leads both ways with the keyboard alone: criterion, test, file, and back", () =>
    look(`/runs/${mended}`, async (page) => {
      const press = async (...keys: ReadonlyArray<string>) => {
        for (const key of keys) await page.keyboard.press(key)
      }
      /** Goes on with Tab until a link of this text has the focus, and follows it. */
      const follow = async (text: string) => {
        for (let i = 0; i < 60; i++) {
          await press("Tab")
          if ((await page.evaluate(() => document.activeElement?.textContent))?.trim() === text) return press("Enter")
        }
        throw new Error(`no Tab leads to ${text}`)
      }
      // a name is in pieces, between which it may break
      const shown = (name: string) =>
        page.waitForFunction((name) => document.querySelector(".about h2")?.textContent === name, name)
      const about = async (name: string) => {
        await shown(name)
        await page.waitForSelector(".about h2:focus")
      }
      await page.waitForSelector("[role=treeitem]")
      await press("4")
      await page.waitForSelector(".result:focus")
      await press("]")
      await page.waitForURL(/part=criteria/)
      await page.waitForSelector("[role=listbox]:focus")
      await press("j", "ArrowDown", "k", "End", "Home", "j", "Enter")
      await page.waitForURL(/criterion=R1.2/)
      // whoever goes on in the list takes what is open along
      await page.waitForSelector(".about h2 >> text=R1.2")
      for (const id of ["R1.3", "R1.4"]) {
        await press("j")
        await shown(id)
      }
      await press("Enter")
      await about("R1.4")
      const name = await page.locator(".about .links a").first().textContent()
      await follow(name!.trim())
      await about(name!.trim())
      expect(page.url()).toContain("test=")
      await follow("token_bucket.py")
      await about("token_bucket.py")
      expect(page.url()).toContain("file=")
      await follow("R1.4")
      await about("R1.4")
      await follow("token_bucket.py")
      await about("token_bucket.py")
      await follow("Its text")
      await page.waitForURL(/part=code/)
      await page.waitForSelector(".text-line")
      // the way back
      await page.goBack()
      await page.waitForSelector(".about h2 >> text=token_bucket.py")
      await press("Escape")
      await page.waitForSelector("[role=listbox]:focus")
      await page.waitForSelector(".about", { state: "detached" })
      await press("]", "]")
      await page.waitForURL(/part=rounds/)
      await page.waitForSelector("[role=listbox]:focus .text-line.active")
      await press("n")
      await page.waitForSelector(".text-line.active:is(.gone, .come)")
      await press("?")
      await page.waitForSelector("dialog[open] >> text=of a result")
    }))

  it("opens again what was seen, and goes from one line that did not run to the next", () =>
    look(result("worse", { part: "code", file: "token_bucket.py" }), async (page) => {
      const at = (line: number) => page.waitForSelector(`.text-line.missed.active >> .number >> text="${line}"`)
      await page.waitForSelector(".text-line.missed")
      for (const line of [40, 41, 90, 40]) {
        await page.keyboard.press("n")
        await at(line)
      }
      await page.keyboard.press("p")
      await at(90)
      await page.waitForURL(/line=90/)
      await page.reload()
      await at(90)
      // by sign and by words, besides the colour
      expect(await page.textContent(".text-line.active")).toContain("✗not run: ")
      await page.waitForSelector("text=100 of 103 lines")
    }))

  it("says which tests were red before and after a round, and what it changed", () =>
    look(result(mended, { part: "rounds" }), async (page) => {
      await page.waitForSelector("text=74 of 89 tests passed, 15 red")
      await page.waitForSelector("text=89 of 89 tests passed, none red")
      expect(await page.locator(".trials li").count()).toBe(15)
      const trial = (await page.locator(".trials li").first().textContent()) ?? ""
      expect(trial).toMatch(/failed.*before.*passed.*after.*code: /u)
      await page.waitForSelector("[role=listbox][aria-label='What changed in token_bucket.py'] .text-line.come")
    }))

  it("scrolls a file of five thousand lines with few elements and no long task", () =>
    look(result("worse", { part: "code", file: "large.py" }), async (page) => {
      await page.waitForSelector(".text-line")
      await page.waitForFunction(() => (window as unknown as Seen).isQuiet())
      await longestTask(page)
      let most = await nodes(page)
      await page.mouse.move(400, 500)
      for (let i = 0; i < 60; i++) {
        await page.mouse.wheel(i % 2 === 1 ? 300 : 0, i < 40 ? 4000 : -3000)
        await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)))
        most = Math.max(most, await nodes(page))
      }
      for (const key of ["End", "Home", "n", "n", "PageDown", "j"]) await page.keyboard.press(key)
      await page.waitForSelector(".text-line.active")
      const longest = await longestTask(page)
      console.log(`5,000 lines: at most ${most} elements; longest task ${longest.toFixed(0)} ms`)
      expect(most).toBeLessThanOrEqual(3000)
      expect(longest).toBeLessThanOrEqual(200)
    }))

  it("tells a cost that nobody knows as unknown, and none as none", () =>
    look(result("book", { part: "spent", by: "cost", of: "steps" }), async (page) => {
      await page.waitForSelector(".bars")
      const row = async (name: string) => (await page.locator(".bars tbody tr", { hasText: name }).textContent()) ?? ""
      await page.waitForSelector(".bar-unknown")
      expect(await row("foreword")).toContain("unknown")
      expect(await row("index")).toContain("no request")
      expect(await page.textContent(".bars tfoot")).toMatch(/\$0\.\d+, and 1 unknown/u)
      // a run of no code has no criteria
      expect(await page.locator(".parts a").allTextContents()).toEqual(["Outcome", "Cost and time"])
    }))
})
