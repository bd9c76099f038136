import { dirname, join } from "node:path"
import type { Browser, Page } from "playwright-core"
import { build } from "vite"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { firstLine, type Place, place, type Started } from "../../../test/support/cli.ts"
import { needs } from "../../../test/support/tool.ts"
import { launch } from "./support/browser.ts"

// the page as `stepwright studio` serves it: let in by a code, found again when the server is there again

const studioFolder = dirname(import.meta.dirname)

let browser: Browser
let here: Place
let studio: Started

/** Starts the server; gives the address that it prints. */
const opened = async (port = "0"): Promise<{ readonly url: string; readonly page: string }> => {
  const workflow = `${join(studioFolder, "dev/letter.ts")}#letter`
  studio = here.start("studio", "--workflow", workflow, "--port", port, "--json")
  return JSON.parse(await firstLine(studio))
}

/** A page of a browser of its own. What its policy forbids, and what goes wrong in it, is kept. */
const visitor = async () => {
  const context = await browser.newContext()
  const page = await context.newPage()
  const wrong: Array<string> = []
  page.on("pageerror", (error) => void wrong.push(String(error)))
  page.on("console", (message) => {
    if (message.text().startsWith("the policy forbids")) wrong.push(message.text())
  })
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", ({ blockedURI, violatedDirective }) => {
      console.error(`the policy forbids ${violatedDirective}: ${blockedURI}`)
    })
  })
  return { context, page, wrong }
}

const begin = async (page: Page) => {
  await page.click("text=Start a run")
  await page.click(".offered >> text=letter")
  await page.getByLabel("to", { exact: true }).fill("Ada")
  await page.getByLabel("plain").check()
  await page.click("button:has-text('Start')")
  await page.waitForSelector(".why.coming >> text=Rain falls on line")
}

describe("the studio in a browser", needs("chromium"), () => {
  beforeAll(async () => {
    await build({ root: studioFolder, logLevel: "error" })
    here = place()
    browser = await launch()
  })
  afterAll(async () => {
    await browser?.close()
    studio?.process.kill("SIGTERM")
    await studio?.ended
  })

  it("lets one browser in by the address that it prints, which does not stay in it, and no other", async () => {
    const { page: address, url } = await opened()
    const one = await visitor()
    await one.page.goto(address)
    await one.page.waitForSelector("text=There is no run yet")
    expect(one.page.url()).toBe(`${url}/`)
    expect(await one.page.evaluate(() => document.cookie)).toBe("")
    const other = await visitor()
    await other.page.goto(address)
    await other.page.waitForSelector("text=not known to the server")
    expect([...one.wrong, ...other.wrong]).toEqual([])
    await other.context.close()
    await one.context.close()
    studio.process.kill("SIGTERM")
    await studio.ended
  })

  it("goes on where it was after it was loaded again, and after the server was killed and is there again", async () => {
    const { page: address, url } = await opened()
    const { context, page, wrong } = await visitor()
    await page.goto(address)
    await begin(page)
    await page.reload()
    // what there is of the reply is there at once
    await page.waitForSelector(".why.coming >> text=Rain falls on line")
    studio.process.kill("SIGKILL")
    await studio.ended
    await page.waitForSelector("text=not connected, trying again")
    await opened(new URL(url).port)
    await page.waitForSelector("text=not connected", { state: "detached" })
    await page.waitForSelector(".head .status >> text=stopped")
    // the same page, with the cookie that it had, goes on
    await page.click("#go-on")
    await page.waitForSelector(".head .status >> text=running")
    await page.waitForSelector(".head .status >> text=suspended")
    await page.waitForSelector(".line >> text=approval")
    await page.keyboard.press("d")
    await page.click(".gate >> text=Send")
    await page.click(".gate button:has-text('Decide')")
    await page.waitForSelector(".gate h3:focus >> text=Decided")
    await page.click(".gate button:has-text('Go on')")
    await page.waitForSelector(".head .status >> text=completed")
    const { stdout } = await here.stepwright("status", "--json")
    const { replies, status } = JSON.parse(stdout)
    // the one that was on its way when the server was killed has not come
    expect([status, replies]).toEqual(["COMPLETED", 1])
    expect(wrong).toEqual([])
    await context.close()
  })
})
