import { batch, computed, signal } from "@preact/signals"
import type { Description } from "@stepwright/core/Workflow"
import type { WorkflowEvent } from "@stepwright/core/WorkflowEvent"
import * as client from "../api/client.ts"
import { follow, type Happening, pause } from "../api/follow.ts"
import * as histories from "../model/history.ts"
import type { RunStatus } from "../model/look.ts"
import { addTo, emptyTrie } from "../model/path.ts"
import { find, type Folding, visible } from "../model/rows.ts"
import { after, pathOf, type StepStanding, summarise, waiting } from "../model/standing.ts"
import { make } from "../model/tree.ts"
import { now as time } from "./file.ts"
import * as said from "./said.ts"

/** How often what is drawn follows what happens, at most. **Units** milliseconds */
const pace = 250

/** Once what is there was drawn. */
const painted = () => new Promise<void>((resolve) => requestAnimationFrame(() => void setTimeout(resolve)))

/** What is known of a run, and follows it until it is closed. */
export const open = (run: string) => {
  const controller = new AbortController()
  const standing = signal<client.Standing | undefined>(undefined)
  const definition = signal<Description | undefined>(undefined)
  /** Whether it is known how the steps nest, or that nobody can tell. */
  const isNested = signal(false)
  const problem = signal<client.Problem | undefined>(undefined)
  const isHeard = signal(true)
  /** The text of replies that come at present, by path. */
  const coming = signal<ReadonlyMap<string, string>>(new Map())
  const history = histories.make()
  /** Raised when `history` changed. */
  const version = signal(0)
  const now = signal(time())
  const steps = signal<ReadonlyMap<string, StepStanding>>(new Map())
  const status = signal<RunStatus | undefined>(undefined)
  const chosen = signal<ReadonlyMap<string, boolean>>(new Map())
  /** The path that is to be seen whatever is folded. */
  const shown = signal<string | undefined>(undefined)
  /** The place that keys act on. */
  const active = signal("")

  // what there is of places changes more seldom than how they look
  let trie = emptyTrie()
  const shape = signal(0)
  const tree = computed(() => {
    void shape.value
    return make(definition.value, trie)
  })
  const summaries = computed(() => summarise(tree.value, steps.value, status.value === "COMPLETED"))
  /** What somebody looks for among the steps. */
  const text = signal("")
  const finding = computed(() => (text.value.trim() === "" ? undefined : find(tree.value, text.value.trim())))
  const folding = computed((): Folding => {
    const looks = summaries.value
    const held = [shown.value, active.value].flatMap((path) => (path === undefined || path === "" ? [] : [path]))
    return {
      chosen: chosen.value,
      held,
      lookOf: ({ id }) => looks.get(id)?.look ?? "waiting",
      found: finding.value?.found
    }
  })
  const rows = computed(() => visible(tree.value, folding.value))

  /** Events that the server may not have had yet when it said how the run stands. */
  let recent: Array<WorkflowEvent> = []
  const draft = new Map<string, StepStanding>()
  let [isNew, isChanged, isSaid] = [false, false, false]
  const know = (path: string) => {
    if (draft.has(path)) return
    addTo(trie, path)
    isNew = true
  }
  /** `isCounted`: what the server said last may count it. */
  const change = (event: WorkflowEvent, isCounted: boolean) => {
    const path = pathOf(event)
    if (path === undefined) return
    know(path)
    const before = draft.get(path) ?? waiting(path)
    const { attempts, replies, tokens } = before
    const { end, start = 0 } = history.steps.get(path)?.attempts.at(-1) ?? {}
    draft.set(path, {
      ...after(before, event),
      ...(isCounted && { attempts, replies, tokens }),
      ...(end !== undefined && { durationMillis: end - start })
    })
    isChanged = true
  }

  /** How often it was asked how the run stands. */
  let asks = 0
  const load = async () => {
    const number = ++asks
    // what was heard before it is asked, it knows
    recent = []
    const found = await client.standing(run, controller.signal)
    // what was asked later says more
    if (number !== asks) return found
    const last = recent.findLast(({ _tag }) => _tag === "RunStarted" || _tag === "RunEnded")
    batch(() => {
      draft.clear()
      trie = emptyTrie()
      for (const step of found.steps) {
        addTo(trie, step.path)
        draft.set(step.path, step)
      }
      for (const event of recent) if (event.at >= found.updatedAt) change(event, event.at === found.updatedAt)
      isNew = false
      isChanged = false
      steps.value = new Map(draft)
      shape.value++
      standing.value = found
      status.value = last?._tag === "RunEnded" && last.at >= found.updatedAt ? last.status : found.status
      problem.value = undefined
    })
    return found
  }

  let asked: ReturnType<typeof setTimeout> | undefined
  /** Asks how the run stands, soon, and once for all that happens until then. */
  const ask = (soon: boolean) => {
    if (soon) clearTimeout(asked)
    if (soon || asked === undefined) {
      asked = setTimeout(
        () => {
          asked = undefined
          void load().catch(fail)
        },
        soon ? 2 * pace : 20 * pace
      )
    }
  }
  const fail = (error: unknown) => {
    if (!controller.signal.aborted) problem.value = error instanceof client.Problem ? error : undefined
  }

  const texts = new Map<string, { readonly turn: number; readonly text: string }>()
  let drawing: ReturnType<typeof setTimeout> | undefined
  const draw = () => {
    drawing ??= setTimeout(() => {
      drawing = undefined
      batch(() => {
        now.value = time()
        version.value++
        if (isSaid) coming.value = new Map([...texts].map(([path, { text }]) => [path, text]))
        if (isChanged) steps.value = new Map(draft)
        if (isNew) shape.value++
        isNew = isChanged = isSaid = false
      })
    }, pace)
  }

  const take = (happening: Happening) => {
    if (happening.kind !== "event") isSaid = true
    switch (happening.kind) {
      case "event": {
        const { event, number } = happening
        if (number <= history.number) return
        histories.observe(history, number, event)
        const since = standing.value?.updatedAt ?? Infinity
        if (event.at >= since) {
          recent.push(event)
          change(event, event.at === since)
          if (event.at > since) said.ofEvent(event)
          if (event._tag === "RunStarted") status.value = "RUNNING"
          if (event._tag === "RunEnded") status.value = event.status
          // what it cost in all, only the server knows
          if (event.at > since) ask(event._tag === "RunEnded")
        }
        // the first pieces of the next turn may be there before it is told that this one is answered
        const isOver =
          event._tag === "StepSucceeded" ||
          event._tag === "StepFailed" ||
          (event._tag === "StepReplied" && texts.get(event.path)?.turn === event.turn)
        if (isOver && texts.delete(event.path)) isSaid = true
        return
      }
      case "partial":
      case "delta": {
        const { kind, path, text, turn } = happening
        const before = texts.get(path)
        texts.set(path, { turn, text: kind === "delta" && before?.turn === turn ? before.text + text : text })
        return
      }
      case "discarded":
        texts.delete(happening.path)
        return
      case "rest":
        texts.clear()
        // a process that was killed says nothing of its end
        if (status.value === "RUNNING") ask(true)
    }
  }

  /** How the run stands, however long the server takes to be there. */
  const loadOnce = async () => {
    for (;;) {
      try {
        // oxlint-disable-next-line no-await-in-loop -- once more, where it failed
        return await load()
      } catch (error) {
        if (!(error instanceof client.Problem) || (error.status !== 0 && error.status < 500)) throw error
        fail(error)
      }
      // oxlint-disable-next-line no-await-in-loop -- as above
      await pause(12 * pace)
      controller.signal.throwIfAborted()
    }
  }
  const begin = async () => {
    const found = await loadOnce()
    const first = found.error?.path ?? found.undecided?.[0]?.path ?? ""
    if (first !== "") shown.value ??= first
    if (active.peek() === "") active.value = shown.peek() ?? ""
    // a workflow that the server does not have leaves the paths to show how it nests
    const details = await client.workflow(found.workflow, controller.signal).catch(() => undefined)
    batch(() => {
      definition.value = details?.definition
      isNested.value = true
    })
    // what has happened before is for who looks closer, and takes longer
    await Promise.race([painted(), pause(2 * pace)])
    await follow(run, {
      signal: controller.signal,
      onHappenings: (happenings) => {
        for (const one of happenings) take(one)
        if (happenings.length > 0) draw()
      },
      onForgotten: () => {
        histories.forget(history)
        ask(true)
      },
      onHeard: (heard, trouble) =>
        batch(() => {
          isHeard.value = heard
          // that it does not answer is said without an alarm
          problem.value = trouble?.status === 0 ? undefined : trouble
        })
    })
  }
  void begin().catch(fail)

  // what is at work takes longer from second to second, and the age of a run is told in half minutes at the least
  let ticks = 0
  const clock = setInterval(() => {
    if ((status.value === "RUNNING" || ticks++ % 30 === 0) && !document.hidden) now.value = time()
  }, 1000)

  const texting = new Map<string, Promise<string>>()
  let planned: { readonly number: number; readonly plan: Promise<ReadonlyArray<client.PlanEntry>> } | undefined
  return {
    run,
    standing,
    definition,
    isNested,
    status,
    steps,
    tree,
    summaries,
    rows,
    folding,
    find: text,
    finding,
    /** Whether the list of steps is to have the focus once it is there. */
    wantsFocus: { current: false },
    shown,
    active,
    coming,
    history,
    version,
    /** The history as a value that is another one once something happened. */
    past: computed((): histories.History => {
      void version.value
      return { ...history }
    }),
    now,
    problem,
    isHeard,
    /** A text of the journal by its hash. */
    text: (hash: string): Promise<string> => {
      const found = texting.get(hash) ?? client.text(run, hash, controller.signal)
      texting.set(hash, found)
      found.catch(() => texting.delete(hash))
      return found
    },
    /** What the run would do if it went on, asked once for each time that something happened or was done from here. */
    plan: () => {
      if (planned?.number === history.number) return planned.plan
      const asked = { number: history.number, plan: client.plan(run, controller.signal) }
      planned = asked
      // what failed is asked again
      asked.plan.catch(() => {
        if (planned === asked) planned = undefined
      })
      return asked.plan
    },
    /** Marks the first place for keys to act on, where none is that is seen. */
    beAt: () => {
      const seen = rows.peek()
      if (seen[0] !== undefined && seen.every(({ place }) => place.id !== active.peek()))
        active.value = seen[0].place.id
    },
    /** Opens or closes a group. */
    fold: (id: string, isOpen: boolean) => {
      chosen.value = new Map(chosen.peek()).set(id, isOpen)
    },
    /** Asks how it stands, since something was done with it from here. */
    look: () => {
      planned = undefined
      ask(true)
    },
    close: () => {
      controller.abort()
      clearInterval(clock)
      clearTimeout(asked)
      clearTimeout(drawing)
    }
  }
}

export type Store = ReturnType<typeof open>

/** The run that is seen at present. */
export const current = signal<Store | undefined>(undefined)

/** Opens the run with this id, and closes the one before; none for `undefined`. */
export const show = (run: string | undefined): void => {
  const before = current.peek()
  if (before?.run === run) return
  before?.close()
  current.value = run === undefined ? undefined : open(run)
}
