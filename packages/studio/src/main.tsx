import { render } from "preact"
import { takeCode } from "./api/client.ts"
import * as route from "./run/route.ts"
import * as server from "./run/server.ts"
import * as keys from "./ui/keys.ts"
import { App } from "./views/App.tsx"

await takeCode()
server.start()
route.start()
keys.start()
render(<App />, document.querySelector("#page")!)
