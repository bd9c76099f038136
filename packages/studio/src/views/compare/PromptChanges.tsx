import type { Store } from "../../run/store.ts"
import { SideBySide } from "../../ui/text/SideBySide.tsx"
import { useText } from "../step/useText.ts"
import { asText } from "./Differences.tsx"

interface Props {
  readonly store: Store
  /** The hashes of two prompts. */
  readonly before: string
  readonly after: string
}

/** In what a prompt differs from the one before, where it does. */
export const PromptChanges = ({ after, before, store }: Props) => {
  const [one, other] = [useText(store, before), useText(store, after)]
  if (before === after) return <p class="quiet">It asked the same as the attempt before.</p>
  if (one === undefined || other === undefined) return <p class="quiet">…</p>
  return (
    <details>
      <summary>What differs from the attempt before</summary>
      <SideBySide one={asText(one)} other={asText(other)} names={["before", "this attempt"]} />
    </details>
  )
}
