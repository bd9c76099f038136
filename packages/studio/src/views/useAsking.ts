import { useEffect, useState } from "preact/hooks"
import * as asking from "../run/asking.ts"
import type { Store } from "../run/store.ts"

/** A question about a run, asked while a component is there, and again once something happened. */
export const useAsking = <A>(store: Store, question: () => Promise<A>): asking.Asking<A> => {
  const [asked] = useState(() => asking.make(question))
  void store.version.value
  useEffect(() => asked.soon(), [store.history.number])
  useEffect(() => asked.close, [])
  return asked
}
