import { chmodSync, mkdtempSync, rmSync } from "node:fs"
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import type { Browser, BrowserContextOptions, Page } from "playwright-core"
import { build } from "vite"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type Place, place, type Started } from "../../../test/support/cli.ts"
import { needs } from "../../../test/support/tool.ts"
import { pageIn, passOn } from "../dev/server.ts"
import { barriers, launch, lookAt, overflow } from "./support/browser.ts"

// the page with a server of the command line: what is done there is done to runs

// one key after the other
/* oxlint-disable no-await-in-loop */

const studioFolder = dirname(import.meta.dirname)
const token = "a-token-that-only-this-test-knows"

let browser: Browser
let built: string
let here: Place
let main: Served
const servers: Array<Served> = []

interface Served {
  readonly base: string
  readonly server: Started
  readonly proxy: Server
  readonly ask: (method: "GET" | "POST", path: string, body?: unknown) => Promise<any>
}

const served = async (...flags: ReadonlyArray<string>): Promise<Served> => {
  const workflow = `${join(studioFolder, "dev/letter.ts")}#letter`
  const server = here.start(
    "serve",
    "--workflow",
    workflow,
    "--port",
    "0",
    "--json",
    "--token-file",
    here.path("token"),
    ...flags
  )
  const line = await new Promise<string>((resolve, reject) => {
    let text = ""
    server.process.stdout?.on("data", (data) => {
      text += String(data)
      if (text.includes("\n")) resolve(text)
    })
    void server.ended.then(({ stderr }) => reject(new Error(stderr)))
  })
  const { url }: { readonly url: string } = JSON.parse(line)
  const proxy = createServer(passOn(url, token, pageIn(built)))
  await new Promise<void>((resolve) => void proxy.listen(0, "127.0.0.1", resolve))
  const ask: Served["ask"] = async (method, path, body) => {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" }
    const response = await fetch(`${url}/api${path}`, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) })
    })
    return response.json()
  }
  const found = { base: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, server, proxy, ask }
  servers.push(found)
  return found
}

const at = <A>(
  address: string,
  see: (page: Page) => Promise<A>,
  options: BrowserContextOptions = {},
  { base } = main
) => lookAt(browser, `${base}${address}`, see, options)

const input = { to: "Ada", tone: "plain", documents: [] }

/** A run that waits at its gate. */
const waiting = async ({ ask } = main): Promise<string> => {
  const { run } = await ask("POST", "/runs", { workflow: "letter", input })
  while ((await ask("GET", `/runs/${run}`)).status !== "SUSPENDED")
    await new Promise((resolve) => setTimeout(resolve, 200))
  return run
}

const press = async (page: Page, ...keys: ReadonlyArray<string>) => {
  for (const key of keys) await page.keyboard.press(key)
}

/** Goes on with Tab to what is called so. */
const tabTo = async (page: Page, name: RegExp) => {
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press("Tab")
    const called = await page.evaluate(() => {
      const { activeElement: element } = document
      const labels =
        element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement ? element.labels : null
      return [...(labels ?? []), element].map((one) => one?.textContent ?? "").join(" ")
    })
    if (name.test(called)) return
  }
  throw new Error(`Tab does not come to ${name.source}`)
}

const focused = (page: Page) => page.evaluate(() => document.activeElement?.textContent ?? "")

