// The clock and the random numbers of JavaScript itself, which a world decides while its code runs: so a seed fails again,
// and code that looks at them shows. Only what runs at once is done under them, and nobody else meanwhile.

/** What a clock shows, in milliseconds since 1970, and the next random number. */
export interface Moment {
  readonly now: () => number
  readonly random: () => number
}

/** Hears of each promise that is waited for; what it gives is called when that is settled. */
export type Awaits = () => () => void

let current: Moment | undefined

/** Replaces a member of an object, and gives what puts it back. */
const replace = (object: unknown, name: string, value: (...given: ReadonlyArray<never>) => unknown) => {
  if (typeof object !== "object" || object === null || !(name in object)) return () => {}
  const before = Object.getOwnPropertyDescriptor(object, name)
  Object.defineProperty(object, name, { value, configurable: true, writable: true, enumerable: true })
  return () => {
    if (before === undefined) Reflect.deleteProperty(object, name)
    else Object.defineProperty(object, name, before)
  }
}

const dateOf = (real: typeof globalThis.Date, moment: () => Moment) =>
  new Proxy(real, {
    construct: (real, given, target) =>
      Reflect.construct(real, given.length === 0 ? [moment().now()] : given, target === fake ? real : target),
    apply: () => new real(moment().now()).toString(),
    get: (real, name) => (name === "now" ? () => Math.floor(moment().now()) : Reflect.get(real, name, real))
  })

const realDate = globalThis.Date

/** What a clock on the wall shows. */
export const realNow = (): number => realDate.now()

/** Timers as they are before a test puts others in their place. */
const timeout: unknown = Reflect.get(globalThis, "setTimeout")

/** Does something a millisecond of real time later. */
export const pause = (work: () => void): void => {
  if (typeof timeout === "function") Reflect.apply(timeout, undefined, [work, 1])
  else work()
}

const shown = (): Moment => current ?? { now: () => realDate.now(), random: () => 0 }

const fake: typeof globalThis.Date = dateOf(realDate, shown)

const byte = () => Math.floor(shown().random() * 256)

const uuid = () => {
  const digits = Array.from({ length: 16 }, (_, i) => {
    const value = byte()
    const marked = i === 6 ? (value & 0x0f) | 0x40 : i === 8 ? (value & 0x3f) | 0x80 : value
    return marked.toString(16).padStart(2, "0")
  }).join("")
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/u, "$1-$2-$3-$4-$5")
}

const fill = (array: { readonly length: number; [at: number]: number }) => {
  for (let i = 0; i < array.length; i++) array[i] = byte()
  return array
}

const then = Promise.prototype.then

/** `then` as it is, but that somebody hears of it. */
const heard = (awaits: Awaits) =>
  function (this: Promise<unknown>, done: unknown, failed: unknown) {
    const settled = awaits()
    return then.call(
      this,
      (value) => {
        settled()
        return typeof done === "function" ? Reflect.apply(done, undefined, [value]) : value
      },
      (error) => {
        settled()
        if (typeof failed !== "function") throw error
        return Reflect.apply(failed, undefined, [error])
      }
    )
  }

/** Does something at once, at another moment. */
export const during = <A>(moment: Moment, work: () => A, awaits?: Awaits): A => {
  const before = current
  current = moment
  if (before !== undefined) {
    try {
      return work()
    } finally {
      current = before
    }
  }
  const crypto: unknown = Reflect.get(globalThis, "crypto")
  const restore = [
    replace(globalThis, "Date", fake),
    replace(Math, "random", () => shown().random()),
    replace(Reflect.get(globalThis, "performance"), "now", () => shown().now()),
    replace(crypto, "randomUUID", uuid),
    replace(crypto, "getRandomValues", fill),
    ...(awaits === undefined ? [] : [replace(Promise.prototype, "then", heard(awaits))])
  ]
  try {
    return work()
  } finally {
    for (const back of restore) back()
    current = undefined
  }
}
