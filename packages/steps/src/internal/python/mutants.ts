import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { TestRunner, TestRunnerError } from "@stepwright/core/TestRunner"
import { evaluated, type Files } from "./evaluated.ts"

/** What a mutant changes. */
export const Operator = Schema.Literals([
  "equal",
  "limit",
  "member",
  "arithmetic",
  "and-or",
  "boolean",
  "number",
  "condition",
  "return",
  "statement"
])

/**
 * Makes mutants of Python files: each is a file with one thing in it changed. Which of all that there could be is drawn
 * by a seed. Docstrings, annotations, decorators and what stands under `if __name__ == "__main__"` stay as they are.
 */
const program = `
import ast
import copy
import random

EQUAL = {ast.Eq: ast.NotEq, ast.NotEq: ast.Eq}
LIMIT = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
MEMBER = {ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is}
ARITHMETIC = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult, ast.Pow: ast.Mult}


def main(given):
    found = []
    for path, text in sorted(given["files"].items()):
        try:
            tree = ast.parse(text)
        except SyntaxError:
            continue
        found += [(path, text, tree, place) for place in places(tree)]
    drawn = random.Random(given["seed"]).sample(found, min(given["count"], len(found)))
    return [mutant(*one) for one in sorted(drawn, key=lambda one: (one[0], one[3][1]))]


def places(tree):
    """Each thing that can be changed: the operator, the index of its node, and which part of it."""
    left_out = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and ast.get_docstring(node, clean=False) is not None:
            left_out.add(id(node.body[0]))
        for name in ("annotation", "returns"):
            left_out.update(id(part) for part in ast.walk(getattr(node, name, None) or ast.Pass()))
        for decorator in getattr(node, "decorator_list", []):
            left_out.update(id(part) for part in ast.walk(decorator))
        if isinstance(node, ast.If) and "__name__" in ast.unparse(node.test):
            left_out.update(id(part) for part in ast.walk(node))
    for index, node in enumerate(ast.walk(tree)):
        if id(node) not in left_out:
            yield from ((operator, index, part) for operator, part in operators(node))


def operators(node):
    if isinstance(node, ast.Compare):
        for i, op in enumerate(node.ops):
            for name, table in (("equal", EQUAL), ("limit", LIMIT), ("member", MEMBER)):
                if type(op) in table:
                    yield name, i
    elif isinstance(node, (ast.BinOp, ast.AugAssign)) and type(node.op) in ARITHMETIC:
        yield "arithmetic", 0
    elif isinstance(node, ast.BoolOp):
        yield "and-or", 0
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield "boolean", 0
    elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
        yield "number", 0
    if isinstance(node, (ast.If, ast.While, ast.IfExp)):
        yield "condition", 0
    elif isinstance(node, ast.Return) and node.value is not None and not is_none(node.value):
        yield "return", 0
    elif isinstance(node, (ast.Expr, ast.AugAssign, ast.Raise)) and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
        yield "statement", 0


def is_none(node):
    return isinstance(node, ast.Constant) and node.value is None


def mutant(path, text, tree, place):
    operator, index, part = place
    tree = copy.deepcopy(tree)
    node = list(ast.walk(tree))[index]
    names, statement = around(tree, node)
    before = first_line(statement)
    after = change(tree, node, operator, part)
    content = ast.unparse(ast.fix_missing_locations(tree)) + "\\n"
    return {"path": path, "line": node.lineno, "within": names, "operator": operator, "before": before, "after": first_line(statement if after is node else after), "content": content}


def around(node, wanted, names=(), statement=None):
    """The names of the classes and functions that a node is in, and the statement that it is part of."""
    if isinstance(node, ast.stmt):
        statement = node
    if node is wanted:
        return ".".join(names), statement
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        names = (*names, node.name)
    return next(filter(None, (around(part, wanted, names, statement) for part in ast.iter_child_nodes(node))), None)


def first_line(statement):
    lines = ast.unparse(statement).split("\\n")
    return next(line for line in lines if not line.startswith("@"))[:200]


def change(tree, node, operator, part):
    if operator in ("equal", "limit", "member"):
        table = {"equal": EQUAL, "limit": LIMIT, "member": MEMBER}[operator]
        node.ops[part] = table[type(node.ops[part])]()
    elif operator == "arithmetic":
        node.op = ARITHMETIC[type(node.op)]()
    elif operator == "and-or":
        node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    elif operator == "boolean":
        node.value = not node.value
    elif operator == "number":
        node.value += 1
    elif operator == "condition":
        node.test = ast.UnaryOp(ast.Not(), node.test)
    elif operator == "return":
        node.value = ast.Constant(None)
    else:
        return replace(tree, node, ast.copy_location(ast.Pass(), node))
    return node


def replace(tree, old, new):
    for node in ast.walk(tree):
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            if isinstance(block, list) and any(each is old for each in block):
                setattr(node, name, [new if each is old else each for each in block])
    return new
`

/** One thing in a file, changed by an operator. */
export const Change = Schema.Struct({
  path: Schema.String,
  line: Schema.Int,
  /** The classes and functions that it is in: `Cart.add`. */
  within: Schema.String,
  operator: Operator,
  /** The first line of the statement, without the change and with it. */
  before: Schema.String,
  after: Schema.String
})

/** The same with the whole file that has it. */
const Mutant = Schema.Struct({ ...Change.fields, content: Schema.String })
type Mutant = typeof Mutant.Type

/** So many mutants of files as are asked for, or all that there are. */
export const mutants = (
  files: Files,
  count: number,
  seed: number
): Effect.Effect<ReadonlyArray<Mutant>, TestRunnerError, TestRunner> =>
  evaluated(Schema.Array(Mutant), program, { files, count, seed })
