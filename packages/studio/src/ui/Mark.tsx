import { type Look, words } from "../model/look.ts"

/** A form for each look, so that none is told by its colour alone. */
const forms: Readonly<Record<Look, string>> = {
  failed: "M4 4l8 8M12 4l-8 8",
  running: "M5 3l7 5-7 5z",
  stopped: "M4 4h8v8H4z",
  undecided: "M5.5 6a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.1.8-1.1 1.6M8 12.3v.4",
  suspended: "M5.5 4v8M10.5 4v8",
  stale: "M3 9c1.700-3 3.300-3 5-1s3.300 2 5-1",
  takenOver: "M3 11c0-5 7-6 9-2M12.500 5v4h-4",
  done: "M3 8.500l3.500 3.500L13 4.500",
  waiting: "M7.500 8h1",
  skipped: "M4.500 8h7"
}

const filled = new Set<Look>(["running", "stopped"])

/** How something looks, as a sign; `isAlone`: nothing beside it says so in words. */
export const Mark = ({ isAlone = false, look }: { readonly look: Look; readonly isAlone?: boolean }) => (
  <svg
    class={`mark ${look}`}
    viewBox="0 0 16 16"
    {...(isAlone ? { role: "img", "aria-label": words[look] } : { "aria-hidden": "true" })}
  >
    <path class={filled.has(look) ? "filled" : ""} d={forms[look]} />
  </svg>
)
