import { readdirSync, readFileSync } from "node:fs"
import type { AddressInfo } from "node:net"
import { dirname, join } from "node:path"
import { gzipSync } from "node:zlib"
import type { Browser, BrowserContextOptions, Page } from "playwright-core"
import { build } from "vite"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { needs } from "../../../test/support/tool.ts"
import { made, recorded } from "../dev/fixtures.ts"
import { make, type Studio } from "../dev/server.ts"
import { barriers, launch, longestTask, lookAt, nodes, overflow, type Seen } from "./support/browser.ts"

// one page after the other, and one key after the other
/* oxlint-disable no-await-in-loop */

const studioFolder = dirname(import.meta.dirname)

const live = "goes-on"
const hostile = `<img src=x onerror="hacked=1"><script>hacked=1</script>`
let recordedRun: string
let studio: Studio
let browser: Browser
let base: string

const look = <A>(address: string, at: (page: Page) => Promise<A>, options?: BrowserContextOptions): Promise<A> =>
  lookAt(browser, `${base}${address}`, at, options)

/** In light and in dark, narrow, and enlarged to the double. */
const layouts: ReadonlyArray<BrowserContextOptions> = [
  {},
  { colorScheme: "dark", reducedMotion: "reduce" },
  { viewport: { width: 400, height: 800 } },
  { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 }
]

const views = (): ReadonlyArray<readonly [name: string, address: string, isThere: string]> => [
  ["the runs", "/", "table a"],
  ["the runs, filtered to none", "/?text=nothing", "text=No run is like that"],
  ["a run", `/runs/${recordedRun}`, "[role=treeitem]"],
  ["a failed run", "/runs/failed/tree", "text=cannot be printed"],
  ["a graph", "/runs/failed/graph", ".box.failed"],
  ["a time line", `/runs/${recordedRun}/time`, ".span.critical"],
  ["what a run came to", `/runs/${recordedRun}/result`, "text=121 of 121 tests"],
  ["a failed step", "/runs/failed/tree/chapters/chapter%252033%252F40/page", ".error pre"],
  ["a prompt", "/runs/failed/tree/outline?tab=prompt", ".messages .system"],
  ["replies", "/runs/failed/tree/outline?tab=replies", "text=What was said to it"],
  ["an output", `/runs/${recordedRun}/tree/requirement/specification?tab=output`, ".json .line"],
  ["attempts", "/runs/failed/graph/outline?tab=attempts", ".attempts"],
  ["a gate", "/runs/waits/tree/approval?tab=prompt", ".json .line"],
  ["an address of nothing", "/odd", "text=nothing at this address"]
]

