/* oxlint-disable no-await-in-loop -- one run after another */
// The side of a measurement that is measured: a process that `inTurn` started and that answers it.
import { on } from "node:events"
import type { Figures } from "./turns.ts"

/** How long it works before it is measured, and each time that it is. **Units** ms of the processor */
const [warming, measuring] = [2500, 150]
/** What waits more than it works is done after so many times that. */
const patience = 3

/** Time of the processor, which does not count what else the machine does. **Units** µs */
export const spent = () => {
  const { system, user } = process.cpuUsage()
  return system + user
}

/** Does some work again and again, and says what it took once. **Units** µs of the processor and of the clock */
const during = async (millis: number, work: () => unknown) => {
  const [before, began] = [spent(), performance.now()]
  for (let runs = 1; ; runs++) {
    await work()
    const [cpu, wall] = [spent() - before, (performance.now() - began) * 1000]
    if (Math.max(cpu, wall / patience) >= millis * 1000) return { cpu: cpu / runs, wall: wall / runs }
  }
}

/** Answers with figures each time that it is asked, until nobody can ask any more. */
export const answer = async (figures: () => Figures | Promise<Figures>) => {
  const asked = on(process, "message", { close: ["disconnect"] })
  process.send?.({})
  for await (const _ of asked) process.send?.(await figures())
}

/** Does some work until it is as fast as it gets, and answers with what it costs then. **Units** µs by `per` */
export const measure = async (work: () => unknown, per: number, more?: () => Figures | Promise<Figures>) => {
  await during(warming, work)
  await answer(async () => {
    // V8 tidies up in a process that has waited for its turn
    await during(measuring, work)
    const { cpu, wall } = await during(measuring, work)
    return { cpu: cpu / per, wall: wall / per, ...(await more?.()) }
  })
}
