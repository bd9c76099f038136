import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { needs } from "../../../../../test/support/tool.ts"
import { mutants } from "../../../src/internal/python/mutants.ts"
import { python } from "../../support/sandbox.ts"

const code = `"""A shop."""
LIMIT: int = 3


@cached(size=9)
def price(items: list[int], sale: bool = False) -> int:
    """Adds up."""
    total = 0
    for item in items:
        if item > LIMIT and not sale:
            raise ValueError(item)
        total += item * 2
    return total if len(items) != 0 else None


def find(items, name):
    log(name)
    return name in items


if __name__ == "__main__":
    raise SystemExit(price([1]))
`

const all = mutants({ "shop.py": code, "broken.py": "def :" }, 1000, 1)
const shown = Effect.map(all, (all) =>
  all.map(({ after, before, line, operator }) => `${line} ${operator}: ${before} → ${after}`)
)

describe("mutants", () => {
  it.effect(
    "change one thing each, by every operator that there is, and leave alone what does nothing",
    () =>
      Effect.gen(function* () {
        assert.deepStrictEqual((yield* Effect.provide(shown, python)).toSorted(), [
          "10 and-or: item > LIMIT and (not sale) → item > LIMIT or not sale",
          "10 condition: if item > LIMIT and (not sale): → if not (item > LIMIT and (not sale)):",
          "10 limit: item > LIMIT → item >= LIMIT",
          "11 statement: raise ValueError(item) → pass",
          "12 arithmetic: item * 2 → item + 2",
          "12 arithmetic: total += item * 2 → total -= item * 2",
          "12 number: 2 → 3",
          "12 statement: total += item * 2 → pass",
          "13 condition: total if len(items) != 0 else None → total if not len(items) != 0 else None",
          "13 equal: len(items) != 0 → len(items) == 0",
          "13 number: 0 → 1",
          "13 return: return total if len(items) != 0 else None → return None",
          "17 statement: log(name) → pass",
          "18 member: name in items → name not in items",
          "18 return: return name in items → return None",
          "2 number: 3 → 4",
          "6 boolean: False → True",
          "8 number: 0 → 1"
        ])
      }),
    needs("python3")
  )

  it.effect(
    "are drawn by a seed: the same ones each time, others by another, no more than are asked for",
    () =>
      Effect.gen(function* () {
        const draw = (seed: number) => Effect.map(mutants({ "shop.py": code }, 5, seed), (some) => some)
        const [one, same, other] = [yield* draw(1), yield* draw(1), yield* draw(2)]
        assert.deepStrictEqual(one, same)
        assert.notDeepEqual(one, other)
        assert.strictEqual(one.length, 5)
        for (const { content } of one) assert.notStrictEqual(content, code)
      }).pipe(Effect.provide(python)),
    needs("python3")
  )
})
