import type { Json } from "../../model/json.ts"
import { JsonView } from "./JsonView.tsx"

/** A value: a text as it is, anything else as a tree. */
export const Value = ({ label, value }: { readonly value: Json; readonly label: string }) =>
  typeof value === "string" ? (
    <pre class="wrap" tabIndex={0} role="group" aria-label={label} data-scrolls>
      {value}
    </pre>
  ) : (
    <JsonView value={value} label={label} />
  )
