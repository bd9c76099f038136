import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { needs } from "../../../../../test/support/tool.ts"
import { outlines } from "../../../src/internal/python/outline.ts"
import { evaluating, python } from "../../support/sandbox.ts"

const of = (...lines: ReadonlyArray<string>) =>
  outlines({ "a.py": lines.join("\n") }).pipe(
    Effect.map((all) => all["a.py"]!.split("\n")),
    Effect.provide(python)
  )

describe("outlines", () => {
  it.effect(
    "are the signatures of functions, with defaults, types and the first paragraph of what they say",
    () =>
      Effect.gen(function* () {
        const lines = yield* of(
          '"""A module."""',
          "import os",
          "",
          "def add(a: int, /, b=1, *rest: str, key: str | None = None, **others) -> dict[str, int]:",
          '    """Adds a',
          "    to b.",
          "",
          "    More of it.",
          '    """',
          "    def inner(): ...",
          "    local = 1",
          "    return {}",
          "",
          "@cache",
          "async def load(path: 'os.PathLike') -> None:",
          "    await x",
          ""
        )
        assert.deepStrictEqual(lines, [
          "def add(a: int, /, b=1, *rest: str, key: str | None=None, **others) -> dict[str, int]: ...",
          '    """Adds a to b."""',
          "@cache",
          "async def load(path: 'os.PathLike') -> None: ..."
        ])
      }),
    needs("python3")
  )

  it.effect(
    "are those of classes, with bases, decorators, fields and nested ones",
    () =>
      Effect.gen(function* () {
        const lines = yield* of(
          "@dataclass(frozen=True)",
          "class Song(Base, metaclass=Meta):",
          '    """Holds a song."""',
          "    title: str",
          "    seconds: int = 0",
          "    tags: list[str] = field(default_factory=list)",
          "    class Kind(Enum):",
          "        ROCK = 'rock'",
          "    def __init__(self, title: str) -> None:",
          "        self.title = title",
          "    @property",
          "    def total(self) -> int:",
          "        return 1",
          "    @staticmethod",
          "    def of(text: str) -> 'Song': ...",
          "class Empty: pass",
          ""
        )
        assert.deepStrictEqual(lines, [
          "@dataclass(frozen=True)",
          "class Song(Base, metaclass=Meta):",
          '    """Holds a song."""',
          "    title: str",
          "    seconds: int = 0",
          "    tags: list[str] = field(default_factory=list)",
          "    class Kind(Enum):",
          "        ROCK = 'rock'",
          "    def __init__(self, title: str) -> None: ...",
          "    @property",
          "    def total(self) -> int: ...",
          "    @staticmethod",
          "    def of(text: str) -> 'Song': ...",
          "class Empty:"
        ])
      }),
    needs("python3")
  )

  it.effect(
    "are constants with their values, unless those are long, also where they are made under a condition",
    () =>
      Effect.gen(function* () {
        const long = `"${"x".repeat(100)}"`
        const lines = yield* of(
          "LIMIT = 5",
          "A = B = {'a': 1}",
          "NAME: Final = 'n'",
          `LONG = ${long}`,
          `LATER: str = ${long}`,
          "x.y = 1",
          "if TYPE_CHECKING:",
          "    Alias = int",
          "try:",
          "    def fast(): ...",
          "except ImportError:",
          "    pass",
          "for i in range(3): ..."
        )
        assert.deepStrictEqual(lines, [
          "LIMIT = 5",
          "A = {'a': 1}",
          "B = {'a': 1}",
          "NAME: Final = 'n'",
          "LONG = ...",
          "LATER: str = ...",
          "Alias = int",
          "def fast(): ..."
        ])
      }),
    needs("python3")
  )

  it.effect(
    "have the attributes that an instance is made with, with their types, and those that the class declares once",
    () =>
      Effect.gen(function* () {
        const lines = yield* of(
          "class Song:",
          "    seconds: int",
          "    def __init__(self, title: str, tags, *, loud: bool = False) -> None:",
          "        self.title = title",
          "        self.tags, self.loud = tags, loud",
          "        self.seconds = 0",
          "        self._hidden = 1",
          "        self.other.x = 1",
          "        if tags:",
          "            self.plays: dict[str, int] = {}",
          "        self.count = 0",
          "        self.total = 0",
          "    @property",
          "    def total(self) -> int: ...",
          "class Shelf:",
          "    def __post_init__(this): this.songs = []",
          "    def __init__(): x.y = 1"
        )
        assert.deepStrictEqual(lines, [
          "class Song:",
          "    title: str",
          "    tags = ...",
          "    loud = ...",
          "    count = 0",
          "    plays: dict[str, int]",
          "    seconds: int",
          "    def __init__(self, title: str, tags, *, loud: bool=False) -> None: ...",
          "    @property",
          "    def total(self) -> int: ...",
          "class Shelf:",
          "    songs = ...",
          "    def __post_init__(this): ...",
          "    def __init__(): ..."
        ])
      }),
    needs("python3")
  )

  it.effect(
    "cut a long paragraph of a docstring off",
    () =>
      Effect.gen(function* () {
        const [, said] = yield* of("def f():", `    """${"word ".repeat(200)}"""`)
        assert.isAtMost(said!.length, 320)
        assert.match(said!, /^ {4}"""word word .*…"""$/)
      }),
    needs("python3")
  )

  it.effect(
    "leave out what is private, and all that is below it",
    () =>
      Effect.gen(function* () {
        const lines = yield* of(
          "_hidden = 1",
          "_typed: int = 1",
          "def _helper(): ...",
          "class _Base:",
          "    def shown(self): ...",
          "class Song:",
          "    _title: str",
          "    def __eq__(self, other): ...",
          "    def _check(self): ...",
          "    def __mangled(self): ...",
          "    class _Inner:",
          "        x = 1"
        )
        assert.deepStrictEqual(lines, ["class Song:", "    def __eq__(self, other): ..."])
      }),
    needs("python3")
  )

  it.effect(
    "say where a file is no Python, and give the others",
    () =>
      Effect.gen(function* () {
        const files = { "a.py": "x = 1\ndef f(:\n", "b.py": "y = 2\n", "c.py": "", "d.py": 'é = "ü"\r\n' }
        const all = yield* Effect.provide(outlines(files), python)
        assert.match(all["a.py"]!, /^# line 2: /)
        assert.deepStrictEqual({ ...all, "a.py": "" }, { "a.py": "", "b.py": "y = 2", "c.py": "", "d.py": "é = 'ü'" })
      }),
    needs("python3")
  )

  it.effect(
    "of another text with the same signatures are the same",
    () =>
      Effect.gen(function* () {
        const body = (text: string) => of("class A:", "    def f(self, a: int = 1) -> int:", `        ${text}`, "")
        assert.deepStrictEqual(yield* body("return a"), yield* body("self._b = [a]; return len(self._b)  # why"))
      }),
    needs("python3")
  )

  it.effect("ask nobody where there is no file", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* outlines({}), {})
    }).pipe(Effect.provide(evaluating(() => Effect.die("asked"))))
  )
})
