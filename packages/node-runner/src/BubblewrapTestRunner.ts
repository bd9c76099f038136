import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { TestRunner } from "@stepwright/core/TestRunner"
import * as bubblewrap from "./internal/sandbox/bubblewrap.ts"
import * as testReport from "./internal/sandbox/testReport.ts"

export interface Options extends bubblewrap.Options {}

/**
 * Runs Python's tests on the machine's own CPython, apart from everything else by `bubblewrap`, in a process of its own
 * for each call. There are no files but the interpreter, its packages, the libraries of the system and, in memory, the
 * package; no network; no process, environment or user of the host. Test files cannot be written. What goes over a limit
 * is ended, with all that it started, and so is everything when the runner ends.
 *
 * The memory of each process is limited by what it may address; what all of them hold is looked at ten times a second.
 * Tests and code share one interpreter: code that is written against this very runner can still lie about its own tests.
 */
export const layer = (options: Options = {}): Layer.Layer<TestRunner> =>
  Layer.effect(
    TestRunner,
    Effect.catchTag(bubblewrap.make(options), "Missing", ({ why }) =>
      Effect.succeed(testReport.unavailable("bubblewrap", why))
    )
  ).pipe(Layer.provide(NodeServices.layer))
