// `node packages/studio/dev/main.ts`: the page with runs that are made up, one of which goes on
//   --built           what was built, in place of the sources
//   --server ADDRESS  runs of a server (`stepwright serve`), whose token is in STEPWRIGHT_TOKEN
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { dirname } from "node:path"
import { parseArgs } from "node:util"
import { made, recorded, repaired } from "./fixtures.ts"
import { type Answer, make, passOn, servePage } from "./server.ts"

const { values } = parseArgs({ options: { built: { type: "boolean" }, server: { type: "string" } } })
const folder = dirname(import.meta.dirname)
const port = Number(process.env["PORT"] ?? 4141)

const sources = async (): Promise<Answer> => {
  const { createServer } = await import("vite")
  const vite = await createServer({ root: folder, server: { middlewareMode: true }, appType: "spa" })
  return (request, response) => {
    // a page that is built as it is asked for needs styles and scripts that are not its own
    response.removeHeader("content-security-policy")
    vite.middlewares(request, response)
  }
}
const page: Answer = values.built === true ? servePage : await sources()

const live = "20260102-goes-on"

const madeUp = async () => {
  const fixtures = await Promise.all([
    recorded(dirname(dirname(folder))),
    made({ run: "20260101-failed", chapters: 40, fails: 33 }),
    made({ run: "20260101-waits", chapters: 3 }),
    made({ run: "20260101-completed", chapters: 8, isDecided: true }),
    made({ run: live, chapters: 30, isDecided: true }),
    ...(await repaired(dirname(dirname(folder)))),
    made({ run: "20260101-of-10000", chapters: 5000, fails: 4990, times: 20 })
  ])
  const studio = make(fixtures, { begun: { [live]: 20 }, page })
  setInterval(() => {
    studio.say(live, "foreword", "Rain falls. ")
    studio.advance(live, 1)
  }, 700).unref()
  return studio.server
}

const server =
  values.server === undefined
    ? await madeUp()
    : createServer(passOn(values.server, process.env["STEPWRIGHT_TOKEN"] ?? "", page))
server.listen(port, "127.0.0.1", () => console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`))