describe("the page", needs("chromium"), () => {
  beforeAll(async () => {
    await build({ root: studioFolder, logLevel: "error" })
    const fixtures = await Promise.all([
      recorded(dirname(dirname(studioFolder))),
      made({ run: "failed", chapters: 40, fails: 33 }),
      made({ run: "waits", chapters: 3 }),
      made({ run: "hostile", chapters: 3, fails: 2, also: hostile }),
      made({ run: live, chapters: 30, isDecided: true }),
      made({ run: "streams", chapters: 3, isDecided: true }),
      made({ run: "moves", chapters: 30, isDecided: true, times: 100_000 }),
      made({ run: "of-100", chapters: 50, fails: 46, times: 20 }),
      made({ run: "of-10000", chapters: 5000, fails: 4990, times: 20 })
    ])
    recordedRun = fixtures[0]!.run
    studio = make(fixtures, { begun: { [live]: 40, moves: 1, streams: 4 } })
    await new Promise<void>((resolve) => void studio.server.listen(0, "127.0.0.1", resolve))
    base = `http://127.0.0.1:${(studio.server.address() as AddressInfo).port}`
    browser = await launch()
  })

  afterAll(async () => {
    await browser?.close()
    studio?.server.closeAllConnections()
    studio?.server.close()
  })

  it("shows each view under the strict policy, and axe finds no barrier, in light and in dark, wide, narrow and enlarged", async () => {
    const found: Array<string> = []
    for (const [name, address, isThere] of views()) {
      for (const options of layouts) {
        await look(
          address,
          async (page) => {
            await page.waitForSelector(isThere)
            found.push(...(await barriers(page)).map((barrier) => `${name}: ${barrier}`))
            expect(await overflow(page), `${name} is wider than its window`).toBeLessThanOrEqual(0)
          },
          options
        )
      }
    }
    expect(found).toEqual([])
  })

  it("executes nothing that stands in a text", async () => {
    const places = [
      "",
      "/tree/outline?tab=prompt",
      "/tree/outline?tab=replies",
      "/tree/outline?tab=output",
      "/tree/outline?tab=attempts",
      `/tree/chapters/${encodeURIComponent(encodeURIComponent(`${hostile}chapter 2/3`))}/page`,
      "/graph",
      "/time",
      "/result"
    ]
    for (const place of places) {
      await look(`/runs/hostile${place}`, async (page) => {
        await page.waitForSelector(".line, .box, .result")
        if (place.includes("/outline") || place.includes("chapters")) await page.waitForSelector(".panel .body > *")
        expect(await page.evaluate(() => "hacked" in window)).toBe(false)
        expect(await page.locator("img, iframe, script:not([src])").count()).toBe(0)
      })
    }
    await look("/runs/hostile/tree/outline?tab=output", async (page) => {
      await page.waitForSelector(".panel >> text=onerror")
    })
  })

  it("is used with the keyboard alone", () =>
    look("/", async (page) => {
      const press = async (...keys: ReadonlyArray<string>) => {
        for (const key of keys) await page.keyboard.press(key)
      }
      await page.waitForSelector("table a")
      await press("?")
      await page.waitForSelector("dialog[open]")
      await press("Escape")
      await page.waitForSelector("dialog", { state: "detached" })
      await press("/")
      await page.keyboard.type("failed")
      await page.waitForURL(/text=failed/)
      await press("Enter")
      await page.waitForSelector("tr.active a:focus")
      await press("Enter")
      await page.waitForURL(/\/runs\/failed\/tree$/)
      // whoever does not see the page is told where they are
      await page.waitForSelector("h1:focus >> text=failed")
      // the step that failed is marked
      await page.waitForSelector(".line.failed.active >> text=page")
      await press("Enter")
      await page.waitForSelector(".panel .error")
      await press("]", "]")
      await page.waitForURL(/tab=replies$/)
      await press("Escape")
      await page.waitForURL(/\/runs\/failed\/tree$/)
      expect(await page.evaluate(() => document.activeElement?.getAttribute("role"))).toBe("tree")
      await press("2")
      await page.waitForSelector(".graph .box.active")
      await press("3")
      await page.waitForSelector(".timeline .line.active")
      await press("1", "Home", "j", "h")
      await page.waitForSelector('.line.active[aria-expanded="false"] >> text=chapters')
      await press("l", "l", "j", "n")
      await page.waitForSelector(".line.failed.active >> text=page")
      await press("/")
      await page.keyboard.type("33 text")
      await page.waitForURL(/find=33\+text/)
      await press("Enter")
      await page.waitForSelector(".line.active >> text=text")
      await press("Escape")
      await page.waitForURL(/tree$/)
      await press("4")
      await page.waitForSelector(".result:focus >> text=Unprintable")
      await press("Escape")
      await page.waitForURL(/\/$|\?/)
    }))

  it("opens again exactly what was seen", () =>
    look("/runs/failed/tree", async (page) => {
      await page.click(".line >> text=outline")
      await page.click(".tabs >> text=Output")
      await page.waitForSelector(".json .line")
      const seen = await page.textContent(".panel")
      await page.reload()
      await page.waitForSelector(".json .line")
      expect(await page.textContent(".panel")).toBe(seen)
      await page.goBack()
      await page.waitForSelector(".tabs [aria-current] >> text=Summary")
    }))

  it("follows a run that goes on, says so, and leaves the focus where it is", () =>
    look(`/runs/${live}`, async (page) => {
      await page.waitForSelector(".head >> text=running")
      await page.focus("[role=tree]")
      await page.keyboard.press("Home")
      studio.say(live, "foreword", "Rain falls where")
      await page.waitForSelector(".why.coming >> text=Rain falls where")
      while (!studio.isOver(live)) studio.advance(live, 10)
      await page.waitForSelector(".head .status >> text=completed")
      await page.waitForFunction(() => document.querySelector("[role=status]")?.textContent?.includes("completed"))
      await page.waitForSelector(".line.done >> text=approval")
      expect(await page.evaluate(() => document.activeElement?.getAttribute("role"))).toBe("tree")
      await page.waitForSelector(".line.active >> text=outline")
    }))

  it("keeps the focus at a run whose line moves", () =>
    look("/", async (page) => {
      const place = (run: string) =>
        page.evaluate(
          (id) => [...document.querySelectorAll("table a")].findIndex((link) => link.id === id),
          `run:${run}`
        )
      await page.focus('[id="run:moves"]')
      const before = await place("moves")
      studio.advance("moves", 60)
      await page.waitForFunction((id) => document.querySelector("table a")?.id === id, "run:moves")
      expect(before).toBeGreaterThan(0)
      expect(await page.evaluate(() => document.activeElement?.id)).toBe("run:moves")
    }))

  it("names the step that failed among 10,000 at most twice as late as among 100", async () => {
    const named = (run: string) =>
      look(`/runs/${run}`, async (page) => {
        await page.waitForSelector(".line.failed >> text=page")
        return page.evaluate(() => (window as unknown as Seen).named)
      })
    const median = async (run: string) => {
      const times: Array<number> = []
      for (let i = 0; i < 9; i++) times.push(await named(run))
      return times.toSorted((a, b) => a - b)[4]!
    }
    await named("of-10000")
    const [few, many] = [await median("of-100"), await median("of-10000")]
    console.log(`the failed step is named after ${few.toFixed(0)} ms of 100, ${many.toFixed(0)} ms of 10,000`)
    expect(many).toBeLessThanOrEqual(2 * few)
  })

  it.each(["tree", "graph", "time"])("has few elements and no long task with 10,000 steps: %s", (view) =>
    look(`/runs/of-10000/${view}`, async (page) => {
      await page.waitForSelector(view === "graph" ? ".box.failed" : ".line.failed")
      const atFirst = await nodes(page)
      // all of them
      for (const key of ["Home", "j", "l"]) await page.keyboard.press(key)
      await page.waitForFunction(() => (document.querySelector(".lines, .canvas")?.clientHeight ?? 0) > 20_000)
      await page.waitForFunction(() => (window as unknown as Seen).isQuiet())
      const opening = await longestTask(page)
      let most = Math.max(atFirst, await nodes(page))
      await page.mouse.move(300, 500)
      for (let i = 0; i < 60; i++) {
        await page.mouse.wheel(view === "graph" && i % 2 === 1 ? 400 : 0, i < 40 ? 4000 : -3000)
        await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)))
        most = Math.max(most, await nodes(page))
      }
      const scrolling = await longestTask(page)
      for (let i = 0; i < 20; i++) await page.keyboard.press(i % 4 === 3 ? "PageDown" : "j")
      await page.waitForSelector(view === "graph" ? ".box.active" : ".line.active")
      const moving = await longestTask(page)
      console.log(
        `${view} of 10,000 steps: at most ${most} elements; longest task ${scrolling.toFixed(0)} ms while it scrolls, ${moving.toFixed(0)} ms while the mark moves, ${opening.toFixed(0)} ms before`
      )
      expect(most).toBeLessThanOrEqual(3000)
      expect(Math.max(scrolling, moving)).toBeLessThanOrEqual(200)
    })
  )

  it("keeps its memory while 100,000 pieces of replies come", () =>
    look("/runs/streams", async (page) => {
      const session = await page.context().newCDPSession(page)
      await page.waitForSelector(".head >> text=running")
      /** **Units** MB */
      const heap = async () => {
        await session.send("HeapProfiler.collectGarbage")
        return (await session.send("Runtime.getHeapUsage")).usedSize / 1_000_000
      }
      const used: Array<number> = []
      for (let reply = 1; reply <= 10; reply++) {
        for (let i = 0; i < 10_000; i++) studio.say("streams", "foreword", `word ${i} `)
        studio.say("streams", "foreword", `end of ${reply}.`)
        await page.waitForSelector(`.why.coming >> text=end of ${reply}.`)
        studio.discard("streams", "foreword")
        await page.waitForSelector(".why.coming", { state: "detached" })
        used.push(await heap())
      }
      console.log(`MB used after each 10,000 pieces: ${used.map((mb) => mb.toFixed(1)).join(", ")}`)
      expect(used.at(-1)! - used[1]!).toBeLessThan(1)
    }))

  it("is small: 200 KB for the first view, 250 KB more for each other one", () => {
    const assets = join(studioFolder, "dist/page/assets")
    const sizes = readdirSync(assets).map((name) => [name, gzipSync(readFileSync(join(assets, name))).length] as const)
    console.log(sizes.map(([name, size]) => `${name}: ${(size / 1000).toFixed(1)} KB`).join("\n"))
    const index = readFileSync(join(assets, "../index.html"), "utf8")
    const first = sizes.filter(([name]) => index.includes(name))
    expect(first.reduce((sum, [, size]) => sum + size, 0)).toBeLessThanOrEqual(200_000)
    expect(sizes.every(([, size]) => size <= 250_000)).toBe(true)
  })
})
