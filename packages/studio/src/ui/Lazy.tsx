import type { ComponentType } from "preact"
import { useEffect, useState } from "preact/hooks"

/** A component whose code comes when it is first shown. */
export const lazy = <P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> => {
  let loaded: ComponentType<P> | undefined
  return (props: P) => {
    const [Found, setFound] = useState(() => loaded)
    const [isMissing, setIsMissing] = useState(false)
    useEffect(() => {
      if (Found !== undefined) return
      load().then(
        (component) => {
          loaded = component
          setFound(() => component)
        },
        () => setIsMissing(true)
      )
    }, [])
    if (Found !== undefined) return <Found {...props} />
    return (
      <p class="quiet inset">
        {isMissing
          ? "This part of the page could not be loaded: the server was stopped, or is another one by now."
          : "…"}
      </p>
    )
  }
}
