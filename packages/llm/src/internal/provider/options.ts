import type * as Duration from "effect/Duration"
import type * as Redacted from "effect/Redacted"
import type { Identity } from "@stepwright/core/LlmClient"

/** What the environment may say of a provider. */
export interface Account {
  readonly apiKey: Redacted.Redacted
  /** Where the API is: the provider's own unless given. */
  readonly baseUrl?: string
  /** What the alias `default` stands for; any other alias is the provider's own name of a model. */
  readonly model: string
  /** The variable that the key was read from, for errors to name it: the provider's own unless given. */
  readonly keyVariable?: string
}

/** What every provider is told. */
export interface ClientOptions extends Account {
  /** From the request to the end of its reply: 5 minutes unless given, which is also how long Node waits for headers. */
  readonly timeout?: Duration.Input
  /**
   * Whether the provider is asked to keep what the prompts of a step have in common: at its own address, and at no
   * other, unless given.
   */
  readonly promptCaching?: boolean
  /** From one byte of a stream to the next, keep-alives included: 2 minutes unless given. */
  readonly idleTimeout?: Duration.Input
}

interface Told {
  readonly model: string
  readonly baseUrl?: string | undefined
  readonly structuredOutput?: string | undefined
}

/** Whether a part of a query may be a key: that says nothing of where one is. */
const isKey = (name: string): boolean => /key|token|secret|pass|auth|sig|cred/iu.test(name)

/** Where an address leads: a gateway may tell its deployments apart by the query. */
const hostOf = ({ host, pathname, searchParams }: URL): string => {
  const told = [...searchParams].filter(([name]) => !isKey(name))
  const query = told.length === 0 ? "" : `?${new URLSearchParams(told)}`
  return `${host}${pathname.replace(/\/$/u, "")}${query}`
}

/** Which model of which provider, by what its variables begin with, requests are for that name an alias. */
export const identify =
  (prefix: string, { baseUrl, model, structuredOutput }: Told) =>
  (alias: string): Identity => {
    const address = baseUrl === undefined ? null : URL.parse(baseUrl.trim())
    return {
      provider: prefix.toLowerCase(),
      model: alias === "default" ? model : alias,
      ...(address !== null && { host: hostOf(address) }),
      ...(structuredOutput !== undefined && { settings: { structuredOutput } })
    }
  }
