import { type ChildProcess, spawn } from "node:child_process"
import { mkdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import type { Browser, BrowserContextOptions, Page } from "playwright-core"
import { build } from "vite"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { place } from "../../../test/support/cli.ts"
import { asking, happenings, type Served, served } from "../../../test/support/served.ts"
import { needs } from "../../../test/support/tool.ts"
import { barriers, launch, lookAt } from "./support/browser.ts"

// one page after the other, and one key after the other
/* oxlint-disable no-await-in-loop */

const studioFolder = dirname(import.meta.dirname)

/** A workflow whose model says what it was asked, in capitals. */
const module = `import { Effect, Schema } from "effect"
import { PromptTemplate, Step, Workflow } from "@stepwright/core"
import { MockLlm } from "@stepwright/llm"

const ask = (name: string, system: string, prompt: string) => Step.make(name, {
  input: Schema.String,
  output: Schema.String,
  system,
  prompt: PromptTemplate.make(prompt),
  variables: (text) => ({ text })
})
const outline = ask("outline", "You plan.", "Outline {{text}}")
const draft = ask("draft", "You write plainly.", "Draft this: {{text}}, and be brief.")
const count = Step.effect("count", {
  input: Schema.String,
  output: Schema.Struct({ letters: Schema.Int }),
  run: (text) => Effect.succeed({ letters: text.length })
})
export const article = Workflow.make("article", { input: Schema.Struct({ topic: Schema.String }) }).pipe(
  Workflow.bind("outline", outline, "input.topic"),
  Workflow.bind("draft", draft, "outline"),
  Workflow.bind("count", count, "draft")
)
export const layer = MockLlm.layer(({ messages }) =>
  MockLlm.reply({ text: messages.at(-1).content.toUpperCase(), model: "made-up-1", usage: { input: 40, output: 20 } })
)
`
const configuration = `# ours
workflow: w.ts#article
steps:
  outline: { promptFile: prompts/outline.md } # a file of its own
`

let all: Served
let run: string
let proxy: ChildProcess
let browser: Browser
let base: string

const look = <A>(address: string, at: (page: Page) => Promise<A>, options?: BrowserContextOptions): Promise<A> =>
  lookAt(browser, `${base}${address}`, at, options)

describe("edits in the page", needs("chromium"), () => {
  beforeAll(async () => {
    await build({ root: studioFolder, logLevel: "error" })
    const here = place()
    here.write("w.ts", module)
    mkdirSync(here.path("prompts"))
    here.write("prompts/outline.md", "Outline {{text}} in three points.\n")
    here.write("stepwright.yaml", configuration)
    await here.stepwright("trust", "--yes")
    all = await served(here, ["w.ts#article"])
    const { body } = await asking(all)("POST", "/api/runs", { workflow: "article", input: { topic: "rain" } })
    run = body.run
    await happenings(all, run)
    proxy = spawn(process.execPath, [join(studioFolder, "dev/main.ts"), "--built", "--server", all.url], {
      env: { ...process.env, PORT: "0", STEPWRIGHT_TOKEN: all.token },
      stdio: ["ignore", "pipe", "inherit"]
    })
    base = await new Promise<string>((resolve) => {
      proxy.stdout!.on("data", (data) => {
        const [found] = /http:\S+/u.exec(String(data)) ?? []
        if (found !== undefined) resolve(found)
      })
    })
    browser = await launch()
  })

  afterAll(async () => {
    await browser?.close()
    proxy?.kill("SIGTERM")
    all?.server.process.kill("SIGTERM")
    await all?.server.ended
  })

  it("are planned as somebody types, begun as a fork, and compared, by keyboard and names alone", () =>
    look(`/runs/${run}/tree/draft?tab=prompt`, async (page) => {
      // the prompt as it was sent, with what its variable stood for marked
      await page.waitForSelector("mark[title=text]")
      await page.keyboard.press("e")
      await page.waitForURL(/\/edit\/draft$/)
      await page.waitForSelector("h1:focus")
      const prompt = page.getByRole("textbox", { name: "Prompt", exact: true })
      await prompt.fill("Draft this: {{text}}, for {{whom}}.")
      const problem = page.getByRole("alert")
      await problem.getByText("nothing fills {{whom}}").waitFor()
      await problem.getByRole("button", { name: "go to line 1, column 27" }).press("Enter")
      expect(await prompt.evaluate((box) => (box as HTMLTextAreaElement).selectionStart)).toBe(26)
      await prompt.fill("Draft this: {{text}}, and be very brief.")
      await page.getByText("1 step would run, 1 perhaps, 1 reused").waitFor()
      await page.getByRole("cell", { name: "changed: prompt" }).waitFor()
      // it is still there when the page is opened anew
      await page.reload()
      await page.getByText("1 step would run, 1 perhaps, 1 reused").waitFor()
      await page.getByRole("button", { name: "Run as a fork" }).press("Enter")
      await page.waitForURL((url) => url.pathname.endsWith("/tree") && !url.pathname.includes(run))
      await page.getByText("completed", { exact: false }).first().waitFor()
      const fork = decodeURIComponent(new URL(page.url()).pathname.split("/")[2]!)
      const { body } = await asking(all)("GET", `/api/runs/${fork}`)
      expect(body.config).toEqual({ steps: { draft: { prompt: "Draft this: {{text}}, and be very brief." } } })
      expect(body.origin).toBe(run)

      await page.getByRole("link", { name: "compare", exact: true }).waitFor()
      await page.keyboard.press("c")
      await page.waitForURL(/\/compare\//)
      await page.getByText("2 steps differ, 1 is the same.").waitFor()
      await page.getByRole("link", { name: "draft" }).press("Enter")
      await page.waitForSelector("ins")
      expect(await page.locator("section:has(> h3:text-is('Prompt')) ins").allTextContents()).toEqual(["very "])
      expect(await barriers(page)).toEqual([])
      await page.reload()
      await page.waitForSelector("ins")
    }))

  it("of the input and of outputs gather in a draft, and are taken back one by one", () =>
    look(`/runs/${run}/edit/input`, async (page) => {
      const input = page.getByRole("textbox", { name: "Input of the run" })
      await input.fill('{ "topic": ')
      await page.getByText("This is no JSON.").waitFor()
      await input.fill('{ "topic": "hail" }')
      await page.getByText("1 step would run, 2 perhaps").waitFor()
      await input.fill('{ "topic": "snow" ')
      await page.getByText("This is no JSON.").waitFor()
      // what was typed before it is not run in its place, by no button and by no key
      for (const name of ["Run as a fork", "Fork only"]) {
        expect(await page.getByRole("button", { name }).isDisabled()).toBe(true)
      }
      await page.keyboard.press("Escape")
      await page.waitForSelector("h1:focus")
      await page.keyboard.press("f")
      await input.fill('{ "topic": "snow" }')
      expect(await page.getByRole("button", { name: "Run as a fork" }).isEnabled()).toBe(true)
      expect(page.url()).toContain("/edit/input")
      await page.getByText("1 step would run, 2 perhaps").waitFor()
      await page.getByRole("combobox", { name: "Step" }).selectOption("draft")
      await page.getByText("Its output").click()
      await page.getByRole("textbox", { name: "Output, in place of" }).fill('"mine"')
      await page.getByText("output by hand", { exact: true }).waitFor()
      await page.getByRole("button", { name: "take back input" }).press("Enter")
      await page.getByText("1 step would run, 2 reused").waitFor()
      await page.getByRole("button", { name: "take back draft" }).press("Enter")
      await page.getByText("Nothing is otherwise yet").waitFor()
      expect(await page.getByRole("button", { name: "Run as a fork" }).isDisabled()).toBe(true)
    }))

  it("of numbers are typed as anybody types, and what is left empty is as the run has it", () =>
    look(`/runs/${run}/edit/draft`, async (page) => {
      const field = page.getByRole("spinbutton", { name: "Temperature" })
      await field.fill("0.7")
      await page.getByText("parameters", { exact: true }).waitFor()
      await field.press("Control+a")
      await field.press("Delete")
      await page.getByText("Nothing is otherwise yet").waitFor()
      expect(await field.inputValue()).toBe("")
      await field.pressSequentially("1")
      await page.getByText("parameters", { exact: true }).waitFor()
      expect(await field.inputValue()).toBe("1")
      const repairs = page.getByRole("spinbutton", { name: "Repairs" })
      const own = await repairs.inputValue()
      await repairs.press("Control+a")
      await repairs.press("Delete")
      expect(await repairs.inputValue()).toBe("")
      expect(await repairs.getAttribute("placeholder")).toBe(own)
      await repairs.pressSequentially("4")
      await page.getByText("repair", { exact: true }).waitFor()
      expect(await repairs.inputValue()).toBe("4")
      await page.getByRole("button", { name: "take back draft, parameters" }).press("Enter")
      await page.getByRole("button", { name: "take back draft, repair" }).press("Enter")
      expect(await repairs.inputValue()).toBe(own)
    }))

  it("that are refused by the plan are not sent by a key, either", () =>
    look(`/runs/${run}/edit/draft`, async (page) => {
      const asked: Array<string> = []
      page.on("request", (request) => void (request.method() === "POST" && asked.push(request.url())))
      await page.getByRole("textbox", { name: "Prompt", exact: true }).fill("Draft {{whom}}.")
      await page.getByText("nothing fills {{whom}}").waitFor()
      await page.keyboard.press("Escape")
      await page.waitForSelector("h1:focus")
      await page.keyboard.press("f")
      await page.getByRole("button", { name: "take back draft" }).press("Enter")
      await page.getByText("Nothing is otherwise yet").waitFor()
      expect(asked.filter((url) => url.endsWith("/fork"))).toEqual([])
    }))

  it("make one run where that may not go on at once, and it says why", () =>
    look(`/runs/${run}/edit/input`, async (page) => {
      const refusal = { code: "TooManyRequests", message: "No more runs are begun this minute.", severity: "error" }
      await page.route("**/resume", (route) => route.fulfill({ status: 429, json: refusal }))
      await page.getByRole("textbox", { name: "Input of the run" }).fill('{ "topic": "hail" }')
      await page.getByText("1 step would run, 2 perhaps").waitFor()
      await page.getByRole("button", { name: "Run as a fork" }).press("Enter")
      await page.waitForURL((url) => url.pathname.endsWith("/tree") && !url.pathname.includes(run))
      await page.getByText("No more runs are begun this minute.").waitFor()
      await page.unroute("**/resume")
      await page.getByRole("button", { name: "Go on" }).press("Enter")
      await page.getByText("completed", { exact: false }).first().waitFor()
      expect(await page.getByText("No more runs are begun this minute.").count()).toBe(0)
      // the edits are made a run of
      await page.goto(`${base}/runs/${run}/edit/input`)
      await page.getByText("Nothing is otherwise yet").waitFor()
    }))

  it("say that the results of the run could not be had, and are there once they can", () =>
    look(`/runs/${run}`, async (page) => {
      await page.waitForSelector("h1")
      await page.route("**/state", (route) => route.fulfill({ status: 429, json: { message: "Not so often." } }))
      await page.goto(`${base}/runs/${run}/edit/input`)
      await page.getByText("Not so often.").waitFor()
      await page.unroute("**/state")
      await page.reload()
      await page.getByRole("textbox", { name: "Input of the run" }).waitFor()
      expect(await page.getByText("Not so often.").count()).toBe(0)
    }))

  it("are saved to the file of a prompt once its diff was seen; a prompt in code is offered as a patch", () =>
    look(`/runs/${run}/edit/outline`, async (page) => {
      await page.getByText("prompts/outline.md").waitFor()
      await page.getByRole("textbox", { name: "Prompt", exact: true }).fill("Outline {{text}} in four points.")
      await page.getByRole("combobox", { name: "Step" }).selectOption("draft")
      await page.getByRole("textbox", { name: "Prompt", exact: true }).fill("Draft that: {{text}}")
      await page.getByRole("button", { name: "Save…" }).press("Enter")
      const dialog = page.getByRole("dialog")
      await dialog.getByText("+Outline {{text}} in four points.").waitFor()
      await dialog.getByText('+const draft = ask("draft", "You write plainly.", "Draft that: {{text}}")').waitFor()
      expect(await barriers(page)).toEqual([])
      // who closes it is where they were
      await page.keyboard.press("Escape")
      await dialog.waitFor({ state: "detached" })
      expect(page.url()).toContain("/edit/draft")
      await page.keyboard.press("s")
      await dialog.getByRole("button", { name: "Write 1 file" }).press("Enter")
      await dialog.getByText("written", { exact: true }).waitFor()
      expect(readFileSync(all.here.path("prompts/outline.md"), "utf8")).toBe("Outline {{text}} in four points.\n")
      expect(readFileSync(all.here.path("w.ts"), "utf8")).toBe(module)
    }))

  it("has no barrier, in light and dark, wide and narrow, and is no wider than its window", async () => {
    const { body } = await asking(all)("GET", "/api/runs")
    const [first, second] = body.map(({ run }: { readonly run: string }) => run)
    for (const [address, isThere] of [
      [`/runs/${run}/edit/draft`, "textarea"],
      [`/runs/${run}/edit/input`, "textarea"],
      [`/runs/${run}/edit`, "text=would run"],
      [`/compare/${first}/${second}?all`, ".paths td"],
      [`/compare/${first}/${second}/draft?all`, "del, ins, .sides"],
      ["/", "input.pick"]
    ] as const) {
      for (const options of [{}, { colorScheme: "dark" }, { viewport: { width: 400, height: 800 } }] as const) {
        await look(
          address,
          async (page) => {
            await page.waitForSelector(isThere)
            expect(await barriers(page), `at ${address}`).toEqual([])
            const width = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
            expect(width, `${address} is wider than its window`).toBeLessThanOrEqual(0)
          },
          options
        )
      }
    }
  })

  it("compares two runs that are marked in the list", () =>
    look("/", async (page) => {
      await page.waitForSelector("table a")
      for (const key of ["j", "m", "j", "m"]) {
        await page.keyboard.press(key)
        await page.waitForSelector("tr.active a:focus")
      }
      await page.keyboard.press("c")
      await page.waitForURL(/\/compare\//)
      await page.getByText("differ, ").waitFor()
      expect(await page.getByRole("link", { name: "draft" }).count()).toBe(1)
    }))
})
