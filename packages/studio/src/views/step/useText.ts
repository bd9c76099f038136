import { useEffect, useState } from "preact/hooks"
import type { Store } from "../../run/store.ts"

/** A text of the journal, once it is there. */
export const useText = (store: Store, hash: string | undefined): string | undefined => {
  const [text, setText] = useState<{ readonly hash: string; readonly text: string } | undefined>(undefined)
  useEffect(() => {
    if (hash === undefined) return undefined
    let isWanted = true
    store.text(hash).then(
      (found) => isWanted && setText({ hash, text: found }),
      (error: unknown) =>
        isWanted &&
        setText({ hash, text: `This text cannot be had. ${error instanceof Error ? error.message : String(error)}` })
    )
    return () => void (isWanted = false)
  }, [hash])
  return text?.hash === hash ? text?.text : undefined
}
