import process from "node:process"

/**
 * How much more of the processor some work takes for four times as much: about 4 where it is linear, 16 where it is
 * quadratic. What others do on the machine does not count, nor what is slower the first time.
 */
export const growth = (size: number, prepare: (size: number) => () => void): number => {
  const [small, large] = [size, size * 4].map((size) => {
    const work = prepare(size)
    const times = Array.from({ length: 3 }, () => {
      const start = process.cpuUsage()
      work()
      const { system, user } = process.cpuUsage(start)
      return system + user
    })
    return Math.min(...times)
  })
  return large! / small!
}
