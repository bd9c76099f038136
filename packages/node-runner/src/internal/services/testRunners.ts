import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Struct from "effect/Struct"
import type { TestRunner } from "@stepwright/core/TestRunner"

/** The sandboxes that run tests, by name; the module of one is loaded when it is used. */
const sandboxes = {
  pyodide: () => import("../../PyodideTestRunner.ts")
} satisfies Readonly<Record<string, () => Promise<{ readonly layer: () => Layer.Layer<TestRunner> }>>>

export const names = Struct.keys(sandboxes)

export const Sandbox = Schema.Literals(names)
export type Sandbox = typeof Sandbox.Type

/** The sandbox that is used where none is named. */
export const standard: Sandbox = "pyodide"

export const layer = (name: Sandbox = standard): Layer.Layer<TestRunner> =>
  Layer.unwrap(Effect.map(Effect.promise(sandboxes[name]), ({ layer }) => layer()))
