import { computed, signal } from "@preact/signals"
import * as client from "../api/client.ts"

/** The server that the page is of, once it has answered. */
export const server = signal<client.Server | undefined>(undefined)

/** Whether runs may be started, changed and decided from here. */
export const mayAct = computed(() => server.value?.isReadOnly === false)

/** Asks what the server may do. */
export const start = (): void =>
  void client.server().then(
    (found) => void (server.value = found),
    // whatever is asked next says why
    () => undefined
  )
