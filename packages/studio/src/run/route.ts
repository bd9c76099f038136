import { signal } from "@preact/signals"
import { file } from "./file.ts"

// what is seen is in the address: whoever opens it again, or sends it to somebody, sees the same. A file has no paths:
// there all of it stands after the `#`.

export const views = ["tree", "graph", "time", "result"] as const
export type View = (typeof views)[number]
export const tabs = ["summary", "prompt", "replies", "output", "attempts"] as const
export type Tab = (typeof tabs)[number]

/** What says in an address what of a result is seen. */
const reported = ["part", "criterion", "test", "file", "round", "line", "only", "by", "of"] as const
export type InReport = { readonly [K in (typeof reported)[number]]?: string | undefined }

export type Route =
  | { readonly page: "runs"; readonly text: string; readonly status: string; readonly workflow: string }
  | {
      readonly page: "run"
      readonly run: string
      readonly view: View
      /** The step that is open, and the part of it that is seen. */
      readonly step: string | undefined
      readonly tab: Tab
      /** What is looked for among the steps. */
      readonly find: string
      /** What of the result is seen; what it came to, unless it is said. */
      readonly report?: InReport
    }
  /** Of no workflow: which ones there are. */
  | { readonly page: "start"; readonly workflow: string | undefined }
  | {
      readonly page: "edit"
      readonly run: string
      /** The step whose edits are open; `input` is that of the run. */
      readonly step: string | undefined
    }
  | {
      readonly page: "compare"
      readonly run: string
      readonly other: string
      /** The path that is open. */
      readonly step: string | undefined
      /** Whether what is the same is seen, too. */
      readonly isAll: boolean
    }
  | { readonly page: "none" }

const decode = (part: string): string => {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** What an address shows. */
export const parse = (pathname: string, search: string): Route => {
  const query = new URLSearchParams(search)
  const [first, run, name = "tree", ...rest] = pathname.split("/").filter((part) => part !== "")
  if (first === undefined || (first === "runs" && run === undefined)) {
    const of = (name: string) => query.get(name) ?? ""
    return { page: "runs", text: of("text"), status: of("status"), workflow: of("workflow") }
  }
  if (first === "start" && rest.length === 0) {
    return { page: "start", workflow: run === undefined ? undefined : decode(run) }
  }
  const step = rest.length === 0 ? undefined : rest.map(decode).join("/")
  if (first === "compare" && run !== undefined && name !== "") {
    return { page: "compare", run: decode(run), other: decode(name), step, isAll: query.has("all") }
  }
  if (first === "runs" && run !== undefined && name === "edit") return { page: "edit", run: decode(run), step }
  const view = views.find((one) => one === name)
  if (first !== "runs" || run === undefined || view === undefined) return { page: "none" }
  const tab = query.get("tab")
  const report = Object.fromEntries(
    reported.flatMap((name) => (query.get(name) === null ? [] : [[name, query.get(name)!]]))
  )
  return {
    page: "run",
    run: decode(run),
    view,
    step,
    tab: tabs.find((one) => one === tab) ?? "summary",
    find: query.get("find") ?? "",
    ...(view === "result" && Object.keys(report).length > 0 && { report })
  }
}

/**
 * The address of what is shown. The segments of a path are encoded once more: they may be of a kind that addresses leave
 * out, such as `%2E%2E`.
 */
export const print = (route: Route): string => (file.peek() === undefined ? "" : "#") + pathOf(route)

const pathOf = (route: Route): string => {
  if (route.page === "none") return "/"
  if (route.page === "start") {
    return route.workflow === undefined ? "/start" : `/start/${encodeURIComponent(route.workflow)}`
  }
  if (route.page === "runs") {
    const query = new URLSearchParams()
    for (const name of ["text", "status", "workflow"] as const) if (route[name] !== "") query.set(name, route[name])
    return query.size === 0 ? "/" : `/?${query}`
  }
  const step = route.step === undefined ? [] : route.step.split("/").map(encodeURIComponent)
  if (route.page === "compare") {
    const path = ["/compare", encodeURIComponent(route.run), encodeURIComponent(route.other), ...step].join("/")
    return route.isAll ? `${path}?all` : path
  }
  if (route.page === "edit") return ["/runs", encodeURIComponent(route.run), "edit", ...step].join("/")
  const path = ["/runs", encodeURIComponent(route.run), route.view, ...step].join("/")
  const query = new URLSearchParams()
  if (route.step !== undefined && route.tab !== "summary") query.set("tab", route.tab)
  if (route.find !== "") query.set("find", route.find)
  for (const name of route.view === "result" ? reported : []) {
    const value = route.report?.[name]
    if (value !== undefined) query.set(name, value)
  }
  return query.size === 0 ? path : `${path}?${query}`
}

export const allRuns: Route = { page: "runs", text: "", status: "", workflow: "" }

export const toStart: Route = { page: "start", workflow: undefined }

export const ofRun = (run: string): Route => ({
  page: "run",
  run,
  view: "tree",
  step: undefined,
  tab: "summary",
  find: ""
})

export const comparing = (run: string, other: string): Route => ({
  page: "compare",
  run,
  other,
  step: undefined,
  isAll: false
})

/** What is seen at present. */
export const route = signal<Route>(allRuns)

/** A file has one run, and no list of them. */
const there = (route: Route): Route => {
  const run = file.peek()?.run
  return run === undefined || route.page === "run" || route.page === "none" ? route : ofRun(run)
}

interface Place extends Pick<Location, "hash" | "pathname" | "search"> {}

/** The route that a place is; none for a part of what is seen. */
const routeAt = ({ hash, pathname, search }: Place): Route | undefined => {
  if (file.peek() === undefined) return parse(pathname, search)
  const [path = "", query = ""] = hash.slice(1).split("?")
  return hash === "" || path.startsWith("/") ? there(parse(path, query)) : undefined
}

/** Shows something else; `replace`: without a step to go back. */
export const go = (wanted: Route, { replace = false } = {}): void => {
  const to = there(wanted)
  const { hash, pathname, search } = location
  const address = print(to)
  if (replace) history.replaceState(null, "", address)
  else if (address !== (file.peek() === undefined ? pathname + search : hash)) history.pushState(null, "", address)
  route.value = to
}

/** Begins to show what the address says, and follows it. */
export const start = (): void => {
  const read = () => void (route.value = routeAt(location) ?? route.value)
  read()
  addEventListener("popstate", read)
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a") : null
    const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey
    if (link == null || !isPlain || link.origin !== location.origin || link.target !== "") return
    const isPart = file.peek() === undefined ? link.hash !== "" : !link.hash.startsWith("#/")
    const to = isPart ? undefined : routeAt(link)
    if (to === undefined) return
    event.preventDefault()
    go(to)
  })
}
