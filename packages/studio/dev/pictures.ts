// `node packages/studio/dev/pictures.ts`: makes the pictures of the page in docs/pictures, of the run of the demo
import { spawn } from "node:child_process"
import { mkdirSync } from "node:fs"
import { dirname, join } from "node:path"
import { chromium } from "playwright-core"

// one picture after the other
/* oxlint-disable no-await-in-loop */

const root = dirname(dirname(dirname(import.meta.dirname)))
const folder = join(root, "docs/pictures")

/** What each picture shows: its address below that of the run, and what is waited for. */
const pictures: ReadonlyArray<{
  readonly name: string
  readonly address: string
  readonly isThere: string
  readonly isDark?: boolean
  readonly width?: number
  /** What is typed where texts are edited, and what is waited for then. */
  readonly types?: readonly [text: string, isThere: string]
}> = [
  { name: "tree", address: "/tree/requirement/draft", isThere: ".panel .json" },
  { name: "prompt", address: "/tree/design/architecture?tab=prompt", isThere: ".messages pre" },
  { name: "graph", address: "/graph", isThere: ".box", isDark: true },
  { name: "time-line", address: "/time", isThere: ".span" },
  { name: "criteria", address: "/result?part=criteria", isThere: ".tabs.parts" },
  { name: "code", address: "/result?part=code", isThere: ".tabs.parts" },
  {
    name: "edit",
    address: "/edit/design/architecture",
    isThere: "[role=status] >> text=would run",
    types: ["Be brief.", "td >> text=changed: prompt"]
  },
  { name: "narrow", address: "/tree", isThere: ".line", width: 400 }
]

const studio = spawn(
  process.execPath,
  ["packages/node-runner/bin/stepwright.mjs", "studio", "latest", "--port", "0", "--json"],
  { cwd: root, stdio: ["ignore", "pipe", "inherit"] }
)
const said = await new Promise<string>((resolve) => studio.stdout.once("data", (data) => resolve(String(data))))
const { page: first, url }: { readonly page: string; readonly url: string } = JSON.parse(said)
const [, run] = /runs\/([^/]+)/.exec(first) ?? []
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] })
mkdirSync(folder, { recursive: true })
const context = await browser.newContext({ deviceScaleFactor: 1 })
const page = await context.newPage()
await page.goto(first)
await page.waitForSelector(".line")
for (const { address, isDark = false, isThere, name, types, width = 1280 } of pictures) {
  await page.setViewportSize({ width, height: 800 })
  await page.emulateMedia({ colorScheme: isDark ? "dark" : "light" })
  await page.goto(`${url}/runs/${run}${address}`)
  await page.waitForSelector(isThere)
  if (types !== undefined) {
    const [text, thenThere] = types
    await page.locator("textarea").first().press("Control+Home")
    await page.keyboard.type(`${text} `)
    await page.waitForSelector(thenThere)
  }
  await page.screenshot({ path: join(folder, `${name}.png`) })
}
await browser.close()
studio.kill("SIGTERM")
