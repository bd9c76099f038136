import { userInfo } from "node:os"
import * as Context from "effect/Context"
import * as Option from "effect/Option"

/** By what people do things with runs. */
type Surface = "command" | "page" | "HTTP" | "MCP"

const name = Option.liftThrowable(() => userInfo().username)

/** Who does something, for a record: `ada (command)`. */
export const whoBy = (surface: Surface): string =>
  // a container may have no name for its user
  `${Option.getOrElse(name(), () => "somebody")} (${surface})`

/** The surface by which the work under way was asked for. */
export const Who = Context.Reference<string>("@stepwright/node-runner/Who", { defaultValue: () => whoBy("command") })