describe("the page acts", needs("chromium"), () => {
  beforeAll(async () => {
    built = mkdtempSync(join(tmpdir(), "stepwright-page-"))
    await build({ root: studioFolder, logLevel: "error", build: { outDir: built, emptyOutDir: true } })
    here = place()
    here.write("token", token)
    chmodSync(here.path("token"), 0o600)
    main = await served()
    browser = await launch()
  })

  afterAll(async () => {
    await browser?.close()
    for (const { proxy, server } of servers) {
      proxy.closeAllConnections()
      proxy.close()
      server.process.kill("SIGTERM")
    }
    if (built !== undefined) rmSync(built, { recursive: true, force: true })
  })

  it("starts a run, sees it stream, decides its gate and lets it go on until it is done", () =>
    at("/", async (page) => {
      await page.evaluate(() => {
        const told: Array<string> = []
        Object.assign(window, { told })
        const status = document.querySelector("main ~ [role=status]")!
        new MutationObserver(() => told.push(status.textContent ?? "")).observe(status, {
          childList: true,
          characterData: true,
          subtree: true
        })
      })
      await page.click("text=Start a run")
      await page.click(".offered >> text=letter")
      // what does not fit is said where it is, and the summary of it has the focus
      await page.click("button:has-text('Start')")
      await page.waitForSelector(".problem:focus >> text=2 things are to be mended")
      await page.click(".problem >> text=tone")
      expect(await page.evaluate(() => document.activeElement?.getAttribute("type"))).toBe("radio")
      await page.getByLabel("to", { exact: true }).fill("Ada")
      await page.getByLabel("plain").check()
      await page.setInputFiles("input[type=file][multiple]", {
        name: "notes.md",
        mimeType: "text/markdown",
        buffer: Buffer.from("It rains.\n")
      })
      await page.waitForFunction(() =>
        [...document.querySelectorAll("textarea")].some(({ value }) => value === "notes.md")
      )
      await page.setInputFiles("input[type=file][multiple]", {
        name: "picture.png",
        mimeType: "image/png",
        buffer: Buffer.from([0x89, 0x50, 0xff, 0xfe])
      })
      await page.waitForSelector("text=picture.png is no text in UTF-8")
      await page.click("button:has-text('Start')")
      await page.waitForURL(/\/runs\/[^/]+\/tree$/)
      await page.waitForSelector(".why.coming >> text=Rain falls on line")
      await page.waitForSelector(".head .status >> text=suspended")
      await page.click(".trouble a")
      await page.click(".gate >> text=Change")
      await page.getByLabel("what", { exact: true }).fill("more rain")
      await page.click(".gate button:has-text('Decide')")
      await page.waitForSelector(".gate h3:focus >> text=Decided")
      await page.waitForSelector(".gate >> text=1 step runs (sent)")
      expect(await page.evaluate(() => (window as unknown as { told: Array<string> }).told)).toContain(
        "approval is decided. Once the run goes on, 1 step runs (sent)."
      )
      await page.click(".gate button:has-text('Go on')")
      await page.waitForSelector(".head .status >> text=completed")
      await page.click(".line >> text=sent")
      await page.waitForSelector("pre >> text=1 changes were asked for")
    }))

  it("does all of that with the keyboard alone", () =>
    at("/", async (page) => {
      await page.waitForSelector("text=Start a run")
      await press(page, "?")
      await page.waitForSelector("dialog[open] >> text=start a run")
      await press(page, "Escape", "s")
      await page.waitForSelector(".offered a")
      await tabTo(page, /^letter/)
      await press(page, "Enter")
      await page.waitForSelector("form textarea")
      await tabTo(page, /^to\b/)
      await page.keyboard.type("Ada")
      await tabTo(page, /plain/)
      await press(page, "Space", "Control+Enter")
      await page.waitForURL(/\/runs\/[^/]+\/tree$/)
      await page.waitForSelector(".why.coming >> text=Rain falls on line")
      await page.waitForSelector(".head .status >> text=suspended")
      await page.waitForSelector(".line.undecided")
      await press(page, "d")
      await page.waitForSelector(".gate input:focus")
      // out of the form, and out of the step; what was chosen stays
      await press(page, "Space")
      await page.waitForSelector(".gate textarea")
      await press(page, "Tab")
      await page.keyboard.type("filed")
      await press(page, "Escape", "Escape")
      await page.waitForSelector(".panel", { state: "detached" })
      await press(page, "d")
      await page.waitForSelector(".gate input:focus")
      expect(await page.inputValue(".gate textarea")).toBe("filed")
      await press(page, "Control+Enter")
      await page.waitForSelector(".gate h3:focus >> text=Decided")
      await page.waitForSelector("#go-on:not([aria-disabled])")
      await press(page, "g", "Enter")
      await page.waitForSelector(".head .status >> text=completed")
      const { records } = await main.ask("GET", "/runs/latest/state")
      expect(records.approval.result.output).toEqual({ _tag: "Send", note: "filed" })
      // a new result of a step that a model made is asked for once more
      await press(page, "Home", "Enter")
      await page.waitForSelector("#run-step >> text=Run it again")
      await press(page, "r", "Enter")
      await page.waitForSelector("dialog[open] >> text=paid for once more")
      await press(page, "Escape")
      await page.waitForSelector("dialog", { state: "detached" })
      expect(await focused(page)).toBe("Run it again")
      await press(page, "Enter")
      await page.waitForSelector("dialog[open]")
      await press(page, "Tab", "Enter")
      await page.waitForSelector(".why.coming >> text=Rain falls on line")
      await page.waitForSelector("#cancel:not([aria-disabled])")
      await press(page, "x", "Enter")
      await page.waitForSelector(".acts >> text=no process works on it")
      await page.waitForSelector(".head .status >> text=completed")
    }))

  it("says that a question has changed, and keeps what was typed", async () => {
    const run = await waiting()
    await at(`/runs/${run}/tree/approval`, async (page) => {
      await page.click(".gate >> text=Send")
      await page.fill(".gate textarea", "as it is")
      await page.focus(".gate textarea")
      await main.ask("POST", `/runs/${run}/set`, { path: "draft", value: "Another letter." })
      await page.waitForSelector(".notice >> text=another one than the one you began to answer")
      await page.waitForSelector(".question >> text=Another letter.")
      // nothing takes the focus, or what was typed, away
      expect(await page.evaluate(() => document.activeElement?.tagName)).toBe("TEXTAREA")
      expect(await page.inputValue(".gate textarea")).toBe("as it is")
      await page.waitForSelector(".gate button[aria-disabled]:has-text('Decide')")
      await page.reload()
      await page.waitForSelector(".notice >> text=another one than the one you began to answer")
      expect(await page.inputValue(".gate textarea")).toBe("as it is")
      await page.click("text=I have read the new one")
      await page.waitForSelector(".notice", { state: "detached" })
      // somebody else is faster
      await main.ask("POST", `/runs/${run}/decide`, { path: "approval", decision: { _tag: "Send", note: "faster" } })
      await page.waitForSelector(".notice >> text=decided meanwhile")
      expect(await page.inputValue(".gate textarea")).toBe("as it is")
    })
  })

  it("lets a recursive value be written as JSON, and says where it goes wrong", async () => {
    const run = await waiting()
    await at(`/runs/${run}/tree/approval`, async (page) => {
      await page.click(".gate >> text=Change")
      await page.getByLabel("what", { exact: true }).fill("more")
      await page.click("button:has-text('add, outline')")
      await page.click("button:has-text('add, parts')")
      const json = page.getByLabel("parts 1 as JSON")
      await json.fill('{"what": "rain",\n "parts": [}')
      await page.click(".gate button:has-text('Decide')")
      await page.waitForSelector(".problem:focus >> text=line 2, column 12")
      await json.fill('{"what": "rain", "parts": [{"what": "", "parts": []}]}')
      await page.waitForSelector(".wrong >> text=must not be empty")
      await json.fill('{"what": "rain", "parts": []}')
      await page
        .getByRole("group", { name: /^outline/ })
        .getByLabel("what", { exact: true })
        .fill("all")
      // the whole as JSON, changed there, and in fields again
      const turn = page.locator(".gate .fieldset.union > .legend button")
      await turn.click()
      const whole = page.getByLabel("decision as JSON")
      expect(JSON.parse(await whole.inputValue())).toMatchObject({
        outline: { what: "all", parts: [{ what: "rain" }] }
      })
      await whole.fill((await whole.inputValue()).replace("more", "less"))
      await page.click("button[aria-pressed=true]")
      await page.waitForFunction(() => [...document.querySelectorAll("textarea")].some(({ value }) => value === "less"))
      await page.click(".gate button:has-text('Decide')")
      await page.waitForSelector(".gate h3:focus >> text=Decided")
    })
    const { records } = await main.ask("GET", `/runs/${run}/state`)
    expect(records.approval.result.output.changes).toEqual([{ where: "", what: "less" }])
  })

  it("tells all that it takes to answer a gate to whoever has the accessibility tree alone", async () => {
    const run = await waiting()
    await at(`/runs/${run}/tree/approval`, async (page) => {
      const gate = page.getByRole("region", { name: "To be decided" })
      await gate.waitFor()
      const snapshot = await gate.ariaSnapshot()
      expect(snapshot).toContain("Ada")
      expect(snapshot).toContain("Dear reader, Rain falls on line 1.")
      await gate.getByRole("radiogroup", { name: "decision" }).getByRole("radio", { name: "Send" }).check()
      const note = gate.getByRole("textbox", { name: /^note/ })
      expect(
        await note.evaluate(
          (element) => document.getElementById(element.getAttribute("aria-describedby")!)?.textContent
        )
      ).toBe("For the archive.")
      await gate.getByRole("button", { name: /^Decide/ }).click()
      await page.getByRole("region", { name: "Decided" }).getByText("1 step runs (sent)").waitFor()
    })
  })

  it("says what a server may not spend any more, and what to do", async () => {
    const poor = await served("--max-usd", "0.5", "--max-starts", "2")
    const run = await waiting(poor)
    await poor.ask("POST", `/runs/${run}/decide`, { path: "approval", decision: { _tag: "Send" } })
    await at(
      `/runs/${run}/tree`,
      async (page) => {
        await page.getByLabel("for at most, in USD").fill("3")
        await press(page, "Enter")
        await page.waitForSelector(".problem >> text=ask for $0.50 at most")
        await page.waitForSelector("text=Say a smaller amount")
        expect(await barriers(page)).toEqual([])
        await page.getByLabel("for at most, in USD").fill("0.2")
        await page.click("#go-on")
        await page.waitForSelector(".head .status >> text=completed")
      },
      {},
      poor
    )
    await at(
      "/start/letter",
      async (page) => {
        await page.waitForSelector("text=This server may spend $0.50 in all")
        await page.getByLabel("to", { exact: true }).fill("Ada")
        await page.getByLabel("plain").check()
        await page.click("button:has-text('Start')")
        await page.waitForSelector(".problem >> text=try again in")
        expect(await page.inputValue("textarea")).toBe("Ada")
      },
      {},
      poor
    )
  })

  it("shows nothing that acts where the server is only read", async () => {
    const read = await served("--read-only")
    const run = await waiting()
    await at(
      `/runs/${run}/tree/approval`,
      async (page) => {
        await page.waitForSelector(".panel .fields")
        expect(await page.locator("#go-on, .gate, #run-step").count()).toBe(0)
        await page.click("text=Prompt")
        await page.waitForSelector(".json .line")
        await page.goto(`${read.base}/start/letter`)
        await page.waitForSelector("text=This server is only read")
      },
      {},
      read
    )
  })

  it("has no barrier that axe finds, in light and in dark, wide, narrow and at 200 %", async () => {
    const run = await waiting()
    const found: Array<string> = []
    const views: ReadonlyArray<readonly [name: string, address: string, see: (page: Page) => Promise<unknown>]> = [
      ["which workflow", "/start", (page) => page.waitForSelector(".offered a")],
      ["a start", "/start/letter", (page) => page.waitForSelector("form textarea")],
      [
        "a start with mistakes",
        "/start/letter",
        async (page) => {
          await page.click("button:has-text('add a text')")
          await page.click("button:has-text('Start')")
          await page.waitForSelector(".problem")
        }
      ],
      [
        "a gate",
        `/runs/${run}/tree/approval`,
        async (page) => {
          await page.click(".gate >> text=Change")
          await page.click("button:has-text('add, changes')")
          await page.click(".gate button:has-text('Decide')")
          await page.waitForSelector(".problem")
        }
      ],
      [
        "a gate as JSON",
        `/runs/${run}/tree/approval`,
        async (page) => {
          await page.click(".gate .fieldset.union > .legend button")
          await page.waitForSelector("textarea.mono")
        }
      ],
      [
        "a step to run again",
        `/runs/${run}/tree/draft`,
        async (page) => {
          await page.click("#run-step")
          await page.waitForSelector("dialog[open]")
        }
      ]
    ]
    const looks: ReadonlyArray<BrowserContextOptions> = [
      {},
      { colorScheme: "dark" },
      { viewport: { width: 400, height: 800 }, reducedMotion: "reduce" },
      // 1280 pixels at 200 %
      { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 }
    ]
    for (const [name, address, see] of views) {
      for (const options of looks) {
        await at(
          address,
          async (page) => {
            await see(page)
            found.push(...(await barriers(page)).map((barrier) => `${name}: ${barrier}`))
            expect(await overflow(page), `${name} is wider than its window`).toBeLessThanOrEqual(0)
          },
          options
        )
      }
    }
    expect(found).toEqual([])
  })
})
