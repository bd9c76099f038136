import { go, type InReport, print } from "../../run/route.ts"
import type { Store } from "../../run/store.ts"
import type { RunRoute } from "../RunView.tsx"

export const parts = ["outcome", "criteria", "code", "rounds", "spent"] as const
export type Part = (typeof parts)[number]

/** What a part of a result is given. */
export interface PartProps {
  readonly at: RunRoute
  readonly store: Store
}

/** The part of a result that an address shows. */
export const partOf = ({ report }: RunRoute): Part => parts.find((part) => part === report?.part) ?? "outcome"

/** The address of something of a result, with no step beside it that was open before. */
export const hrefOf = (at: RunRoute, report: InReport): string => print(routeOf(at, report))

export const open = (at: RunRoute, report: InReport, options?: { readonly replace: true }): void =>
  go(routeOf(at, report), options)

const routeOf = (at: RunRoute, report: InReport): RunRoute => ({ ...at, view: "result", step: undefined, report })

export const reading = (store: Store): string =>
  store.history.number === 0
    ? "The journal is being read…"
    : "The report is not written yet: it comes once the tests have run."
