import { render } from "preact"
import { answerBy, takeCode } from "./api/client.ts"
import * as held from "./api/held.ts"
import * as keys from "./ui/keys.ts"
import * as route from "./run/route.ts"
import { file } from "./run/file.ts"
import * as server from "./run/server.ts"
import { App } from "./views/App.tsx"

const page = document.querySelector("#page")!

const start = () => {
  server.start()
  route.start()
  keys.start()
  render(<App />, page)
}

/** Has what is packed in the page answer for the server. */
const open = async (packed: held.Packed) => {
  const found = await held.open(packed)
  answerBy(found.source)
  file.value = found.file
  start()
}

const packed = held.find()
if (packed === undefined) {
  void takeCode().then(start)
} else {
  open(packed).catch((error: unknown) => {
    page.textContent = `This file cannot be opened, because it is damaged or the browser is too old: ${String(error)}`
  })
}
