import { existsSync } from "node:fs"
import { delimiter, join } from "node:path"
import axe from "axe-core"
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core"
import { expect } from "vitest"

const chromiumFile = () =>
  (process.env["PATH"] ?? "")
    .split(delimiter)
    .map((folder) => join(folder, "chromium"))
    .find(existsSync) ?? "chromium"

export const launch = (): Promise<Browser> =>
  chromium.launch({ executablePath: chromiumFile(), args: ["--no-sandbox"] })

/** What a page keeps for its test. */
export interface Seen {
  readonly tasks: Array<number>
  /** When the step that failed was there to be read. */
  readonly named: number
  readonly isQuiet: () => boolean
}

/** Looks at an address of the page. What goes wrong in it, what its policy forbids included, is thrown afterwards. */
export const lookAt = async <A>(
  browser: Browser,
  address: string,
  at: (page: Page) => Promise<A>,
  options: BrowserContextOptions = {}
): Promise<A> => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })
  try {
    const page = await context.newPage()
    const wrong: Array<string> = []
    page.on("console", (message) => {
      // that a server refuses what is wrong is what some tests ask for
      const isRefusal = /status of 4\d\d/.test(message.text())
      if ((message.type() === "error" || message.type() === "warning") && !isRefusal) wrong.push(message.text())
    })
    const own = address.split("#", 1)[0]!
    page.on("request", (request) => {
      // a file is all that there is
      if (own.startsWith("file:") && request.url().split("#", 1)[0] !== own) wrong.push(`asks for ${request.url()}`)
    })
    page.on("pageerror", (error) => void wrong.push(String(error)))
    await page.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", ({ blockedURI, violatedDirective }) => {
        console.error(`the policy forbids ${violatedDirective}: ${blockedURI}`)
      })
      let last = 0
      const seen: Seen = { tasks: [], named: 0, isQuiet: () => performance.now() - last > 1000 }
      const hostile = (where: string) => console.error(`what a run says was executed: ${where}`)
      Object.assign(window, seen, { hostile })
      new PerformanceObserver((list) => {
        last = performance.now()
        for (const { duration } of list.getEntries()) seen.tasks.push(duration)
      }).observe({ type: "longtask", buffered: true })
      new MutationObserver((_, observer) => {
        if (document.querySelector(".trouble a") === null) return
        observer.disconnect()
        // by then it is painted
        requestAnimationFrame(() =>
          requestAnimationFrame(() => {
            performance.mark("named")
            Object.assign(window, { named: performance.now() })
          })
        )
      }).observe(document, { childList: true, subtree: true })
    })
    await page.goto(address)
    const found = await at(page)
    expect(wrong).toEqual([])
    return found
  } finally {
    await context.close()
  }
}

export const nodes = (page: Page) => page.evaluate(() => document.querySelectorAll("*").length)
/** How long the longest task took since it was asked last. */
export const longestTask = (page: Page) =>
  page.evaluate(() => Math.max(0, ...(window as unknown as Seen).tasks.splice(0)))

/** What scripts come to, one after the other, in a world of their own, which the policy of the page says nothing of. */
export const inApart = async <A>(page: Page, ...scripts: ReadonlyArray<string>): Promise<A> => {
  const session = await page.context().newCDPSession(page)
  const { frameTree } = await session.send("Page.getFrameTree")
  const { executionContextId } = await session.send("Page.createIsolatedWorld", { frameId: frameTree.frame.id })
  const evaluate = (expression: string) =>
    session.send("Runtime.evaluate", {
      expression,
      contextId: executionContextId,
      awaitPromise: true,
      returnByValue: true
    })
  let value: unknown
  for (const script of scripts) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    const { exceptionDetails, result } = await evaluate(script)
    if (exceptionDetails !== undefined)
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
    value = result.value
  }
  return value as A
}

/** What axe finds. */
export const barriers = (page: Page): Promise<ReadonlyArray<string>> =>
  inApart(
    page,
    axe.source,
    "axe.run().then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`)))"
  )

interface Traced {
  readonly name: string
  readonly pid: number
  readonly tid: number
  readonly ts: number
  /** How much time of the processor it took. **Units** microseconds */
  readonly tdur?: number
}

/** What a page takes of the processor, whatever else the machine does: its longest task, and all until the failed step is there. **Units** milliseconds */
export const own = async (browser: Browser, look: () => Promise<unknown>) => {
  await browser.startTracing(undefined, { categories: ["toplevel", "blink.user_timing"] })
  await look()
  const { traceEvents }: { readonly traceEvents: ReadonlyArray<Traced> } = JSON.parse(
    (await browser.stopTracing()).toString()
  )
  const named = traceEvents.find(({ name }) => name === "named")
  if (named === undefined) throw new Error("no failed step was seen")
  const tasks = traceEvents.flatMap(({ name, pid, tdur, tid, ts }) =>
    name.includes("RunTask") && pid === named.pid && tid === named.tid ? [{ ts, millis: (tdur ?? 0) / 1000 }] : []
  )
  return {
    longest: Math.max(...tasks.map(({ millis }) => millis)),
    untilNamed: tasks.reduce((sum, { millis, ts }) => (ts <= named.ts ? sum + millis : sum), 0)
  }
}

/** By how much a page is wider than its window. **Units** CSS pixels */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
