import * as Schema from "effect/Schema"
import { Answering } from "../../internal/services/answering.ts"
import type { ProjectConfig } from "../../ProjectConfig.ts"
import type { Deed } from "../start/trusted.ts"

/** A setting of one value, and where it may be said. */
export interface Row {
  /** Where it stands in a file. */
  readonly keys: ReadonlyArray<string>
  readonly flag?: string
  readonly variable: string
  /** What a variable has to be. */
  readonly schema: Schema.Codec<string | number | boolean, string>
  /** What it is where nobody says. */
  readonly standard: string
  /** Whether it is a path: of a file relative to that, of a variable to the working folder. */
  readonly isPath?: true
  /** Whether a project that is not trusted can only lower it. */
  readonly isLimit?: true
}

const Text = Schema.NonEmptyString
const Count = Schema.FiniteFromString.check(Schema.isInt(), Schema.isGreaterThanOrEqualTo(0))
const Some = Schema.FiniteFromString.check(Schema.isInt(), Schema.isGreaterThan(0))
const Usd = Schema.FiniteFromString.check(Schema.isGreaterThanOrEqualTo(0))
const YesNo = Schema.Literals(["true", "false"]).transform([true, false])
const { sandbox } = Answering.fields

const limit = { isLimit: true, standard: "no limit" } as const
const folder = { isPath: true, schema: Text, standard: "none" } as const

/** Every such setting, in the order in which they are shown. */
export const rows = {
  maxCalls: {
    keys: ["budget", "calls"],
    flag: "--max-calls",
    variable: "STEPWRIGHT_MAX_CALLS",
    schema: Count,
    ...limit
  },
  maxTokens: {
    keys: ["budget", "tokens"],
    flag: "--max-tokens",
    variable: "STEPWRIGHT_MAX_TOKENS",
    schema: Count,
    ...limit
  },
  maxUsd: { keys: ["budget", "usd"], flag: "--max-usd", variable: "STEPWRIGHT_MAX_USD", schema: Usd, ...limit },
  concurrency: {
    keys: ["concurrency"],
    flag: "--concurrency",
    variable: "STEPWRIGHT_CONCURRENCY",
    schema: Some,
    ...limit
  },
  prices: {
    ...folder,
    keys: ["prices"],
    flag: "--prices",
    variable: "STEPWRIGHT_PRICES",
    standard: "the table of @stepwright/llm"
  },
  sandbox: {
    keys: ["sandbox"],
    flag: "--sandbox",
    variable: "STEPWRIGHT_SANDBOX",
    schema: sandbox.schema,
    standard: "auto"
  },
  python: { ...folder, keys: ["python"], flag: "--python", variable: "STEPWRIGHT_PYTHON", standard: "python3" },
  install: { keys: ["install"], flag: "--install", variable: "STEPWRIGHT_INSTALL", schema: YesNo, standard: "false" },
  replay: { ...folder, keys: ["replay"], flag: "--replay", variable: "STEPWRIGHT_REPLAY" },
  record: { ...folder, keys: ["record"], flag: "--record", variable: "STEPWRIGHT_RECORD" },
  relay: { ...folder, keys: ["relay"], flag: "--relay", variable: "STEPWRIGHT_RELAY" },
  out: { ...folder, keys: ["workspace"], flag: "--out", variable: "STEPWRIGHT_OUT", standard: "out/NAME" },
  workflow: {
    ...folder,
    keys: ["workflow"],
    flag: "--workflow",
    variable: "STEPWRIGHT_WORKFLOW",
    standard: "the ready one"
  },
  store: { ...folder, keys: ["store"], variable: "STEPWRIGHT_STORE", standard: ".stepwright" },
  cache: { keys: ["cache"], variable: "STEPWRIGHT_CACHE", schema: YesNo, standard: "500 MB in the store" }
} satisfies Readonly<Record<string, Row>>

export type Name = keyof typeof rows

/** What a file says of a setting. */
export const valueAt = (config: ProjectConfig, keys: ReadonlyArray<string>): unknown =>
  keys.reduce((value: unknown, key) => (isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined), config)

/** The limits of a file, with which a person's own are raised only where it is trusted with them. */
export const limitsOf = (config: ProjectConfig): ReadonlyArray<Deed> =>
  Object.values(rows).flatMap((row: Row) => {
    const value = valueAt(config, row.keys)
    return row.isLimit === true && typeof value === "number" ? [limitOf(row, value)] : []
  })

export const limitOf = ({ keys }: Row, value: number): Deed => ["limit", keys.join("."), value]

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null
