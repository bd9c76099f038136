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
  all.map(({ after, before, line, operator, within }) => `${line} ${within} ${operator}: ${before} → ${after}`)
)

describe("mutants", () => {
  it.effect(
    "change one thing each, by every operator that there is, and leave alone what does nothing",
    () =>
      Effect.gen(function* () {
        assert.deepStrictEqual((yield* Effect.provide(shown, python)).toSorted(), [
          "10 price and-or: if item > LIMIT and (not sale): → if item > LIMIT or not sale:",
          "10 price condition: if item > LIMIT and (not sale): → if not (item > LIMIT and (not sale)):",
          "10 price limit: if item > LIMIT and (not sale): → if item >= LIMIT and (not sale):",
          "11 price statement: raise ValueError(item) → pass",
          "12 price arithmetic: total += item * 2 → total += item + 2",
          "12 price arithmetic: total += item * 2 → total -= item * 2",
          "12 price number: total += item * 2 → total += item * 3",
          "12 price statement: total += item * 2 → pass",
          "13 price condition: return total if len(items) != 0 else None → return total if not len(items) != 0 else None",
          "13 price equal: return total if len(items) != 0 else None → return total if len(items) == 0 else None",
          "13 price number: return total if len(items) != 0 else None → return total if len(items) != 1 else None",
          "13 price return: return total if len(items) != 0 else None → return None",
          "17 find statement: log(name) → pass",
          "18 find member: return name in items → return name not in items",
          "18 find return: return name in items → return None",
          "2  number: LIMIT: int = 3 → LIMIT: int = 4",
          "6 price boolean: def price(items: list[int], sale: bool=False) -> int: → def price(items: list[int], sale: bool=True) -> int:",
          "8 price number: total = 0 → total = 1"
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
